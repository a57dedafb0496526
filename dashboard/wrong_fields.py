"""Where whoever filled in a form goes on: at the first field that is wrong."""

from collections.abc import Iterable

from django.forms.boundfield import BoundField


def focus_first(fields: Iterable[BoundField]) -> BoundField | None:
    """The first that is wrong has the focus when the page comes; None where all are right."""
    found = next((field for field in fields if field.errors), None)
    if found is not None:
        found.field.widget.attrs["autofocus"] = True
    return found
