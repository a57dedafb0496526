"""What is wrong with a source, and what to do about it, in words for whoever runs it. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from listening.models import Source
from listening.models.source import Liveness

REPLACE, POLL, RESUME, LOOK = "replace", "poll", "resume", "look"


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
        return Trouble(source.paused_reason or "It is switched off.", "Nothing is read from it.", RESUME)
    if source.failures and source.last_error_kind:
        return KINDS.get(source.last_error_kind, unexpected)(source, now)
    if state is Liveness.SILENT:
        return Trouble(
            "No error, and no posts either.",
            "Look at the network. If there are posts, poll now; if not, leave it.",
            POLL,
        )
    if state is Liveness.DOWN:
        return Trouble("No poll has come to an end.", "Look whether the workers and beat are running.")
    if source.gap:
        return Trouble("Some may be missing.", source.gap)
    if failed is None:
        return Trouble("None in 30 days.")
    return Trouble(f"None since {day(failed[0], now)},", f"{SHORT.get(failed[1], 'something unexpected')}.")


def refused(source: Source, now: datetime) -> Trouble:
    if source.last_success_at is None:
        why = "It is mistyped, or made for something else."
    else:
        why = f"It worked until {day(source.last_success_at, now)}: it has expired or was taken back."
    return Trouble("The network refuses our key.", f"{why} Make a new one there and enter it here.", REPLACE)


def forbidden(source: Source, now: datetime) -> Trouble:
    return Trouble(
        "The network does not allow this.",
        f"{source.last_error} Look at the rights of the key and the names in the options.",
        REPLACE,
    )


def used_up(source: Source, now: datetime) -> Trouble:
    if source.limited_until and source.limited_until > now:
        return Trouble(
            "Its quota is used up.", f"Nothing to do: it is asked again at {day(source.limited_until, now)}."
        )
    return Trouble("Its credit is used up.", "Add credit at the network, then resume it here.", RESUME)


def limited(source: Source, now: datetime) -> Trouble:
    until = day(source.limited_until or source.next_poll_at, now)
    return Trouble("It was asked too often.", f"Nothing to do. It is asked again at {until}.")


def away(source: Source, now: datetime) -> Trouble:
    return Trouble(
        f"It does not answer, {times(source.failures)}.",
        f"Nothing to do for an hour. We wait longer each time, next at {day(source.next_poll_at, now)}.",
        POLL,
    )


def unreadable(source: Source, now: datetime) -> Trouble:
    return Trouble(
        f"Its answer cannot be read, {times(source.failures)}.",
        f"The network may be in trouble, or have changed. Next at {day(source.next_poll_at, now)}; "
        "look at its status page if it lasts.",
        POLL,
    )


def unexpected(source: Source, now: datetime) -> Trouble:
    return Trouble(
        f"Something unexpected, {times(source.failures)}.",
        f"Look into the log of the workers. Next at {day(source.next_poll_at, now)}.",
        LOOK,
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


def times(failures: int) -> str:
    return "once" if failures == 1 else f"{failures} times running"


def day(moment: datetime, now: datetime) -> str:
    """17:51, or 12 Nov 17:51 of another day."""
    local, today = timezone.localtime(moment), timezone.localtime(now).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%-d %b %H:%M}"
