from typing import Any

import pytest

from hospital.feeds import calendar, payload, schema
from hospital.feeds.schema import Report
from sandbox import operations, world
from sandbox.storms import Storm
from tests.sandbox.base import NOON, Clock, http, sandbox

ZONE = world.load().zone
NOW = int(NOON.timestamp() * 1000)
MINUTE = 60_000


def told(at: int, *storms: Storm) -> dict[str, dict[str, Any]]:
    return {str(report["service"]): report for report in operations.at_moment(storms, "seed", ZONE, at)}


def storm(kind: str, minutes: float = 10) -> Storm:
    return Storm(number=0, kind=kind, at=NOW, minutes=minutes, per_minute=30)


class MomentTests:
    def test_the_wait_follows_the_day(self) -> None:
        night, evening = (told(NOW + hours * 60 * MINUTE)["north-ed-wait"]["value"] for hours in (-9, 6))
        assert 20 < night < 60 < evening < 120

    @pytest.mark.parametrize("minutes", [0.5, 10, 60])
    def test_a_storm_drives_the_wait_over_its_limit_some_time_after_it_began(self, minutes: float) -> None:
        blowing = storm("ed", minutes)
        waits = [told(NOW + int(share * blowing.minutes * MINUTE), blowing)["north-ed-wait"]["value"]
                 for share in (0, 0.15, 0.9)]  # fmt: skip
        assert waits[0] < 120
        if minutes < 60:
            assert waits[1] < 120
        assert waits[2] > 180
        after = told(blowing.end + 30 * MINUTE, blowing)["north-ed-wait"]["value"]
        assert after < 120

    def test_the_portal_says_down_only_after_the_posts_have_begun(self) -> None:
        blowing = storm("portal")
        said = [told(NOW + minute * MINUTE, blowing)["portal"]["words"] for minute in (0, 2, 3, 5, 9, 12)]
        assert said == ["Up", "Up", "Up", "Down", "Down", "Up"]

    def test_parking_falls_silent_for_a_while(self) -> None:
        silent = [at for at in range(0, 6 * 60, 10) if "main-parking" not in told(NOW + at * MINUTE)]
        assert len(silent) == 5


class AddressTests:
    def test_what_it_serves_is_what_a_feed_takes(self) -> None:
        with sandbox(quiet=True, clock=Clock(NOON)) as base:
            entries = payload.entries(http.get(f"{base}/operations.json").content)
            text = calendar.text_of(http.get(f"{base}/operations.ics").content)
        read = [schema.read(entry, place, NOON) for place, entry in entries]
        assert {type(report) for report in read} == {Report}
        assert len({report.service for report in read if isinstance(report, Report)}) == 8
        plan = calendar.read(text, ZONE, NOON)
        assert not plan.wrong
        assert plan.planned[0].name == "Imaging archive check"
        assert {each.name for each in plan.planned} > {"Imaging archive check"}
