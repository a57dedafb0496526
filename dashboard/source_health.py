"""Each source as its row shows it: state, lag, posts beside the usual, what is left, what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.utils import timezone

from dashboard import source_lines, source_words
from dashboard.boards.ground import Ground, counted, counted_before
from dashboard.cards import span_in_words
from dashboard.source_lines import Line
from dashboard.source_words import Trouble
from listening import connections, health, pretending, silence, spending
from listening.budget import Month, Stage
from listening.health import NO_LAG, Lag
from listening.models import Poll, Source
from listening.models.source import Liveness
from listening.silence import HOUR, Expectation, Heard
from listening.sources import adapters, pushing
from listening.sources.contract import Adapter
from listening.usual import Usual
from listening.weeks import Span, before

POLLS = 30
FEW = 2
LOOKED_BACK = timedelta(days=30)
ORDER = [Liveness.DOWN, Liveness.PAUSED, Liveness.SILENT, Liveness.LATE, Liveness.LIVE]
WORDS = {
    Liveness.LIVE: ("live", "Live"),
    Liveness.SILENT: ("clock", "Silent"),
    Liveness.LATE: ("clock", "Late"),
    Liveness.DOWN: ("emergency", "Down"),
    Liveness.PAUSED: ("pause", "Paused"),
}
LIMITS = ("rate_limited", "quota_exhausted")
STAGES = {
    Stage.FREE: "",
    Stage.SLOW: "Slowed: safety first, what can wait seldom",
    Stage.RESERVE: "Only safety watchlists are asked",
    Stage.SPENT: "Nothing is asked before the month ends",
}


@dataclass(frozen=True)
class Health:
    source: Source
    now: datetime
    zone: ZoneInfo
    heard: Heard
    lag: Lag = NO_LAG
    last_hour: int = 0
    same_hour: Sequence[int] = ()  # in the weeks before, as far as we listened
    month: Month | None = None
    failed: tuple[datetime, str] | None = None
    read: int = 0  # posts of this month, where each is paid for

    @property
    def is_import(self) -> bool:
        return self.source.kind == Source.IMPORT

    @cached_property
    def state(self) -> Liveness:
        return Liveness.LIVE if self.is_import else self.source.liveness(self.now)

    @property
    def waits(self) -> bool:
        return waits(self.source, self.state, self.now)

    @property
    def tone(self) -> Liveness:
        """How it is shown: one that fails again and again is not called live for its last answer's sake."""
        fails = self.state is Liveness.LIVE and self.source.failures >= FEW
        return Liveness.LATE if self.waits or fails else self.state

    @property
    def icon(self) -> str:
        return WORDS[self.tone][0]

    @property
    def word(self) -> str:
        if self.waits:
            return "Waits"
        if self.is_new:
            return "New"
        return "Imported" if self.is_import else WORDS[self.tone][1]

    @property
    def adapter(self) -> Adapter | None:
        return adapters().get(self.source.kind)

    @property
    def kind_said(self) -> str:
        """What it is and whose, as far as its name does not say so."""
        label = self.adapter.label if self.adapter else "Imported files"
        place = self.source.facility.short_name if self.source.facility else ""
        return ", ".join(each for each in (label, place) if each and each != self.source.name)

    @property
    def is_new(self) -> bool:
        """Just connected: late is what it is called only once it could have answered."""
        return self.state is Liveness.LATE and self.source.answered_at is None and not self.source.failures

    @property
    def since(self) -> datetime | None:
        """Since when it is as it is; of a live one, when it answered last."""
        if self.state is Liveness.SILENT:
            return self.source.silent_since
        is_behind = self.state is Liveness.LATE and self.source.is_behind(self.now)
        return self.source.behind_since if is_behind else self.source.answered_at

    @property
    def age(self) -> str:
        return span_in_words(self.now - self.since) if self.since else "never heard"

    @property
    def since_said(self) -> str:
        """Of one that is not live since when, to be read beside its age."""
        is_well = self.tone is Liveness.LIVE or self.since is None
        return "" if is_well or self.since is None else f"since {source_words.day(self.since, self.now)}"

    @property
    def is_stream(self) -> bool:
        return self.source.kind in pushing()

    @property
    def is_unheard(self) -> bool:
        """Nothing ever came, so that no line is drawn and nothing is compared."""
        return self.source.last_item_at is None and not any(self.heard.hours.values())

    @cached_property
    def usual(self) -> Usual:
        return Usual(self.last_hour, self.same_hour)

    @property
    def usual_said(self) -> str:
        usual = self.usual
        if not usual.is_known:
            return "no usual known yet"
        return f"usual {usual.low}" if usual.low == usual.high else f"usual {usual.low} to {usual.high}"

    @cached_property
    def line(self) -> Line:
        return source_lines.line(self.heard, self.last_hour, self.now, self.zone)

    @cached_property
    def trouble(self) -> Trouble:
        if self.is_import:
            return Trouble("Nothing to do.")
        return source_words.of(self.source, self.state, self.now, failed=self.failed)

    @property
    def upcoming(self) -> str:
        return "" if self.is_import else source_words.upcoming(self.source, self.now)

    @property
    def is_waiting(self) -> bool:
        """Set up and never switched on, or left with the demo: no news to anybody."""
        is_left = self.source.paused_reason == pretending.LEFT
        return self.state is Liveness.PAUSED and (is_left or self.source.last_success_at is None)

    @property
    def waits_why(self) -> str:
        """Why it was never switched on, where that is more than that nobody did."""
        reason = self.source.paused_reason
        return "" if reason.startswith("Not switched on yet") else reason

    @property
    def is_unseen(self) -> bool:
        if self.is_waiting:
            return False
        return self.state in (Liveness.DOWN, Liveness.PAUSED, Liveness.SILENT) and not self.is_import

    @cached_property
    def missed(self) -> int | None:
        """About how many posts nobody sees now."""
        if not self.is_unseen or self.since is None:
            return None
        return silence.missed(self.heard, self.since, self.now, self.zone)

    @cached_property
    def expectation(self) -> Expectation:
        return silence.expectation(self.heard, self.zone)

    @cached_property
    def stage(self) -> Stage:
        if self.month is None:
            return Stage.FREE
        return spending.stage_of(self.source, self.month)

    @property
    def used(self) -> int:
        """Where the bar of its month ends, of 140."""
        return round(140 * min(1.0, self.month.share)) if self.month else 0

    @property
    def stage_said(self) -> str:
        return STAGES[self.stage]

    @property
    def dollars(self) -> float:
        """What this month's reads cost so far."""
        return self.read * self.price

    @property
    def dollars_limit(self) -> float:
        return self.month.cap * self.price if self.month else 0.0

    @property
    def quota_said(self) -> str:
        """Of the network's own limit where it stands in the way now."""
        kind, until = self.source.last_error_kind, self.source.limited_until
        if kind == "quota_exhausted" and self.source.is_refused:
            return "No credit left there"
        if until and until > self.now:
            said = "Used up" if kind == "quota_exhausted" else "The network wants a pause"
            return f"{said} until {source_words.day(until, self.now)}"
        if self.source.is_refused:
            return "Not asked"
        return "Not asked" if self.source.paused_reason else ""

    @property
    def has_quota(self) -> bool:
        """Whether there is something to say of it that does not stand elsewhere in its row."""
        is_told = self.quota_said not in ("", "Not asked")
        return bool(is_told or self.month or self.price or self.source.rate_left is not None)

    @property
    def price(self) -> float:
        syntax = self.adapter.syntax if self.adapter else None
        return syntax.dollars_per_post if syntax else 0.0

    @property
    def is_pretend(self) -> bool:
        """Read from the sandbox: what it would cost is shown, and nobody is charged."""
        return connections.is_sandbox(self.source.options)

    @property
    def lag_said(self) -> str:
        return span_in_words(self.lag.median) if self.lag.number else ""

    @property
    def lag_p95_said(self) -> str:
        return span_in_words(self.lag.p95)


