"""Tiles, the address that machines post to, and the pages where services and feeds are set up."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from unittest import mock

from django.http import HttpResponse
from django.test import Client, SimpleTestCase, TestCase
from django.urls import reverse
from django.utils import timezone

from dashboard.operations import sparks
from dashboard.operations.faces import Board, Face
from dashboard.scenes import Sight, scenes
from dashboard.screen_class import ScreenClass
from hospital import reporting
from hospital.feeds import signing, taking
from hospital.models import Feed, Service, ServiceStatus
from hospital.operations import Tile
from tests.base import NOW, ada, facility, mallory, wes
from tests.hospital.feeds.nouns import SECRET, feed, service

WAIT = Service(kind="ed_wait", slug="wait", name="North ED wait", unit="minutes", limit=120)
PORTAL = Service(kind="portal", slug="portal", name="Portal", unit="words")


def status(minutes_ago: float, value: float | None = None, **said: Any) -> ServiceStatus:
    at = NOW - timedelta(minutes=minutes_ago)
    return ServiceStatus(at=at, received_at=at, value=value, feed="board", **said)


def face(*history: ServiceStatus, of: Service = WAIT) -> Face:
    return Face(Tile(of, NOW, history))


class FaceTests(SimpleTestCase):
    def test_its_state_is_a_sign_a_word_and_a_colour(self) -> None:
        down = status(1, words="Down", is_trouble=True)
        planned = status(1, words="Upgrade", is_trouble=True, until_at=NOW + timedelta(hours=2))
        full = Service(kind="parking", name="Parking", unit="percent", limit=95)
        beds = Service(kind="beds", name="Beds", unit="number", limit=4, is_limit_low=True)
        for shown, expected in (
            (face(), ("outage", "No report yet", "other")),
            (face(status(1, 90)), ("check", "As it should be", "other")),
            (face(status(1, 250)), ("urgent", "Over the 2 h limit", "urgent")),
            (face(status(41, 250)), ("clock", "Stale", "other")),
            (face(status(1, 3), of=beds), ("urgent", "Below the limit of 4", "urgent")),
            (face(status(1, 98), of=full), ("watch", "Over the 95 % limit", "watch")),
            (face(down, of=PORTAL), ("urgent", "Trouble reported", "urgent")),
            (face(planned, of=PORTAL), ("urgent", "Until 09:00", "urgent")),
        ):
            with self.subTest(expected):
                self.assertEqual((shown.icon, shown.word, shown.severity), expected)

    def test_numbers_stand_apart_from_their_units(self) -> None:
        self.assertEqual(face(status(1, 250)).parts, [("4", "h"), ("10", "")])
        self.assertEqual(face(status(1, 35)).parts, [("35", "min")])
        self.assertEqual(face(status(1, words="On divert")).parts, [("On divert", "")])

    def test_its_arrow_has_a_word_and_none_when_stale(self) -> None:
        self.assertEqual(face(status(50, 90), status(1, 250)).arrow, ("up", "rising"))
        self.assertIsNone(face(status(90, 90), status(41, 250)).arrow)

    def test_the_gravest_stands_large(self) -> None:
        weather = face(status(1, words="Ice", is_trouble=True), of=Service(kind="weather", unit="words"))
        wait, fine = face(status(1, 250)), face(status(1, 9))
        board = Board([weather, fine, wait], NOW)
        self.assertIs(board.hero, wait)
        self.assertEqual((board.rest, board.fresh, board.troubled), ([weather, fine], 3, 2))
        self.assertIsNone(Board([fine], NOW).hero)


class SparkTests(SimpleTestCase):
    def test_it_is_a_line_with_its_limit_and_a_sentence(self) -> None:
        spark = sparks.spark(Tile(WAIT, NOW, (status(180, 60), status(90, 70), status(0, 250))))
        assert spark is not None
        self.assertEqual(spark.path, "M200 53 400 3")
        self.assertEqual(spark.limit, 39.1)
        self.assertEqual(spark.said, "1 h 10 at 05:30, 4 h 10 at last, limit 2 h")

    def test_words_are_steps(self) -> None:
        down = status(45, words="Down", is_trouble=True)
        spark = sparks.spark(Tile(PORTAL, NOW, (status(90, words="Up"), down, status(0, words="Up"))))
        assert spark is not None
        self.assertEqual(spark.path, "M200 53H300V3H400V53")

    def test_words_that_never_changed_draw_nothing(self) -> None:
        self.assertIsNone(sparks.spark(Tile(PORTAL, NOW, (status(90, words="Up"), status(0, words="Up")))))

    def test_one_report_is_no_line(self) -> None:
        self.assertIsNone(sparks.spark(Tile(WAIT, NOW, (status(1, 60),))))


class TileTests(TestCase):
    def setUp(self) -> None:
        self.here = facility()
        self.wait = service(facility=self.here, name="<b>Wait</b>")
        self.there = service("there", name="Elsewhere", facility=facility("Northfield North", "north"))
        self.portal = service("portal", name="Portal", kind="portal", unit="words", limit=None)
        feed("board", name="Bed board")
        now = timezone.now()
        said = {"at": (now - timedelta(minutes=1)).isoformat(), "value": 250}
        reporting.receive("board", [{**said, "service": "wait"}, {**said, "service": "there"}], now)
        self.client.force_login(wes(self.here))

    def test_strip_column_and_page_show_what_is_within_reach(self) -> None:
        for name in ("operations", "operations-tiles", "operations-column"):
            with self.subTest(name):
                page = self.client.get(reverse(name))
                self.assertContains(page, "&lt;b&gt;Wait&lt;/b&gt;")
                self.assertContains(page, "Over the 2 h limit")
                self.assertContains(page, "No report yet")
                self.assertNotContains(page, "Elsewhere")

    def test_a_tile_opens_its_last_reports(self) -> None:
        page = self.client.get(reverse("tile-detail", args=[self.wait.pk]))
        self.assertContains(page, "4 h 10")
        self.assertContains(page, "Beyond the limit")
        self.assertContains(page, "Bed board")
        self.assertEqual(self.client.get(reverse("tile-detail", args=[self.there.pk])).status_code, 404)
        self.assertContains(self.client.get(reverse("tile-detail", args=[self.portal.pk])), "No report yet")

    def test_nobody_else_sees_them(self) -> None:
        self.client.force_login(mallory())
        self.assertEqual(self.client.get(reverse("operations-tiles")).status_code, 403)

    def test_a_corridor_is_not_told_what_our_systems_are_called(self) -> None:
        scene = scenes()["operations"]
        for screen_class, feeds in ((ScreenClass.PUBLIC, {""}), (ScreenClass.STAFF, {"Bed board", ""})):
            sight = Sight(frozenset({self.here.pk}), screen_class, timezone.now())
            board = scene.context(sight)["board"]
            self.assertEqual({shown.feed for shown in board.faces}, feeds)
            self.assertEqual(len(board.faces), 2)

    def test_many_reports_cost_no_more_queries(self) -> None:
        # Services, their last hours, the last word of the silent, feeds; what people say: links and alarms.
        with self.assertNumQueries(6):
            Board.of(None, timezone.now())


class PostTests(TestCase):
    def setUp(self) -> None:
        self.wait, self.feed = service(), feed()
        # Whoever posts has neither a session nor a token against forgery.
        self.client = Client(enforce_csrf_checks=True)

    def post(
        self, body: bytes, *, secret: str = SECRET, off: int = 0, headers: dict[str, str] | None = None
    ) -> HttpResponse:
        stamp = str(int(timezone.now().timestamp()) + off)
        said = {
            "X-Murmur-Feed": "board",
            "X-Murmur-Timestamp": stamp,
            "X-Murmur-Signature": signing.signature(secret, stamp, body),
            **(headers or {}),
        }
        address = reverse("operations-status")
        return self.client.post(address, body, "application/json", headers=said)  # type: ignore[return-value]

    def body(self, *values: object) -> bytes:
        at = timezone.now().isoformat()
        reports = [f'{{"service": "wait", "at": "{at}", "value": {value}}}' for value in values]
        return f'{{"reports": [{", ".join(reports)}]}}'.encode()

    def test_it_answers_each_report(self) -> None:
        answer = self.post(self.body(95, '"many"'))
        self.assertEqual(answer.status_code, 200)
        told = answer.json()  # type: ignore[attr-defined]
        self.assertEqual((told["stored"], told["refused"]), (1, 1))
        self.assertEqual(told["answers"][0], {"place": "reports[0]", "became": "stored"})
        self.assertEqual(told["answers"][1]["place"], "reports[1], value")

    def test_the_same_post_again_is_known(self) -> None:
        body = self.body(95)
        self.post(body)
        self.assertEqual(self.post(body).json()["known"], 1)  # type: ignore[attr-defined]
        self.assertEqual(ServiceStatus.objects.count(), 1)

    def test_where_nothing_is_good_the_status_says_so(self) -> None:
        self.assertEqual(self.post(self.body('"many"')).status_code, 422)
        self.assertEqual(self.post(b"<html>").status_code, 400)

    def test_what_is_not_signed_is_not_read(self) -> None:
        with mock.patch("hospital.feeds.posting.payload.entries") as read:
            for answer in (
                self.post(self.body(95), secret="another"),
                self.post(self.body(95), off=-400),
                self.post(self.body(95), headers={"X-Murmur-Feed": "n\0body"}),
                self.post(self.body(95), headers={"X-Murmur-Signature": "é"}),
            ):
                self.assertEqual(answer.status_code, 401)
        read.assert_not_called()

    def test_too_much_is_not_read(self) -> None:
        self.assertEqual(self.post(b"x" * 262_145).status_code, 413)

    def test_the_wall_is_rung_after_the_commit(self) -> None:
        with mock.patch("dashboard.doorbell.ring") as ring, self.captureOnCommitCallbacks(execute=True):
            self.post(self.body(95))
        ring.assert_called_once_with("operations")


class SetUpTests(TestCase):
    def setUp(self) -> None:
        self.client.force_login(ada())

    def send(self, route: str, *args: Any, query: str = "", **fields: Any) -> HttpResponse:
        return self.client.post(reverse(route, args=args) + query, fields, follow=True)  # type: ignore[return-value]

    def test_a_service_is_made_and_changed(self) -> None:
        said = {"kind": "ed_wait", "name": "North ED wait", "unit": "minutes", "limit": "120", "stale": "20"}
        self.assertContains(
            self.send("service-create", **said, order="5", is_active="on"), "Every wall shows it"
        )
        made = Service.objects.get()
        self.assertEqual(
            (made.slug, made.stale_after, made.limit), ("north-ed-wait", timedelta(minutes=20), 120)
        )
        self.send("service-edit", made.pk, **{**said, "slug": made.slug, "limit": ""}, order="5")
        made.refresh_from_db()
        self.assertEqual((made.limit, made.is_active), (None, False))

    def test_words_have_no_limit_and_a_short_name_is_had_once(self) -> None:
        service("portal")
        said = {"kind": "portal", "name": "Portal", "unit": "words", "stale": "20", "order": "5"}
        answer = self.send("service-create", **said, limit="3")
        self.assertContains(answer, "has no limit", status_code=409)
        self.assertContains(answer, "is taken", status_code=409)

    def test_a_secret_is_shown_once(self) -> None:
        answer = self.send("feed-create", query="?kind=posted", name="Bed board", silent="15")
        made = Feed.objects.get()
        secret = taking.secret_of(made)
        self.assertContains(answer, secret)
        self.assertNotContains(self.client.get(reverse("feed-edit", args=[made.pk])), secret)
        renewed = self.send("feed-renew", made.pk)
        self.assertNotContains(renewed, secret)
        self.assertContains(renewed, taking.secret_of(Feed.objects.get()))

    def test_an_address_must_be_one_that_may_be_asked(self) -> None:
        for address in ("ftp://n.example/", "http://n.example:8080/", "http://a@n.example/", ""):
            with self.subTest(address):
                said = {"name": "Board", "silent": "15", "every": "60", "address": address}
                self.assertEqual(self.send("feed-create", query="?kind=polled", **said).status_code, 409)

    def test_a_token_goes_to_no_other_address(self) -> None:
        made = feed(kind="polled", address="https://n.example/a")
        said = {"name": "Board", "silent": "15", "every": "60"}
        answer = self.send("feed-edit", made.pk, **said, address="https://other.example/")
        self.assertContains(answer, "Enter the token again", status_code=409)
        self.send("feed-edit", made.pk, **said, address="https://other.example/", token="new")
        self.assertEqual(taking.secret_of(Feed.objects.get()), "new")

    def test_a_trial_stores_nothing(self) -> None:
        service()
        made = feed()
        at = timezone.now().isoformat()
        text = f'{{"reports": [{{"service": "wait", "at": "{at}", "value": 95}}, {{}}]}}'
        answer = self.send("feed-try", made.pk, text=text)
        self.assertContains(answer, "would be stored")
        self.assertContains(answer, "reports[1], value")
        self.assertContains(self.send("feed-try", made.pk, text="<b>"), "All of it would be refused")
        self.assertFalse(ServiceStatus.objects.exists())

    def test_a_file_is_brought_by_hand(self) -> None:
        service()
        made = feed(kind="dropped")
        at = timezone.now().isoformat()
        file = BytesIO(f"service,at,value\nwait,{at},95\nnowhere,{at},3\n".encode())
        file.name = "beds.csv"
        answer = self.send("feed-upload", made.pk, file=file)
        self.assertContains(answer, "line 3, service", status_code=409)
        self.assertEqual(ServiceStatus.objects.count(), 1)
        self.assertContains(self.send("feed-upload", made.pk), "No file was chosen", status_code=409)

    def test_the_list_says_who_is_silent_and_who_fails(self) -> None:
        long_ago = timezone.now() - timedelta(hours=2)
        feed("quiet", last_success_at=long_ago)
        feed("broken", kind="polled", address="https://n.example/", last_error="It could not be reached.")
        page = self.client.get(reverse("feed-list"))
        self.assertContains(page, "Silent")
        self.assertContains(page, "It could not be reached.")
        self.send("feed-pause", Feed.objects.get(slug="quiet").pk)
        self.assertContains(self.client.get(reverse("feed-list")), "Paused")
        self.send("feed-ask", Feed.objects.get(slug="broken").pk)
        self.assertIsNotNone(Feed.objects.get(slug="broken").next_due_at)
