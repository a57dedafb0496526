"""What nobody here can see: what is down now, what networks do not show, what is not connected. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dashboard.source_health import Health
from dashboard.source_words import day
from listening.models.source import Liveness
from listening.sources.contract import Adapter

NOWHERE = (
    ("Closed groups and private messages", "No network shows them to a hospital. Ask who is in them."),
    ("Stories, and speech in videos", "Gone in a day, or never written down."),
    ("Talk in the waiting room", "Ask the front desk; they hear it first."),
)


@dataclass(frozen=True)
class Spot:
    head: str
    said: str
    state: str = ""


@dataclass(frozen=True)
class BlindSpots:
    now: Sequence[Spot] = ()
    connected: Sequence[Spot] = ()
    missing: Sequence[Spot] = ()
    nowhere: Sequence[Spot] = field(default_factory=lambda: [Spot(*each) for each in NOWHERE])


def of(healths: Sequence[Health], kinds: Iterable[Adapter]) -> BlindSpots:
    """`kinds`: every adapter there is."""
    known = sorted(kinds, key=lambda adapter: adapter.label)
    asked = {health.source.kind for health in healths if not health.is_waiting}
    heard = [each for each in known if each.kind in asked]
    # What one way to a network hears, another would only hear again.
    networks = {each.sheet.ids for each in heard if each.sheet.ids}
    missing = []
    for each in known:
        if each not in heard and each.sheet.ids not in networks:
            missing.append(Spot(each.label, each.sheet.searches))
            networks |= {each.sheet.ids} - {""}
    return BlindSpots(
        now=[_now(health) for health in healths if health.is_unseen],
        connected=[Spot(each.label, each.sheet.cannot_see) for each in heard],
        missing=missing,
    )


def _now(health: Health) -> Spot:
    since = f" since {day(health.since, health.now)}" if health.since else ", never heard"
    state = "silent" if health.waits or health.state is Liveness.SILENT else "down"
    if health.missed is None:
        said = "Its usual is not known yet"
    elif health.missed:
        said = f"About {health.missed} posts by its usual"
    else:
        said = "Perhaps none: it is usually quiet then"
    return Spot(f"{health.source.name}{since}", said, state)