def waits(source: Source, state: Liveness, now: datetime) -> bool:
    """Its network wants a pause, and nobody need do anything."""
    is_off = source.is_refused or state is Liveness.PAUSED
    is_limit = source.last_error_kind in LIMITS
    return not is_off and is_limit and bool(source.limited_until and source.limited_until > now)


def gather(sources: Sequence[Source], now: datetime) -> list[Health]:
    """Those that need somebody first."""
    zone = timezone.get_default_timezone()
    assert isinstance(zone, ZoneInfo)  # noqa: S101  Django makes no other
    heard, lags, failed = health.heard(sources, now), health.lags(now), failures(now)
    span = Span(now - HOUR, now)
    hour, weeks = last_hour(span), list(before(span, zone))
    earlier = {(ago, pk): number for ago, pk, number in counted_before(Ground(None), weeks, "source_id")}
    found = [
        Health(
            source,
            now,
            zone,
            heard[source.pk],
            lags.get(source.pk, NO_LAG),
            hour.get(source.pk, 0),
            [earlier.get((each.ago, source.pk), 0) for each in weeks if source.created_at <= each.since],
            spending.month(source, now),
            failed.get(source.pk),
            spending.read_this_month(source, now) if _is_paid(source) else 0,
        )
        for source in sources
    ]
    return sorted(found, key=_place)


def cut_off(healths: Sequence[Health]) -> int:
    """How many networks outside do not answer, where that is several and none of them does."""
    outside = [
        health
        for health in healths
        if not health.is_import
        and not health.source.paused_reason
        and not connections.is_sandbox(health.source.options)
    ]
    lost = [each for each in outside if each.source.failures and each.source.last_error_kind == "unavailable"]
    answers = any(each.state in (Liveness.LIVE, Liveness.SILENT) for each in outside)
    return 0 if answers or len(lost) < FEW else len(lost)


def _is_paid(source: Source) -> bool:
    adapter = adapters().get(source.kind)
    return bool(adapter and adapter.syntax and adapter.syntax.dollars_per_post)


def _place(health: Health) -> tuple[bool, bool, int, str]:
    name = health.source.name.lower()
    return health.is_import, health.is_waiting, ORDER.index(health.tone), name


def last_hour(span: Span) -> Mapping[int, int]:
    return dict(counted(Ground(None).during(span), "source_id"))


def failures(now: datetime) -> Mapping[int, tuple[datetime, str]]:
    """The last failed poll of each."""
    polls = Poll.objects.filter(state=Poll.State.FAILED, slot__gte=now - LOOKED_BACK)
    newest = polls.order_by("source_id", "-slot").distinct("source_id")
    return {pk: (slot, kind) for pk, slot, kind in newest.values_list("source_id", "slot", "error_kind")}
