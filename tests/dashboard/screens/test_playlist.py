from datetime import time, timedelta

import pytest

from dashboard.screens import playlist
from dashboard.screens.playlist import BROKEN_IN, Break, Playlist, Step
from tests.base import NOW


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


STEPS = (Step("live", seconds(60)), Step("facilities", seconds(20)), Step("praise", seconds(10)))
LIST = Playlist(STEPS, NOW)
URGENT = Break(NOW + seconds(70), NOW + seconds(100), "mention:1")


@pytest.mark.parametrize(
    ("second", "breaks", "scene", "left", "after"),
    [
        (0, [], "live", 60, "facilities"),
        (59, [], "live", 1, "facilities"),
        (60, [], "facilities", 20, "praise"),
        (80, [], "praise", 10, "live"),
        (90, [], "live", 60, "facilities"),
        (90 * 1000 + 61, [], "facilities", 19, "praise"),
        # Something breaks in ten seconds into a scene, and the scene then has the rest of its time.
        (69, [URGENT], "facilities", 11, "praise"),
        (70, [URGENT], BROKEN_IN, 30, "facilities"),
        (99, [URGENT], BROKEN_IN, 1, "facilities"),
        (100, [URGENT], "facilities", 10, "praise"),
        (110, [URGENT], "praise", 10, "live"),
        # The later of two is shown, and what overlaps stops the clock once.
        (90, [URGENT, Break(NOW + seconds(80), NOW + seconds(120), "x")], BROKEN_IN, 30, "facilities"),
        (120, [URGENT, Break(NOW + seconds(80), NOW + seconds(120), "x")], "facilities", 10, "praise"),
        # One within another: the outer one comes back.
        (96, [URGENT, Break(NOW + seconds(80), NOW + seconds(95), "x")], BROKEN_IN, 4, "facilities"),
        # What was over before the playlist is counted from moves nothing.
        (60, [Break(NOW - seconds(50), NOW - seconds(20), "x")], "facilities", 20, "praise"),
        (60, [Break(NOW - seconds(50), NOW + seconds(5), "x")], "live", 5, "facilities"),
    ],
)
def test_what_stands(second: int, breaks: list[Break], scene: str, left: int, after: str) -> None:
    now = NOW + seconds(second)
    standing = playlist.standing(LIST, breaks, now)
    assert (standing.scene, standing.left(now), standing.after) == (scene, left, after)


def test_one_turn_has_one_name_and_the_next_another() -> None:
    turns = [playlist.standing(LIST, [], NOW + seconds(second)).turn for second in (60, 79.5, 80, 150)]
    assert turns[0] == turns[1]
    assert len({*turns[1:]}) == 3


def test_a_pinned_scene_stands_until_it_is_let_go_and_gives_way_to_what_breaks_in() -> None:
    pinned = Playlist(STEPS, NOW, pinned="praise", pinned_at=NOW + seconds(65))
    late = NOW + seconds(4_000)
    assert playlist.standing(pinned, [], late).scene == "praise"
    assert playlist.standing(pinned, [], late).left(late) == 0
    assert playlist.standing(pinned, [URGENT], NOW + seconds(75)).scene == BROKEN_IN
    # What it had played as it was pinned, whatever broke in since.
    assert playlist.played(pinned, [URGENT], late) == seconds(65)


def test_a_skip_begins_the_next_scene() -> None:
    now = NOW + seconds(63)
    played = playlist.skipped(LIST, [], now)
    standing = playlist.standing(Playlist(STEPS, now, played), [], now)
    assert (standing.scene, standing.left(now)) == ("praise", 10)


def test_an_empty_playlist_is_the_live_wall() -> None:
    assert playlist.standing(Playlist((), NOW), [], NOW).scene == "live"
    assert playlist.standing(Playlist((), NOW), [], NOW).until is None


def test_one_scene_alone_follows_itself() -> None:
    alone = Playlist(STEPS[:1], NOW)
    assert playlist.standing(alone, [], NOW + seconds(90)).after == "live"


@pytest.mark.parametrize(
    ("start", "end", "hour", "is_night"),
    [
        (22, 6, 23, True),
        (22, 6, 5, True),
        (22, 6, 6, False),
        (1, 5, 3, True),
        (1, 5, 12, False),
        (4, 4, 4, False),
    ],
)
def test_a_night_may_reach_over_midnight(start: int, end: int, hour: int, is_night: bool) -> None:
    assert playlist.is_between(time(start), time(end), time(hour)) is is_night


def test_without_times_there_is_no_night() -> None:
    assert not playlist.is_between(None, None, time(3))
