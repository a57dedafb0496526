"""What may be told of how a service is running: a sentence that was approved for its state, with its time.

`{value}` stands for what operations say ("4 h 10") and `{time}` for when; a line without a place for the time
gets it at its end. What is stale, or was never said, is told to nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from alerts import gatekeeping, signs, tilelinks
from alerts.craft import slots
from alerts.models import Case, StateLine, StateLineUse
from alerts.refusals import Refused
from hospital import audit, operations
from hospital.models import Facility, Service
from hospital.operations import State, Tile
from listening import wording

LONGEST = 300
VALUE, TIME = "{value}", "{time}"
AS_OF = {"en": "as of {time}", "es": "a las {time}"}
FILLS = {VALUE: "4 h 10", TIME: "17:38"}
"""With what a line is tried before it is approved."""

GONE = "This line is not there any more."
SILENT = "Operations have said nothing of {name} yet, so there is nothing to insert."
STALE = (
    "The last report of {name} is {age} old: too old to be told as a fact. "
    "Ask operations for a new one, or write without it."
)
NO_LINE = "No line is approved for {kind} when it is {state}. An approver can write one: Set up, Lines."


@dataclass(frozen=True)
class Draft:
    kind: str
    state: str
    text: str
    language: str = "en"
    facility: Facility | None = None


@dataclass(frozen=True)
class Offer:
    """A service that a reply to a case may speak of, as it is now, with the line that is approved for it."""

    tile: Tile
    line: StateLine | None

    @property
    def why_not(self) -> str:
        """Why nothing is inserted of it; nothing where it can be. Pure."""
        service = self.tile.service
        if self.tile.state is State.SILENT:
            return SILENT.format(name=service.name)
        if self.tile.state is State.STALE:
            return STALE.format(name=service.name, age=age_in_words(self.tile.age))
        if self.line is None:
            state = "in trouble" if self.tile.state is State.TROUBLE else "fine"
            return NO_LINE.format(kind=service.get_kind_display(), state=state)
        return ""

    @property
    def text(self) -> str:
        last = self.tile.last
        if self.line is None or last is None or self.why_not:
            return ""
        return filled(self.line.text, self.line.language, said=self.tile.said, at=last.at)


@transaction.atomic
def save(kept: StateLine | None, draft: Draft, *, by: User, at: datetime) -> StateLine:
    """Whoever saves it approves it, with its words as they now are."""
    text = " ".join(wording.storable(draft.text).split())
    _check(text)
    values = {
        "kind": draft.kind,
        "state": draft.state,
        "language": draft.language,
        "facility": draft.facility,
        "text": text,
        "approved_by": by,
        "approved_at": at,
    }
    _check_alone(kept, draft)
    action = "stateline.approve" if kept is None else "stateline.change"
    if kept is None:
        kept = StateLine.objects.create(**values)
    elif not StateLine.objects.filter(pk=kept.pk).update(**values):
        raise Refused(GONE)
    told = {"kind": draft.kind, "state": draft.state, "language": draft.language, "text": text}
    audit.record(action, f"operations line {kept.pk}", by=by, at=at, **told)
    return kept


@transaction.atomic
def remove(kept: StateLine, *, by: User, at: datetime) -> None:
    audit.record("stateline.remove", f"operations line {kept.pk}", by=by, at=at, text=kept.text)
    StateLine.objects.filter(pk=kept.pk).delete()


def tiles_of(case: Case, now: datetime) -> list[Tile]:
    """How its facility is running, and what serves every one."""
    return operations.tiles(_here(case), now)


def offers(case: Case, tiles: Sequence[Tile]) -> list[Offer]:
    """Of the tiles of a case what its post speaks of, then what is in trouble."""
    if not tiles:
        return []
    spoken = {each.kind for each in signs.said(case.mention)}
    tiles = [tile for tile in tiles if concerns(tile, spoken)]
    tiles.sort(key=lambda tile: (tile.service.kind not in spoken, tile.service.order, tile.service.pk))
    lines = list(StateLine.objects.within(_here(case))) if tiles else []
    return [Offer(tile, fitting(lines, tile, case.mention.language)) for tile in tiles]


def _here(case: Case) -> frozenset[int]:
    return frozenset() if case.facility_id is None else frozenset({case.facility_id})


def concerns(tile: Tile, spoken: set[str]) -> bool:
    return tile.service.kind in spoken or tile.state is State.TROUBLE


def fitting(lines: Sequence[StateLine], tile: Tile, language: str) -> StateLine | None:
    """The nearest of those approved: of the facility before everywhere, in the post's language. Pure."""
    service = tile.service
    right = [
        line
        for line in lines
        if (line.kind, line.state) == (service.kind, tile.state.value)
        and line.facility_id in (None, service.facility_id)
        and line.language in (language, "en")
    ]
    return min(right, key=lambda line: (line.language != language, line.facility_id is None), default=None)


@transaction.atomic
def insert(case: Case, service: Service, *, by: User, at: datetime) -> str:
    """The line as it is true now, noted as told; refused with a sentence where it must not be."""
    tile = operations.tile_of(service, at)
    lines = list(StateLine.objects.within(_here(case)))
    offer = Offer(tile, fitting(lines, tile, case.mention.language))
    if offer.why_not or tile.last is None:
        raise Refused(offer.why_not)
    StateLineUse.objects.create(
        case=case,
        service=service,
        text=offer.text[:500],
        state=tile.state.value,
        said_at=tile.last.at,
        holds_until=tilelinks.holds_until(tile),
        by=by,
        at=at,
    )
    return offer.text


def filled(text: str, language: str, *, said: str, at: datetime) -> str:
    """A line with its value and its time. What a feed says brings no part to be filled in."""
    value = " ".join(said.translate(dict.fromkeys(map(ord, "{}[]<>"), " ")).split())
    moment = timezone.localtime(at).strftime("%H:%M")
    if TIME not in text:
        as_of = AS_OF.get(language, AS_OF["en"])
        text = f"{text.rstrip('. ')}, {as_of}."
    return text.replace(VALUE, value).replace(TIME, moment)


def age_in_words(age: timedelta | None) -> str:
    minutes = int((age or timedelta(0)).total_seconds()) // 60
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 60 * 48 else f"{minutes // (60 * 24)} days"


def _check(text: str) -> None:
    if not text:
        raise Refused("Say what may be told when it is so.")
    if len(text) > LONGEST:
        raise Refused(f"A line has at most {LONGEST} characters.")
    tried = text
    for slot, fill in FILLS.items():
        tried = tried.replace(slot, fill)
    if slots.is_open(tried):
        raise Refused("Only {value} and {time} are filled in: write the rest out.")
    why = gatekeeping.why_never(filled(text, "en", said=FILLS[VALUE], at=timezone.now()))
    if why:
        raise Refused(why)


def _check_alone(kept: StateLine | None, draft: Draft) -> None:
    same = StateLine.objects.filter(
        kind=draft.kind, state=draft.state, language=draft.language, facility=draft.facility
    )
    if (same.exclude(pk=kept.pk) if kept else same).exists():
        raise Refused("A line is approved for this already. Change that one.")
