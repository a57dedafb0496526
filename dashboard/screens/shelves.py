"""A column as a screen shows it, by where it hangs: of what may stand there, and as it may be told."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from alerts import chips
from alerts.chips import Chip
from dashboard import folding, rows
from dashboard.cards import Card
from dashboard.folding import Place
from dashboard.scenes import Sight
from dashboard.screen_class import ScreenClass
from dashboard.screens import faces
from dashboard.standing import Slot
from listening.models import Mention


@dataclass(frozen=True)
class Shelf:
    column: Slot
    heading: str
    cards: list[SafeString]

    @classmethod
    def of(cls, slot: Slot, heading: str, sight: Sight, size: int) -> "Shelf":
        shown = faces.shown(Mention.objects.within(sight.facility_ids), sight.screen_class).for_wall()
        found = rows.of(slot, shown.filter(slot.standing.stored()), sight.now)
        places, _ = folding.Column(found).places(size)
        said = {} if is_public(sight) else chips.for_mentions([each.shown for each in places], sight.now)
        cards = [_card(each, slot, sight, said.get(each.shown.pk)) for each in places]
        return cls(slot, heading, [faces.rendered(card, sight.screen_class) for card in cards])


def is_public(sight: Sight) -> bool:
    return sight.screen_class == ScreenClass.PUBLIC


def _card(place: Place, slot: Slot, sight: Sight, chip: Chip | None) -> Card:
    return Card(
        place.shown,
        is_named=sight.screen_class == ScreenClass.LOCKED,
        stands_at=place.cursor.at,
        suffix=slot.suffix,
        shows_work=not is_public(sight),
        chip=chip.text if chip else "",
    )
