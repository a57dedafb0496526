"""What is wrong with a source, and what to do about it, in words for whoever runs it. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from listening.models import Source
from listening.models.source import Liveness
from listening.sources import adapters, pushing

REPLACE, MEND, POLL, RESUME, LOOK = "replace", "mend", "poll", "resume", "look"
PATIENCE = timedelta(hours=1)
"""So long a network is given before somebody should look."""


@dataclass(frozen=True)
class Trouble:
    """A bold beginning, what to do, and the one button that does it."""

    head: str
    todo: str = ""
    act: str = ""


def of(source: Source, state: Liveness, now: datetime, *, failed: tuple[datetime, str] | None) -> Trouble:
    """`failed`: when a poll failed last in thirty days, and with which kind of error."""
    if source.is_refused:
        return KINDS.get(source.last_error_kind, unexpected)(source, now)
    if state is Liveness.PAUSED:
        return paused(source)
    if source.failures and source.last_error_kind:
        return KINDS.get(source.last_error_kind, unexpected)(source, now)
    if state is Liveness.SILENT:
        return Trouble(
            "No error, and no posts either.",
            "Look at the network. If there are posts, poll now; if not, leave it.",
            POLL,
        )
    if state in (Liveness.DOWN, Liveness.LATE):
        if source.is_behind(now):
            return behind(source, now)
        return ANEW if is_asked_anew(source, now, failed) else unheard(source, state)
    if source.gap:
        return Trouble("Some may be missing.", source.gap)
    if failed is None:
        return Trouble("No trouble in 30 days.")
    return Trouble(
        f"No trouble since {day(failed[0], now)},", f"{SHORT.get(failed[1], 'something unexpected')}."
    )


def paused(source: Source) -> Trouble:
    """Its first sentence says why; what to do may stand behind it already."""
    head, _, todo = (source.paused_reason or "It is switched off.").partition(". ")
    return Trouble(f"{head.rstrip('.')}.", todo or "Nothing is read from it.", RESUME)


def behind(source: Source, now: datetime) -> Trouble:
    """It gives more than can be stored at once."""
    since = day(source.behind_since or now, now)
    return Trouble(
        "It brings more than can be stored at once.",
        f"Nothing to do: what was read since {since} is being stored, what is urgent first. No post is lost.",
    )


ANEW = Trouble("It is asked anew.", "Nothing to do: its answer is awaited.")
SOON = timedelta(minutes=1)
"""So long after it was resumed or given a new key it is too early to look for what else is wrong."""


def is_asked_anew(source: Source, now: datetime, failed: tuple[datetime, str] | None) -> bool:
    """Its poll is due just now, or is on its way after the failure for which somebody acted."""
    if source.answered_at is None:
        return False
    overdue = now - source.next_poll_at
    was_mended = failed is not None and failed[0] > source.answered_at
    return overdue < SOON and (overdue >= timedelta() or was_mended)


def unheard(source: Source, state: Liveness) -> Trouble:
    """Nothing failed, and no answer came in time."""
    is_stream = source.kind in pushing()
    if state is Liveness.LATE and source.answered_at is None:
        return Trouble("Just connected.", "Nothing to do: its first answer is awaited.")
    if state is Liveness.LATE:
        return Trouble("Its answer is late.", "Nothing to do yet: it may come with the next one.")
    if is_stream:
        return Trouble("Nobody listens to it.", "Look whether manage.py stream is running.", LOOK)
    head = "It was never asked." if source.answered_at is None else "No poll has come to an end."
    return Trouble(head, "Look whether the workers and beat are running.", LOOK)


def refused(source: Source, now: datetime) -> Trouble:
    missing, is_missing, _ = source.last_error.partition(" yet.")
    if is_missing:
        return Trouble(f"{missing} yet.", "Make one at the network and enter it here.", REPLACE)
    if source.last_success_at is None:
        why = "It is mistyped, or made for something else."
    else:
        why = f"It worked until {day(source.last_success_at, now)}: it has expired or was taken back."
    return Trouble("The network refuses our key.", f"{why} Make a new one there and enter it here.", REPLACE)


OPEN_ADVICE = "Look at what is to be read: it may have moved, or be closed to programs."


def forbidden(source: Source, now: datetime) -> Trouble:
    has_key = bool(adapter.secrets) if (adapter := adapters().get(source.kind)) else True
    advice = "Look at the rights of the key and at the names in the settings." if has_key else OPEN_ADVICE
    said = source.last_error
    head = "The network does not allow this." if has_key else "It can’t be read."
    # What was said when it was tried ends with what to do.
    todo = said if "Look at" in said else f"{said} {advice}"
    return Trouble(head, todo.strip(), REPLACE if has_key else MEND)


def used_up(source: Source, now: datetime) -> Trouble:
    if source.limited_until and source.limited_until > now:
        return Trouble(
            "Its quota is used up.",
            "Nothing to do: it fills again by itself. If that happens daily, ask it less often.",
        )
    return Trouble("Its credit is used up.", "Add credit at the network, then try again here.", RESUME)


def limited(source: Source, now: datetime) -> Trouble:
    return Trouble("It was asked too often.", "Nothing to do: the network wants a pause.")


def away(source: Source, now: datetime) -> Trouble:
    head = f"{source.last_error.rstrip('.') or 'It does not answer'}, {times(source.failures)}."
    if source.last_success_at is None and source.failures > 1:
        # It never answered: more likely its address is mistyped than that it is away just now.
        return Trouble(head, "Look at its address, and whether this server may reach the internet.", MEND)
    if now - (source.last_success_at or source.created_at) < PATIENCE:
        return Trouble(head, "Nothing to do yet. The longer it lasts, the longer we wait.", POLL)
    return Trouble(head, "Look at its status page, and whether this server still reaches it.", POLL)


def unreadable(source: Source, now: datetime) -> Trouble:
    return Trouble(
        f"Its answer cannot be read, {times(source.failures)}.",
        f"{source.last_error} If it lasts, look at its status page and at the addresses in the settings.",
        POLL,
    )


def unexpected(source: Source, now: datetime) -> Trouble:
    return Trouble(
        f"Something unexpected, {times(source.failures)}.", "Look into the log of the workers.", LOOK
    )


KINDS: dict[str, Callable[[Source, datetime], Trouble]] = {
    "auth_failed": refused,
    "forbidden": forbidden,
    "quota_exhausted": used_up,
    "rate_limited": limited,
    "unavailable": away,
    "bad_payload": unreadable,
    "error": unexpected,
}
SHORT = {
    "auth_failed": "the key was refused",
    "forbidden": "it was not allowed",
    "quota_exhausted": "the credit was used up",
    "rate_limited": "asked too often",
    "unavailable": "it did not answer",
    "bad_payload": "its answer could not be read",
}


def upcoming(source: Source, now: datetime) -> str:
    """When it is asked next, or listened to again."""
    is_stream = source.kind in pushing()
    if source.is_refused:
        return "Not asked until you act."
    if source.paused_reason or not source.is_active:
        return "Not asked until somebody resumes it."
    if source.limited_until and source.limited_until > now:
        return f"Asked again at {day(source.limited_until, now)}, as the network wants."
    if source.failures:
        return f"{'Connects' if is_stream else 'Asked'} again {soon(source.next_poll_at, now)}."
    if is_stream:
        return "Listens all the time."
    return f"Next poll {soon(source.next_poll_at, now)}, every {pace(source.poll_every)}."


def pace(every: timedelta) -> str:
    """60 s, 5 min, hour: what stands behind `every`."""
    seconds = int(every.total_seconds())
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            number = seconds // size
            plural = "s" if number > 1 and unit != "min" else ""
            return unit if number == 1 and unit != "min" else f"{number} {unit}{plural}"
    return f"{seconds} s"


def soon(moment: datetime, now: datetime) -> str:
    """now, in 40 s, or at 17:51."""
    left = (moment - now).total_seconds()
    if left < 1:
        return "now"
    return f"in {left:.0f} s" if left < 100 else f"at {day(moment, now)}"


def times(failures: int) -> str:
    return "once" if failures == 1 else f"{failures} times running"


def day(moment: datetime, now: datetime) -> str:
    """17:51, or 12 Nov 17:51 of another day."""
    local, today = timezone.localtime(moment), timezone.localtime(now).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%-d %b %H:%M}"
