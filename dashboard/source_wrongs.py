"""What is wrong with what was entered for a source, and where whoever entered it goes on."""

from dataclasses import dataclass
from datetime import datetime

from django.forms.boundfield import BoundField

from dashboard import source_words
from dashboard.source_forms import SourceForms
from dashboard.wrong_fields import focus_first
from listening.checking import Outcome
from listening.models import Source

ALERT = "wrong"
"""The id of the paragraph that says it."""

TOP, READS, KEYS = "top", "reads", "keys"
"""Where it is said: above the form, or in the group of fields that it speaks of."""

LOST = "Secrets are never sent back to this page: enter those again that you typed."


@dataclass(frozen=True)
class Wrong:
    title: str = ""
    says: str = ""
    is_at_field: bool = False  # a field has the focus; else the words themselves
    place: str = TOP


def of(forms: SourceForms, outcome: Outcome | None, now: datetime) -> Wrong:
    """Also marks the field that is to be mended first: it has the focus, and the words describe it."""
    field = focus_first(forms.shown)
    general = [str(error) for error in forms.secrets.non_field_errors()]
    if field is not None:
        lost = f" {LOST}" if _has_secrets(forms) else ""
        return Wrong("Not saved", f"{' '.join(general) or 'What is wrong stands below.'}{lost}", True)
    if general:
        return _at(forms, _first_secret(forms), "Not saved", " ".join(general))
    if outcome is not None:
        again = f" {LOST}" if forms.secrets.typed() and outcome.kind != "auth_failed" else ""
        return _at(forms, _to_mend(forms, outcome.kind), "Not saved", f"{outcome.words}{again}")
    source = forms.source
    if source is not None and source.is_refused:
        title, says = _refused(source, now)
        return _at(forms, _to_mend(forms, source.last_error_kind), title, says)
    return Wrong()


def _refused(source: Source, now: datetime) -> tuple[str, str]:
    """In the words of its own page where it worked once; else in those of the network that was tried."""
    if source.last_success_at:
        trouble = source_words.of(source, source.liveness(now), now, failed=None)
        return "Not asked", f"{trouble.head} {trouble.todo}"
    kept = " The key is kept, and never shown again." if source.sealed_secrets else ""
    return "Not connected yet", f"{source.paused_reason}{kept}"


def _at(forms: SourceForms, field: BoundField | None, title: str, says: str) -> Wrong:
    """Said in the group of the field that is to be mended, not at the top of a long form."""
    if field is None:
        return Wrong(title, says)
    _mark(field)
    return Wrong(title, says, is_at_field=True, place=KEYS if field.form is forms.secrets else READS)


def _has_secrets(forms: SourceForms) -> bool:
    return any(forms.secrets[name].data for name in forms.secrets.fields)


def _to_mend(forms: SourceForms, kind: str) -> BoundField | None:
    if kind == "auth_failed":
        # Of keys that may be left out, it was one of those that were given.
        given = {*forms.stored, *(forms.secrets.typed() if forms.secrets.is_bound else ())}
        return next((each for each in forms.secrets if each.name in given), _first_secret(forms))
    return next(iter(forms.reads), None) if kind == "forbidden" else None


def _first_secret(forms: SourceForms) -> BoundField | None:
    """The first that is not there yet, or the first of all."""
    fields = list(forms.secrets)
    return next((each for each in fields if each.name not in forms.stored), next(iter(fields), None))


def _mark(field: BoundField) -> None:
    told = f" {field.auto_id}_helptext" if field.help_text else ""
    field.field.widget.attrs |= {
        "autofocus": True,
        "aria-invalid": "true",
        "aria-describedby": f"{ALERT}{told}",
    }
