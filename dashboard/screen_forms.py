"""A big screen's page: where it hangs, what it may show, and its scenes one after another."""

from typing import Any

from django import forms

from dashboard.models import Screen
from dashboard.models.screen import THEMES
from dashboard.screen_class import ScreenClass
from dashboard.screens.keeping import Draft
from dashboard.screens.playlist import LEAST, MOST
from dashboard.screens.programme import DECK, programme
from hospital.access import Permission, Reach
from hospital.models import Facility, Theme

MANAGE = Permission.MANAGE_SCREENS
ROWS = range(1, 9)
SECONDS = 30


class PlacesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: object) -> str:
        return obj.short_name or obj.name if isinstance(obj, Facility) else ""


class ScreenForm(forms.Form):
    name = forms.CharField(max_length=60, help_text="Where it hangs: Desk 2, North lobby.")
    screen_class = forms.ChoiceField(
        choices=ScreenClass.choices,
        label="Who can see it",
        help_text="Public: short quotes, no names, nothing urgent. Staff: the text, no names. Locked: all "
        "that a desk shows. What staff say in public is on none.",
    )
    facilities = PlacesField(
        Facility.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="What it may show"
    )
    theme = forms.ChoiceField(
        choices=THEMES, label="Light or dark", help_text="Light where the room is bright all day."
    )
    dim_from = forms.TimeField(
        required=False, label="Dim from", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    dim_until = forms.TimeField(
        required=False, label="Dim until", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def __init__(self, *args: Any, reach: Reach, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = reach.facility_ids(MANAGE)
        places = self.fields["facilities"]
        assert isinstance(places, forms.ModelMultipleChoiceField)  # noqa: S101
        places.queryset = Facility.objects.within(here)
        if here is not None:
            places.required = True
        offered = [("", "Nothing"), *_offered()]
        least, most = (int(each.total_seconds()) for each in (LEAST, MOST))
        for row in ROWS:
            self.fields[f"scene_{row}"] = forms.ChoiceField(
                choices=offered, required=False, label=f"Scene {row}"
            )
            self.fields[f"seconds_{row}"] = forms.IntegerField(
                min_value=least, max_value=most, required=False, label="seconds", initial=SECONDS
            )

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"scene_{row}"], self[f"seconds_{row}"]) for row in ROWS]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if (values.get("dim_from") is None) != (values.get("dim_until") is None):
            self.add_error("dim_until", "Give both times, or neither.")
        return values

    def draft(self) -> Draft:
        values = self.cleaned_data
        pairs = [(values.get(f"scene_{row}"), values.get(f"seconds_{row}") or SECONDS) for row in ROWS]
        return Draft(
            name=values["name"],
            screen_class=values["screen_class"],
            facilities=list(values["facilities"]),
            steps=[(scene, seconds) for scene, seconds in pairs if scene],
            theme=values["theme"],
            dim_from=values["dim_from"],
            dim_until=values["dim_until"],
        )


def _offered() -> list[tuple[str, str]]:
    """Decks stand behind the scenes, and say that they are decks."""
    found = programme().items()
    return [(name, f"Deck: {each.label}" if name.startswith(DECK) else each.label) for name, each in found]


def initial_of(screen: Screen | None) -> dict[str, Any]:
    if screen is None:
        return {"screen_class": ScreenClass.PUBLIC, "theme": Theme.DARK, "scene_1": "live", "seconds_1": 60}
    places = [] if screen.is_everywhere else list(screen.facilities.all())
    known = {
        name: getattr(screen, name) for name in ("name", "screen_class", "theme", "dim_from", "dim_until")
    }
    steps: dict[str, Any] = {}
    for row, (scene, seconds) in zip(ROWS, screen.steps, strict=False):
        steps |= {f"scene_{row}": scene, f"seconds_{row}": seconds}
    return {**known, **steps, "facilities": places}
