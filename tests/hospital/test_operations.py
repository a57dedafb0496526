from datetime import timedelta

from django.test import SimpleTestCase, TestCase

from hospital import operations
from hospital.models import Facility, Service, ServiceStatus
from hospital.operations import State, Tile, Trend
from tests.base import NOW, facility

WAIT = Service(kind="ed_wait", slug="wait", name="ED wait", unit="minutes", limit=120)


def report(minutes_ago: float, value: float | None = None, **said: object) -> ServiceStatus:
    at = NOW - timedelta(minutes=minutes_ago)
    return ServiceStatus(at=at, received_at=at, value=value, feed="test", **said)


def tile(*history: ServiceStatus, service: Service = WAIT) -> Tile:
    return Tile(service, NOW, history)


class TileTests(SimpleTestCase):
    def test_its_state_is_what_was_last_said(self) -> None:
        cases = [
            (tile(), State.SILENT),
            (tile(report(3, 90)), State.FINE),
            (tile(report(3, 120)), State.FINE),
            (tile(report(9, 90), report(3, 250)), State.TROUBLE),
            (tile(report(16, 250)), State.STALE),
            (tile(report(3, words="Down", is_trouble=True)), State.TROUBLE),
            (tile(report(60, words="Upgrade", is_trouble=True, until_at=NOW)), State.FINE),
            (tile(report(60, words="Upgrade", is_trouble=True, until_at=NOW + timedelta(1))), State.TROUBLE),
        ]
        for case, state in cases:
            with self.subTest(state=state, number=len(case.history)):
                self.assertEqual(case.state, state)

    def test_a_low_limit_is_crossed_downwards(self) -> None:
        beds = Service(kind="beds", slug="beds", name="Beds", unit="number", limit=4, is_limit_low=True)
        self.assertEqual(tile(report(1, 3), service=beds).state, State.TROUBLE)
        self.assertEqual(tile(report(1, 4), service=beds).state, State.FINE)

    def test_trouble_began_with_the_first_report_of_it(self) -> None:
        long = tile(report(50, 200), report(40, 90), report(30, 130), report(3, 250))
        self.assertEqual(long.trouble_since, NOW - timedelta(minutes=30))
        self.assertIsNone(tile(report(3, 90)).trouble_since)
        self.assertIsNone(tile(report(16, 250)).trouble_since)

    def test_its_trend_is_that_of_the_last_hour(self) -> None:
        cases = [
            ([report(3, 90)], Trend.UNKNOWN),
            ([report(30, 90), report(3, 92)], Trend.STEADY),
            ([report(30, 90), report(3, 120)], Trend.UP),
            ([report(300, 20), report(60, 150), report(3, 120)], Trend.DOWN),
        ]
        for history, trend in cases:
            with self.subTest(trend):
                self.assertEqual(tile(*history).trend, trend)

    def test_it_says_its_value_in_its_unit(self) -> None:
        self.assertEqual(tile(report(1, 250)).said, "4 h 10")
        self.assertEqual(tile(report(1, 59.6)).said, "1 h 00")
        self.assertEqual(tile(report(1, 35)).said, "35 min")
        self.assertEqual(tile(report(1, words="None")).said, "None")
        self.assertEqual(tile().said, "No report yet")


class TilesTests(TestCase):
    def setUp(self) -> None:
        self.place = facility()
        self.wait = Service.objects.create(facility=self.place, slug="wait", name="ED wait", unit="minutes")
        self.portal = Service.objects.create(kind="portal", slug="portal", name="Portal")
        self.elsewhere = Service.objects.create(
            facility=Facility.objects.create(slug="other", name="Other", short_name="Other"),
            slug="far",
            name="Far",
        )

    def say(self, service: Service, minutes_ago: float, value: float) -> None:
        status = report(minutes_ago, value)
        status.service = service
        status.save()

    def test_they_are_those_within_reach_and_what_serves_all(self) -> None:
        seen = operations.tiles(frozenset({self.place.pk}), NOW)
        self.assertEqual({each.service for each in seen}, {self.wait, self.portal})
        self.assertEqual(len(operations.tiles(None, NOW)), 3)

    def test_the_newest_report_is_read_however_old_and_never_one_of_the_future(self) -> None:
        self.say(self.wait, 60 * 24 * 9, 30)
        self.say(self.wait, 60 * 24 * 8, 40)
        self.say(self.wait, -5, 900)
        self.say(self.portal, 5, 1)
        self.say(self.portal, 20, 2)
        with self.assertNumQueries(3):
            by_slug = {each.service.slug: each for each in operations.tiles(None, NOW)}
        self.assertEqual([status.value for status in by_slug["wait"].history], [40])
        self.assertEqual([status.value for status in by_slug["portal"].history], [2, 1])
