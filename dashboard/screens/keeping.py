"""Making a big screen, changing what it shows, and taking it down. Each is audited."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from alerts import tokens
from alerts.refusals import Refused
from dashboard import doorbell
from dashboard.models import Screen
from dashboard.screens import breaking, playlist
from dashboard.screens.playlist import LEAST, LIVE, MOST
from dashboard.screens.programme import programme
from hospital import audit
from hospital.models import Facility, Theme

BELL = "screens"
TAKEN = "Another screen has that name. Choose one that says where it hangs."
DOWN = "This screen was taken down. Put it up again first."
PINNED = "A scene is pinned. Let it go first, then skip."
NOT_PINNED = "No scene is pinned."
UNKNOWN = "There is no such scene any more. Reload the page."


@dataclass(frozen=True)
class Draft:
    """What a screen is to be. No facilities are all of them."""

    name: str
    screen_class: str
    facilities: list[Facility] = field(default_factory=list)
    steps: list[tuple[str, int]] = field(default_factory=list)
    theme: str = Theme.DARK
    dim_from: time | None = None
    dim_until: time | None = None


@transaction.atomic
def make(draft: Draft, *, by: User, at: datetime) -> tuple[Screen, str]:
    """A new screen, and the token of its address, which is known now and never again."""
    token = tokens.new()
    screen = Screen(token_hash=tokens.hashed(token), counted_from=at, made_by=by, made_at=at)
    return _keep(screen, draft, "screen.make", by, at), token


@transaction.atomic
def change(screen: Screen, draft: Draft, *, by: User, at: datetime) -> Screen:
    return _keep(_locked(screen), draft, "screen.change", by, at)


@transaction.atomic
def pin(screen: Screen, scene: str, *, by: User, at: datetime) -> None:
    locked = _up(screen)
    if scene not in programme():
        raise Refused(UNKNOWN)
    _count_anew(locked, _played(locked, at), at)
    locked.pinned, locked.pinned_at = scene, at
    _save(locked, "screen.pin", by, at, scene=scene)


@transaction.atomic
def let_go(screen: Screen, *, by: User, at: datetime) -> None:
    locked = _up(screen)
    if not locked.pinned:
        raise Refused(NOT_PINNED)
    _count_anew(locked, _played(locked, at), at)
    locked.pinned, locked.pinned_at = "", None
    _save(locked, "screen.let_go", by, at)


@transaction.atomic
def skip(screen: Screen, *, by: User, at: datetime) -> None:
    """Ends what broke in; where nothing has, the next scene begins."""
    locked = _up(screen)
    broken_in = locked.breaks.filter(at__lte=at, until_at__gt=at)
    if not broken_in.update(until_at=at):
        if locked.pinned:
            raise Refused(PINNED)
        known = frozenset(programme())
        spent = playlist.skipped(locked.playlist(known), breaking.known(locked), at)
        _count_anew(locked, spent, at)
    _save(locked, "screen.skip", by, at)


@transaction.atomic
def renew(screen: Screen, *, by: User, at: datetime) -> str:
    """A new token. The address before it opens nothing from now on."""
    locked, token = _up(screen), tokens.new()
    locked.token_hash, locked.seen_at = tokens.hashed(token), None
    _save(locked, "screen.renew", by, at)
    return token


@transaction.atomic
def take_down(screen: Screen, *, by: User, at: datetime) -> None:
    locked = _up(screen)
    locked.down_at = at
    _save(locked, "screen.take_down", by, at)


@transaction.atomic
def put_up(screen: Screen, *, by: User, at: datetime) -> None:
    locked = _locked(screen)
    if locked.down_at is None:
        raise Refused("This screen is up already.")
    locked.down_at = None
    _count_anew(locked, timedelta(), at)
    _save(locked, "screen.put_up", by, at)


def _keep(screen: Screen, draft: Draft, action: str, by: User, at: datetime) -> Screen:
    if Screen.objects.filter(name=draft.name).exclude(pk=screen.pk).exists():
        raise Refused(TAKEN)
    steps = [list(step) for step in _checked(draft.steps)]
    if steps != screen.steps:
        _count_anew(screen, timedelta(), at)
    screen.name, screen.screen_class, screen.steps = draft.name, draft.screen_class, steps
    screen.theme, screen.is_everywhere = draft.theme, not draft.facilities
    screen.dim_from, screen.dim_until = draft.dim_from, draft.dim_until
    screen.save()
    screen.facilities.set(draft.facilities)
    places = sorted(facility.slug for facility in draft.facilities)
    detail = {
        "name": screen.name,
        "class": screen.screen_class,
        "facilities": places,
        "steps": steps,
        "theme": draft.theme,
    }
    audit.record(action, f"screen {screen.pk}", by=by, at=at, **detail)
    _ring()
    return screen


def _checked(steps: list[tuple[str, int]]) -> list[tuple[str, int]]:
    known = programme()
    for scene, seconds in steps:
        if scene not in known:
            raise Refused(UNKNOWN)
        if not LEAST <= timedelta(seconds=seconds) <= MOST:
            raise Refused("A scene stands between 10 and 600 seconds.")
    return steps or [(LIVE, 60)]


def _played(screen: Screen, at: datetime) -> timedelta:
    return playlist.played(screen.playlist(frozenset(programme())), breaking.known(screen), at)


def _count_anew(screen: Screen, played: timedelta, at: datetime) -> None:
    screen.counted_from, screen.played = at, played


def _locked(screen: Screen) -> Screen:
    return Screen.objects.select_for_update().get(pk=screen.pk)


def _up(screen: Screen) -> Screen:
    locked = _locked(screen)
    if locked.down_at is not None:
        raise Refused(DOWN)
    return locked


def _save(screen: Screen, action: str, by: User, at: datetime, **detail: str) -> None:
    screen.save()
    audit.record(action, f"screen {screen.pk}", by=by, at=at, name=screen.name, **detail)
    _ring()


def _ring() -> None:
    transaction.on_commit(lambda: doorbell.ring(BELL))
