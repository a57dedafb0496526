"""A facility's page: its own fields, and its dictionary with one box for each kind of name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone

from hospital import facilities
from hospital.facilities import FIELDS, Spoken
from hospital.lists import Listed
from hospital.models import Facility, FacilityName
from listening import dictionary, listed

Kind = FacilityName.Kind
HIGHEST = 2**31 - 1
LONGEST_BOX = 60_000
AS_WRITTEN = "One word counts only as it is written: “North”, not “north”."


@dataclass(frozen=True)
class Box:
    kind: str
    label: str
    hint: str
    rows: int = 3

    @property
    def field(self) -> str:
        return f"names_{self.kind}"


BOXES = (
    Box(Kind.NAME, "Other names", "As signs, the press and staff write it."),
    Box(Kind.NICKNAME, "Nicknames", "What the town calls it. Give a common word a rule."),
    Box(Kind.MISSPELLING, "Misspellings", "Case, accents, “St”, “&” and “Hosp” need none."),
    Box(Kind.HANDLE, "Handles", "Found only with their sign, as in @name.", 2),
    Box(Kind.HASHTAG, "Hashtags", "Names above are found as hashtags by themselves.", 2),
    Box(Kind.PHONE, "More telephone numbers", "However they are grouped.", 2),
    Box(Kind.SERVICE, "Service lines", "Tell namesakes apart; with a rule they count by themselves."),
    Box(Kind.STREET, "More streets", "Tell namesakes apart; with a rule they count by themselves.", 2),
    Box(Kind.CITY, "Other towns it serves", "Tell namesakes apart.", 2),
    Box(Kind.LOCATION, "Pages on review sites", "The site's own name of its page.", 2),
)
DOCTORS = Box(Kind.DOCTOR, "Doctors", "With title and surname, one a line.")


class FacilityForm(forms.Form):
    name = forms.CharField(max_length=200)
    short_name = forms.CharField(
        max_length=60,
        required=False,
        help_text="One word counts only as it is written: “North”, not “north”.",
    )
    system = forms.CharField(max_length=200, required=False, label="Health system")
    address = forms.CharField(max_length=300, required=False, help_text="Its parts parted by commas.")
    city = forms.CharField(max_length=100, required=False)
    region = forms.CharField(max_length=60, required=False, label="State")
    postcode = forms.CharField(max_length=20, required=False)
    phone = forms.CharField(max_length=40, required=False, label="Telephone")
    is_active = forms.BooleanField(required=False)
    counts_doctors = forms.BooleanField(required=False)
    based_on = forms.IntegerField(min_value=0, max_value=HIGHEST, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for box in (*BOXES, DOCTORS):
            attributes = {"rows": box.rows, "spellcheck": "false", "class": "names"}
            self.fields[box.field] = forms.CharField(
                label=box.label,
                help_text=box.hint,
                required=False,
                strip=False,
                max_length=LONGEST_BOX,
                widget=forms.Textarea(attrs=attributes),
            )

    @property
    def boxes(self) -> list[forms.BoundField]:
        return [self[box.field] for box in BOXES]

    @property
    def doctors(self) -> forms.BoundField:
        return self[DOCTORS.field]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        self.names: list[Spoken] = []
        for box in (*BOXES, DOCTORS):
            names, wrong = dictionary.read(box.kind, values.get(box.field, ""))
            self.names += names
            for said in wrong:
                self.add_error(box.field, said)
        values["short_name"] = values.get("short_name") or listed.short(values.get("name", ""))
        return values

    def save(self, facility: Facility | None, *, listed_as: str = "", by: User) -> Facility | None:
        """The facility as saved, or None with the errors in the form."""
        values = {field: self.cleaned_data[field] for field in FIELDS}
        if facility is None:
            values["listed_as"] = listed_as
        based_on = self.cleaned_data["based_on"]
        try:
            return facilities.save(
                facility, values=values, names=self.names, based_on=based_on, by=by, at=timezone.now()
            )
        except ValidationError as error:
            self.add_error(None, error)
            return None

    def as_typed(self, facility: Facility) -> tuple[Facility, Sequence[Spoken]]:
        """What it would be if it were saved now, as far as it can be read; nothing is written."""
        self.is_valid()
        typed = {field: self.cleaned_data[field] for field in FIELDS if field in self.cleaned_data}
        kept = {field: getattr(facility, field) for field in FIELDS}
        return Facility(pk=facility.pk, **{**kept, **typed}), self.names


def initial_of(facility: Facility) -> dict[str, Any]:
    names = facilities.names_of(facility)
    boxes = {box.field: dictionary.typed(names, box.kind) for box in (*BOXES, DOCTORS)}
    fields = {field: getattr(facility, field) for field in FIELDS}
    return {**fields, **boxes, "based_on": facility.revision}


def initial_from(hospital: Listed | None) -> dict[str, Any]:
    """A new facility, filled from a list where one of its hospitals was chosen."""
    blank = {"is_active": True, "based_on": 0}
    if hospital is None:
        return blank
    known = {field: getattr(hospital, field) for field in FIELDS if hasattr(hospital, field)}
    return {**blank, **known, "short_name": listed.short(hospital.name)}
