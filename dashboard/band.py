"""What stands above everything, always at the same height: emergencies, and who is still in the building.

One of each is shown, the most pressing, with how far it has come; the others are counted. Nothing in it names
anybody, neither whoever wrote the post nor whoever is on the way: all who see the wall see it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.dateparse import parse_datetime

from alerts import building, pages, standing
from alerts.models import Case, Notification
from dashboard import cards
from dashboard.cards import Card
from listening.models import Mention
from listening.models.mention import RESTRICTED_LANES

REMEMBERED = timedelta(hours=24)
"""What nobody has closed leaves the band after a day; its case stays open."""

SPOKEN_STAYS = timedelta(minutes=10)
IN_BUILDING = Mention.objects.within(None).filter(lane=building.LANE).values("pk")
MOST_WAITING = 50
"""So many are read of those in the building; of more than these the band says that there are more."""
TAKEN, ANSWERED = "taken", "answered"
WORDS = {building.PAGED: "paged", building.ON_THE_WAY: "on the way", building.SPOKEN: "spoken to"}
EMERGENCY_WORDS = {building.PAGED: "paged", TAKEN: "somebody has it", ANSWERED: "answered"}


@dataclass(frozen=True)
class Step:
    word: str
    is_done: bool
    is_now: bool


@dataclass(frozen=True)
class Slot:
    card: Card
    others: int
    steps: list[Step]
    is_in_building: bool = False
    unit: str = ""
    gist: str = ""
    due_at: datetime | None = None  # of the fifteen minutes, while they run
    is_counted: bool = True  # False: there may be more of them than `others`

    @property
    def title(self) -> str:
        return "In the building" if self.is_in_building else "Emergency"


@dataclass(frozen=True)
class Band:
    card: Card | None  # of the emergency that is shown
    others: int
    slots: Sequence[Slot] = ()

    @property
    def items(self) -> str:
        """How many stand open, for a screen that shows none of their words."""
        count = self.others + 1
        return "1 urgent item" if count == 1 else f"{count} urgent items"


def open_emergencies(facility_ids: frozenset[int] | None, now: datetime, *, is_named: bool) -> Band:
    emergencies = (
        Mention.objects.within(facility_ids)
        .filter(level=Mention.Level.P0, is_gone=False, published_at__gte=now - REMEMBERED)
        .exclude(case__state=Case.State.CLOSED)
    )
    newest = cards.for_cards(emergencies).newest_first().first()
    others = max(0, emergencies.count() - 1) if newest else 0
    card = Card(newest, is_named=is_named) if newest else None
    slots = [emergency_slot(card, others)] if card else []
    here = _in_building(facility_ids, now)
    if here:
        slots.append(_here(here, is_named=is_named))
    return Band(card=card, others=others, slots=slots)


def emergency_slot(card: Card, others: int) -> Slot:
    case: Case | None = getattr(card.mention, "work", None)
    if case is None:
        return Slot(card, others, steps({}, EMERGENCY_WORDS))
    paged = case.notifications.pages().exclude(state=Notification.State.NOBODY)
    reached = {
        building.PAGED: paged.exists(),
        TAKEN: case.owner_id is not None or paged.filter(acknowledged_at__isnull=False).exists(),
        ANSWERED: case.first_replied_at is not None,
    }
    return Slot(card, others, steps(reached, EMERGENCY_WORDS))


def _in_building(facility_ids: frozenset[int] | None, now: datetime) -> list[Case]:
    """Whose fifteen minutes run, the longest first; then those whom somebody has just spoken to."""
    open_cases = Case.objects.within(facility_ids).there().open().filter(mention__is_gone=False)
    recent = open_cases.filter(opened_at__gt=now - REMEMBERED).exclude(mention__lane__in=RESTRICTED_LANES)
    # Either has an index of its own; joined by an "or" they would have every open case looked at.
    of_lane = Case.objects.within(None).filter(mention__in=IN_BUILDING).values("pk")
    of_queue = Case.objects.within(None).open().filter(queue__slug=building.QUEUE).values("pk")
    here = recent.filter(pk__in=of_lane.union(of_queue)).exclude(mention__level=Mention.Level.P0)
    newest = standing.read(here).order_by("-opened_at")[:MOST_WAITING]
    cases = sorted(newest, key=lambda case: case.opened_at)
    waiting = [case for case in cases if spoken_at(case) is None]
    return waiting + [case for case in cases if (at := spoken_at(case)) and at > now - SPOKEN_STAYS]


def spoken_at(case: Case) -> datetime | None:
    step = getattr(case, "last_step", None) or {}
    is_spoken = step.get("key") in (building.SPOKEN, building.THANKED)
    return parse_datetime(step["at"]) if is_spoken else None


def _here(cases: Sequence[Case], *, is_named: bool) -> Slot:
    case = cases[0]
    mention = cards.for_cards(Mention.objects.within(None).filter(pk=case.mention_id)).get()
    way = building.way(case)
    return Slot(
        Card(mention, is_named=is_named),
        len(cases) - 1,
        steps(dict.fromkeys(way.times, True), WORDS),
        is_in_building=True,
        unit=pages.unit(f"{mention.title} {getattr(mention, 'excerpt', '')}"),
        gist=pages.gist(mention),
        due_at=None if building.SPOKEN in way.times else case.opened_at + building.WITHIN,
        is_counted=len(cases) < MOST_WAITING,
    )


def steps(reached: dict[str, bool], words: dict[str, str]) -> list[Step]:
    """Each in its order; the last that was reached is where it stands. Pure."""
    done = [key for key in words if reached.get(key)]
    last = done[-1] if done else ""
    until = list(words).index(last) if last else -1
    return [Step(word, at <= until, key == last) for at, (key, word) in enumerate(words.items())]
