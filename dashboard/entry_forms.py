"""What is typed in or sent: letters, cards, calls, and files of reviews."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from hospital.access import Permission, Reach
from hospital.models import Facility
from listening import upload_columns
from listening.models import Upload

WAYS = ("Letters", "Comment cards", "E-mails", "Phone calls", "Survey answers", "Visits to the desk")
MOST_ENTRIES = 20
LONGEST = 60_000
STARS = [("", "None"), *((str(count), f"{count} of 5") for count in range(1, 6))]


class WhereForm(forms.Form):
    came_from = forms.CharField(
        label="Where it came from",
        max_length=80,
        help_text="It is kept under this name. What is entered twice under one name is stored once.",
        widget=forms.TextInput(attrs={"list": "ways", "autocomplete": "off"}),
    )
    facility = forms.ModelChoiceField(
        Facility.objects.none(), required=False, empty_label="As the text says", label="Facility"
    )

    def __init__(self, *args: Any, reach: Reach, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_places(self, reach)


class FileForm(WhereForm):
    file = forms.FileField(
        label="File",
        max_length=200,
        help_text="CSV, JSON or JSON lines, at most 20 MB. You see what would become of each row first.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.json,.jsonl,.ndjson"}),
    )
    field_order = ("file", "came_from", "facility")


class EntryForm(forms.Form):
    text = forms.CharField(
        label="What it says",
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    published_at = forms.DateField(
        label="Its date", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    rating = forms.ChoiceField(label="Stars", required=False, choices=STARS)

    def clean_published_at(self) -> Any:
        day = self.cleaned_data["published_at"]
        if day and day > timezone.localdate():
            raise ValidationError("This day is still to come. Give the day it was written.")
        return day

    def as_row(self) -> dict[str, Any]:
        said = self.cleaned_data  # empty where nothing was typed
        day = said.get("published_at")
        row = {name: said.get(name, "") for name in ("text", "rating")}
        row["published_at"] = day.isoformat() if day else ""
        return row if any(row.values()) else {}


EntryFormSet = forms.formset_factory(EntryForm, extra=0, min_num=1, max_num=MOST_ENTRIES)


def as_lines(entries: Any) -> bytes:
    """One JSON object a line, an empty line for an empty entry: so entry 3 stands in line 3."""
    rows = [form.as_row() for form in entries.forms]
    return "".join(f"{json.dumps(row) if row else ''}\n" for row in rows).encode()


class ShapeForm(forms.Form):
    """How a file is to be read."""

    facility = forms.ModelChoiceField(
        Facility.objects.none(),
        required=False,
        empty_label="As the text says",
        label="Facility of rows that name none",
    )
    dates = forms.ChoiceField(label="Its dates are written", required=False, choices=Upload.Dates.choices)
    keeps_all = forms.BooleanField(label="Also keep what no watchlist finds", required=False)
    opens_cases = forms.BooleanField(label="Open cases also for what is older than a day", required=False)

    def __init__(self, data: Any = None, *, upload: Upload, reach: Reach) -> None:
        names = ("facility", "dates", "keeps_all", "opens_cases")
        initial = {name: getattr(upload, name) for name in names}
        super().__init__(data, initial=initial)
        offer_places(self, reach)
        theirs = [("", "Not in the file"), *((each, each) for each in upload.found.get("columns", []))]
        for ours, label in upload_columns.OURS.items():
            self.fields[f"column-{ours}"] = forms.ChoiceField(
                label=label, required=False, choices=theirs, initial=upload.columns.get(ours, "")
            )

    @property
    def pairs(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("column-")]

    @property
    def columns(self) -> dict[str, str]:
        return {name.removeprefix("column-"): self.cleaned_data[name] for name in self.fields if "-" in name}


def offer_places(form: forms.Form, reach: Reach) -> None:
    """The facilities whoever fills it in may write for; one of them must be named unless that is all."""
    facility_ids = reach.facility_ids(Permission.ENTER_MENTIONS)
    field = form.fields["facility"]
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
    field.queryset = Facility.objects.within(facility_ids).filter(is_active=True)
    if facility_ids is not None:
        field.required, field.empty_label = True, None
