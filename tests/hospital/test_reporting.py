from datetime import timedelta
from typing import Any

import pytest
from django.test import TestCase

from hospital import operations, reporting
from hospital.feeds import schema
from hospital.feeds.schema import Report, Wrong
from hospital.models import Service, ServiceStatus
from hospital.signals import service_changed
from tests.base import NOW, facility
from tests.hospital.feeds.nouns import service

AT = "2026-03-02T06:58:00-05:00"
GOOD: dict[str, Any] = {"service": "wait", "at": AT, "value": 95}


class SchemaTests:
    def test_a_good_report_is_read(self) -> None:
        said = {**GOOD, "words": " about  so ", "trouble": True, "until": "2026-03-02T14:00Z"}
        read = schema.read(said, "line 2", NOW)
        assert isinstance(read, Report)
        assert (read.at, read.value, read.words) == (NOW - timedelta(minutes=2), 95.0, "about so")
        assert (read.is_trouble, read.until_at) == (True, NOW + timedelta(hours=2))

    @pytest.mark.parametrize(
        ("change", "place", "words"),
        [
            ({"vlaue": 3}, '"vlaue"', "no such field"),
            ({"service": ""}, "service", "short name"),
            ({"service": 7}, "service", "short name"),
            ({"service": "w" * 61}, "service", "short name"),
            ({"at": None}, "at", "missing"),
            ({"at": 1772452800}, "at", "missing"),
            ({"at": "yesterday"}, "at", "not a time"),
            ({"at": "2026-02-30T12:00:00Z"}, "at", "not a time"),
            ({"at": "0001-01-01T00:00:00+14:00"}, "at", "not a time"),
            ({"at": "2026-03-02T12:00:00"}, "at", "zone"),
            ({"at": "2026-03-02T12:03:00Z"}, "at", "not come yet"),
            ({"at": "2026-02-20T12:00:00Z"}, "at", "7 days"),
            ({"value": "95"}, "value", "not a number"),
            ({"value": True}, "value", "not a number"),
            ({"value": float("nan")}, "value", "no number"),
            ({"value": float("inf")}, "value", "no number"),
            ({"value": 10**400}, "value", "no number"),
            ({"value": None}, "value", "words, or both"),
            ({"value": None, "words": "  "}, "value", "words, or both"),
            ({"words": 4}, "words", "not text"),
            ({"words": "w" * 81}, "words", "room for 80"),
            ({"words": "Up\0"}, "words", "cannot be shown"),
            ({"words": "Up\ud800"}, "words", "cannot be shown"),
            ({"words": "Up\u202edown"}, "words", "cannot be shown"),
            ({"trouble": "yes"}, "trouble", "true nor false"),
            ({"until": AT}, "until", "after `at`"),
            ({"until": "2027-03-02T12:00:00Z"}, "until", "90 days"),
        ],
    )
    def test_a_bad_one_is_told_where_and_why(self, change: dict[str, Any], place: str, words: str) -> None:
        read = schema.read({**GOOD, **change}, "reports[3]", NOW)
        assert isinstance(read, Wrong)
        assert read.place == f"reports[3], {place}"
        assert words in read.words

    @pytest.mark.parametrize("entry", [None, [], "wait", 7])
    def test_what_is_no_object_is_told(self, entry: object) -> None:
        assert isinstance(schema.read(entry, "line 2", NOW), Wrong)

    def test_what_it_repeats_is_short_and_harmless(self) -> None:
        assert schema.shown("\u202e" + "x" * 99) == '"\ufffd' + "x" * 59 + '"'


class ReceiveTests(TestCase):
    def setUp(self) -> None:
        self.here = facility()
        self.wait = service(facility=self.here)
        service("portal", kind="portal", unit="words", limit=None)

    def receive(self, *reports: object, **options: Any) -> reporting.Outcome:
        return reporting.receive("board", reports, NOW, **options)

    def test_a_bad_one_stops_no_neighbour(self) -> None:
        outcome = self.receive(
            GOOD, {**GOOD, "service": "nowhere"}, {"service": "portal", "at": AT, "words": "Up"}
        )
        self.assertEqual((outcome.stored, outcome.known, len(outcome.wrong)), (2, 0, 1))
        self.assertEqual(outcome.wrong[0].place, "reports[1], service")
        self.assertEqual(ServiceStatus.objects.count(), 2)
        self.assertEqual(operations.tile_of(self.wait, NOW).said, "1 h 35")

    def test_the_same_again_is_known(self) -> None:
        self.receive(GOOD)
        outcome = self.receive(GOOD, GOOD)
        self.assertEqual((outcome.stored, outcome.known), (0, 2))
        self.assertEqual(ServiceStatus.objects.count(), 1)

    def test_another_value_for_the_same_moment_is_refused(self) -> None:
        outcome = self.receive(GOOD, {**GOOD, "value": 96})
        self.assertEqual(outcome.wrong[0].place, "reports[1], at")
        self.assertEqual(ServiceStatus.objects.get().value, 95)

    def test_what_does_not_fit_its_service_is_refused(self) -> None:
        outcome = self.receive({**GOOD, "service": "portal"}, {**GOOD, "value": -1})
        self.assertEqual([wrong.place for wrong in outcome.wrong], ["reports[0], value", "reports[1], value"])

    def test_a_feed_speaks_of_its_own_place_alone(self) -> None:
        outcome = self.receive(
            GOOD,
            {"service": "portal", "at": AT, "words": "Down"},
            facility_ids=frozenset({self.here.pk}),
        )
        self.assertEqual((outcome.stored, outcome.wrong[0].place), (1, "reports[1], service"))

    def test_a_service_that_is_off_takes_no_report(self) -> None:
        Service.objects.update(is_active=False)
        self.assertEqual(len(self.receive(GOOD).wrong), 1)

    def test_a_rehearsal_stores_nothing(self) -> None:
        checked = reporting.rehearse(reporting.placed([GOOD, {}]), NOW)
        self.assertEqual([type(answer) for answer in checked], [Report, Wrong])
        self.assertFalse(ServiceStatus.objects.exists())

    def test_it_rings_after_the_commit_and_only_for_news(self) -> None:
        heard: list[list[int]] = []

        def hear(ids: list[int], **kwargs: Any) -> None:
            heard.append(ids)

        service_changed.connect(hear)
        self.addCleanup(service_changed.disconnect, hear)
        for _ in range(2):
            with self.captureOnCommitCallbacks(execute=True):
                self.receive(GOOD)
        self.assertEqual(heard, [[self.wait.pk]])
