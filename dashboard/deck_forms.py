"""What may be said of a deck, and of one of its columns."""

from typing import Any

from django import forms

from dashboard import choices, kinds
from dashboard.decks import Draft, draft_of
from dashboard.models import Column
from dashboard.standing import NARROWEST, STEP, WIDEST
from hospital.models import Facility
from listening.models import Mention, Source
from listening.queries.lexing import MOST_CHARACTERS
from listening.queries.matching import Single
from listening.queries.parsing import BadExpression

WIDTHS = [(width, f"{width} px") for width in range(NARROWEST, WIDEST + 1, STEP)]
FLOORS = [("", "Any"), *((level.value, f"{level.label} and up") for level in list(Mention.Level)[:-1])]
HELP = "A query line, as in a watchlist: bill* OR insurance NOT parking. Empty: all of this kind."


class DeckForm(forms.Form):
    name = forms.CharField(max_length=60)


class SharedForm(DeckForm):
    is_shared = forms.BooleanField(required=False, label="Everybody sees it")


class ColumnForm(forms.Form):
    name = forms.CharField(max_length=60)
    kind = forms.ChoiceField(choices=kinds.CHOICES, label="What stands here")
    expression = forms.CharField(
        max_length=MOST_CHARACTERS,
        required=False,
        label="Only what says",
        help_text=HELP,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    floor = forms.ChoiceField(choices=FLOORS, required=False, label="How urgent")
    sources = forms.ModelMultipleChoiceField(
        Source.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Only from"
    )
    facilities = forms.ModelMultipleChoiceField(
        Facility.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Only about"
    )
    sort = forms.ChoiceField(choices=Column.Sort.choices, label="Order")
    width = forms.TypedChoiceField(choices=WIDTHS, coerce=int, label="Width")
    density = forms.ChoiceField(choices=Column.Density.choices, label="Density")

    def __init__(self, data: Any, facility_ids: frozenset[int] | None, column: Column) -> None:
        super().__init__(data, initial=vars(draft_of(column)))
        offered = choices.offered(facility_ids)
        for name, rows in (("sources", offered.sources), ("facilities", offered.facilities)):
            known = [row.pk for row in rows]
            model = self.fields[name].queryset.model  # type: ignore[attr-defined]
            self.fields[name].queryset = model.objects.filter(pk__in=known)  # type: ignore[attr-defined]

    def clean_expression(self) -> str:
        expression = " ".join(self.cleaned_data["expression"].split())
        if expression:
            try:
                Single(expression)
            except BadExpression as error:
                raise forms.ValidationError(str(error)) from None
        return expression

    @property
    def draft(self) -> Draft:
        return Draft(**self.cleaned_data)


class ArrangeForm(forms.Form):
    """One button of a column's header."""

    step = forms.TypedChoiceField(choices=[(-1, ""), (1, "")], coerce=int, required=False)
    width = forms.TypedChoiceField(choices=WIDTHS, coerce=int, required=False)
    density = forms.ChoiceField(choices=Column.Density.choices, required=False)
    sort = forms.ChoiceField(choices=Column.Sort.choices, required=False)

    @property
    def look(self) -> dict[str, Any]:
        """How the column is to look from now on, as far as the button says so."""
        said = {name: self.cleaned_data[name] for name in ("width", "density", "sort")}
        return {name: value for name, value in said.items() if value}
