import logging
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from types import SimpleNamespace
from unittest import mock

from django.db import OperationalError, connection
from django.test import Client, TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.logs import WithoutTokens
from dashboard import release
from dashboard.models import Screen
from dashboard.scenes import live
from dashboard.screens import keeping, programme, views
from dashboard.screens.keeping import Draft
from dashboard.screens.showing import Showing
from hospital.models import AuditEntry
from listening.models import Source
from tests import base
from tests.dashboard.screens.base import hang

PARTS = ("", "scene/", "status/")


class ScreenTestCase(TestCase):
    def get(self, address: str, **headers: str) -> str:
        answer = self.client.get(address, headers=headers)
        self.assertEqual(answer.status_code, 200)
        return answer.content.decode()


class Outermost(HTMLParser):
    """The elements of a fragment that stand in no other."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.depth, self.found = 0, list[dict[str, str | None]]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self.depth:
            self.found.append(dict(attrs))
        self.depth += tag not in ("input", "br")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        self.depth -= 1


class DoorTests(ScreenTestCase):
    def test_what_comes_with_the_foot_takes_the_place_of_what_stood(self) -> None:
        base.mention("Not breathing", level="P0", lane="emergency", published_at=timezone.now())
        for screen_class in ("public", "staff", "locked"):
            parts = Outermost(self.get(hang(screen_class)[1] + "status/")).found
            beside = {part["id"] for part in parts if part.get("hx-swap-oob") == "true"}
            self.assertEqual(beside, {"feeds", "band", "screen-operations"}, screen_class)
            self.assertEqual(len(parts), len(beside) + 1, screen_class)

    def test_whoever_has_the_address_reads_the_screen_without_a_session(self) -> None:
        base.mention("The lobby is cold")
        _, address = hang()
        answer = self.client.get(address)
        self.assertContains(answer, "The lobby is cold")
        for part in PARTS:
            with self.subTest(part), CaptureQueriesContext(connection) as asked:
                answer = self.client.get(address + part)
            self.assertLessEqual(len(asked), 25)
            self.assertEqual(answer.status_code, 200)
            self.assertEqual(answer.cookies, {})
            self.assertEqual(answer["Cache-Control"], "no-store")
            self.assertEqual(answer["Referrer-Policy"], "no-referrer")

    def test_who_is_signed_in_in_the_same_browser_is_nobody_there(self) -> None:
        _, address = hang()
        self.client.force_login(base.ada())
        page = self.get(address)
        for theirs in ("csrf", "ada", "data-keys", "/sign-", "/mentions/"):
            self.assertNotIn(theirs, page)

    def test_it_only_reads(self) -> None:
        _, address = hang()
        for part in (*PARTS, "stream/"):
            self.assertEqual(self.client.post(address + part).status_code, 405)

    def test_what_is_not_there_is_a_calm_page_and_never_a_sign_in(self) -> None:
        screen, address = hang()
        keeping.take_down(screen, by=base.ada(), at=timezone.now())
        for gone in (address, "/screens/nobodys/", "/screens/%00/", f"/screens/{'a' * 3000}/"):
            for part in PARTS:
                with self.subTest(gone[:40] + part):
                    answer = self.client.get(gone + part)
                    self.assertContains(answer, "This screen was taken down", status_code=404)
                    self.assertContains(answer, 'http-equiv="refresh"', status_code=404)
                    self.assertEqual(answer.cookies, {})
        self.assertEqual(self.client.get(address + "older/").status_code, 404)

    def test_a_fragment_of_what_was_taken_down_takes_the_page_with_it(self) -> None:
        screen, address = hang()
        keeping.take_down(screen, by=base.ada(), at=timezone.now())
        answer = self.client.get(address + "status/", headers={"HX-Request": "true"})
        self.assertEqual((answer.status_code, answer["HX-Refresh"]), (404, "true"))

    def test_a_new_address_ends_the_old_and_putting_up_brings_it_back(self) -> None:
        screen, address = hang()
        token = keeping.renew(screen, by=base.ada(), at=timezone.now())
        self.assertEqual(self.client.get(address).status_code, 404)
        keeping.take_down(screen, by=base.ada(), at=timezone.now())
        self.assertEqual(self.client.get(f"/screens/{token}/").status_code, 404)
        keeping.put_up(screen, by=base.ada(), at=timezone.now())
        self.assertEqual(self.client.get(f"/screens/{token}/").status_code, 200)

    def test_who_tries_too_often_is_told_so_and_a_screen_beside_them_goes_on(self) -> None:
        _, address = hang()
        with mock.patch.object(views, "MOST_FAILURES", 0):
            self.assertEqual(self.client.get("/screens/nobodys/").status_code, 429)
        self.assertEqual(self.client.get(address).status_code, 200)

    def test_the_token_stands_in_no_row_and_in_no_line_of_the_log(self) -> None:
        screen, address = hang()
        token = address.split("/")[2]
        self.assertNotIn(token, str(Screen.objects.values()) + str(list(AuditEntry.objects.values())))
        keeping.take_down(screen, by=base.ada(), at=timezone.now())
        with self.assertLogs("django.request", "WARNING") as logged:
            self.client.get(address)
        (record,) = logged.records
        WithoutTokens().filter(record)
        self.assertNotIn(token, logging.Formatter().format(record))

    def test_a_screen_sees_its_own_facilities(self) -> None:
        north, west = base.facility("Northfield North", "north"), base.facility("Northfield West", "west")
        base.mention("of the north", facility=north)
        base.mention("of the west", facility=west)
        base.mention("of no place")
        _, address = hang(facilities=[north])
        page = self.get(address)
        self.assertIn("of the north", page)
        self.assertNotIn("of the west", page)
        self.assertNotIn("of no place", page)

    def test_a_screen_whose_facilities_are_gone_shows_nothing(self) -> None:
        north = base.facility("Northfield North", "north")
        _, address = hang(facilities=[north])
        north.delete()
        base.mention("of no place")
        self.assertNotIn("of no place", self.get(address))

    def test_it_is_seen(self) -> None:
        screen, address = hang()
        self.get(address + "status/")
        screen.refresh_from_db()
        assert screen.seen_at is not None
        self.assertTrue(screen.is_seen(timezone.now()))
        self.assertFalse(screen.is_seen(timezone.now() + timedelta(minutes=5)))

    def test_away_database_is_a_page_that_asks_again(self) -> None:
        _, address = hang()
        with mock.patch.object(views, "by_token", side_effect=OperationalError):
            for part in PARTS:
                answer = self.client.get(address + part)
                self.assertContains(answer, "One moment", status_code=503)


class BarTests(ScreenTestCase):
    """What stands above everything: whose screen it is, and what it hears."""

    def test_it_says_whose_screen_it_is(self) -> None:
        north = base.facility("Northfield North", "north", system="Northfield Health")
        west = base.facility("Northfield West", "west", system="Northfield Health")
        for places, said in (([north], "Northfield North"), ([], "Northfield Health")):
            self.assertIn(f"<span>{said}</span>", self.get(hang(facilities=places)[1]))
        west.system = "Alder Health"
        west.save()
        self.assertIn("<span>All facilities</span>", self.get(hang()[1]))

    def test_when_no_source_answers_it_says_that_alone(self) -> None:
        now = timezone.now()
        for slug in ("x", "reddit"):
            base.source(slug, last_success_at=now - timedelta(hours=3))
        page = self.get(hang("public")[1] + "status/")
        self.assertIn("All 2 sources down", page)
        self.assertNotIn("Reddit", page)
        Source.objects.filter(slug="x").update(last_success_at=now)
        page = self.get(hang("public")[1] + "status/")
        self.assertNotIn("sources down", page)
        self.assertIn("Reddit</span> <b>down", page)

    def test_sources_that_have_no_room_are_counted(self) -> None:
        for number in range(6):
            base.source(f"s{number}", last_success_at=timezone.now() - timedelta(hours=3 if number else 0))
        page = self.get(hang()[1] + "status/")
        self.assertIn("1 source</span> <b>live", page)
        self.assertIn("+1 more", page)


class HourTests(ScreenTestCase):
    def test_its_tones_fill_the_bar(self) -> None:
        for _ in range(2):
            for tone in ("negative", "neutral", "positive"):
                base.mention(sentiment=tone, published_at=timezone.now() - timedelta(minutes=5))
        base.mention(sentiment="negative", published_at=timezone.now() - timedelta(minutes=5))
        tones = Showing.of(hang("staff")[0], timezone.now()).hour().tones
        self.assertEqual([(part.begins, part.width) for part in tones], [(0, 43), (43, 28), (71, 29)])

    def test_a_quiet_hour_fills_none_of_it(self) -> None:
        tones = Showing.of(hang("staff")[0], timezone.now()).hour().tones
        self.assertEqual({part.width for part in tones}, {0})


class SceneTests(ScreenTestCase):
    def test_the_scene_that_stands_says_which_is_next(self) -> None:
        other = SimpleNamespace(label="Wards", template="screens/_live.html", context=lambda sight: {})
        known = {"live": live, "wards": other}
        with (
            mock.patch.object(programme, "scenes", return_value=known),
        ):
            _, address = hang(steps=[("live", 60), ("wards", 10)])
            scene = self.get(address + "scene/")
        self.assertIn('data-scene="live"', scene)
        self.assertIn("Wards", scene)
        self.assertIn("load delay:", scene)

    def test_another_theme_comes_at_once(self) -> None:
        screen, address = hang(theme="light")
        self.assertIn('data-light media="all"', self.get(address))
        asked = unescape(self.get(address + "scene/").partition('hx-get="')[2].partition('"')[0])
        self.assertNotIn("HX-Refresh", self.client.get(asked))
        keeping.change(screen, Draft(screen.name, screen.screen_class), by=base.ada(), at=timezone.now())
        self.assertEqual(self.client.get(asked)["HX-Refresh"], "true")
        self.assertIn('data-light media="not all"', self.get(address))

    def test_a_new_release_comes_between_two_scenes(self) -> None:
        _, address = hang()
        turn = self.get(address + "scene/").partition("?turn=")[2].partition("&")[0]
        for asked, is_reloaded in (
            (f"turn={turn}&release=old", False),
            ("turn=live-1&release=old", True),
            (f"turn=live-1&release={release.release()}", False),
            ("", False),
        ):
            with self.subTest(asked):
                answer = self.client.get(f"{address}scene/?{asked}")
                self.assertEqual("HX-Refresh" in answer, is_reloaded)

    def test_it_is_darker_at_night(self) -> None:
        _, address = hang()
        now = timezone.localtime()
        Screen.objects.update(dim_from=now.time(), dim_until=(now + timedelta(hours=1)).time())
        self.assertIn("data-night", self.get(address + "scene/"))
        Screen.objects.update(dim_from=None, dim_until=None)
        self.assertNotIn("data-night", self.get(address + "scene/"))

    @override_settings(REDIS_URL="")
    def test_without_a_broker_it_is_shown_all_the_same(self) -> None:
        _, address = hang()
        self.get(address)
        self.assertEqual(Client().get("/screens/nobodys/").status_code, 404)
