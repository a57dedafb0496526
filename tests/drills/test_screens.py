"""A big screen that nobody touches while everything behind it is stopped and started again."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, connections
from django.utils import timezone
from playwright.sync_api import Page, expect
from redis.exceptions import RedisError

from dashboard import doorbell
from dashboard.scenes import scenes
from tests.browser.test_axe import AXE, FIND
from tests.browser.test_screens import ScreenTestCase
from tests.browser.test_wall import SCREEN, shown, twice
from tests.dashboard.boards.test_numbers import town
from tests.dashboard.screens.base import hang


@pytest.mark.drill
class AxeTests(ScreenTestCase):
    def test_no_screen_has_a_serious_finding(self) -> None:
        self.fill()
        town(timezone.now())
        for screen_class in ("public", "staff", "locked"):
            for scene in scenes():
                _, address = hang(screen_class, steps=[(scene, 600)])
                for size in (SCREEN, (320, 640)):
                    with self.subTest(screen_class=screen_class, scene=scene, size=size):
                        self.look(address, size)
        self.look("/screens/nobodys/", SCREEN)
        self.store("Zebrafish", lane="emergency", level="P0", sentiment="negative")
        self.look(hang("locked")[1], SCREEN)

    def look(self, address: str, size: tuple[int, int]) -> None:
        page = self.hang(address, size, bypass_csp=True, reduced_motion="reduce")
        page.evaluate(AXE)
        found = page.evaluate(FIND, "")
        serious = [each for each in found if each["impact"] in ("serious", "critical")]
        self.assertEqual(serious, [], address)
        self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), size[0])
        page.context.close()


@pytest.mark.drill
class UnattendedTests(ScreenTestCase):
    def test_it_goes_on_by_itself(self) -> None:
        _, address = hang("staff", steps=[("live", 10), ("live", 10)])
        page = self.hang(address)
        loads: list[str] = []
        page.on("load", lambda _: loads.append(page.url))
        self.live(page)
        stored = [self.store().pk]
        for break_it in (self.web_restarts, self.connections_are_cut, self.broker_forgets, self.sign_ins_end):
            with self.subTest(break_it.__name__):
                break_it(page)
                stored += [self.store(break_it.__name__).pk for _ in range(5)]
                self.has_all(page, stored)
                expect(page.locator("body")).to_have_attribute("data-live", "live", timeout=40_000)
                self.assertEqual(twice(shown(page)), [])
        self.assertEqual(loads, [], "the page was loaded anew")
        self.assertEqual(page.url, self.web.url + address)

    def has_all(self, page: Page, stored: list[int]) -> None:
        self.wait(page, lambda: set(stored) <= set(shown(page)), 60)

    def web_restarts(self, page: Page) -> None:
        self.web.stop()
        page.wait_for_timeout(8_000)
        self.assertTrue(card_is_there(page))
        self.web.start()

    def connections_are_cut(self, page: Page) -> None:
        """What a restart of the database is to whoever is connected: all are refused, then let in again."""
        name = connection.settings_dict["NAME"]
        with other_database() as cursor:
            cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
        page.wait_for_timeout(12_000)
        self.assertTrue(card_is_there(page))
        with other_database() as cursor:
            cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        connections.close_all()

    def broker_forgets(self, page: Page) -> None:
        client = doorbell.client(settings.REDIS_URL)
        client.flushall()
        for kind in ("pubsub", "normal"):
            with suppress(RedisError):
                client.client_kill_filter(_type=kind, skipme=True)
        page.wait_for_timeout(2_000)

    def sign_ins_end(self, page: Page) -> None:
        Session.objects.all().delete()
        page.wait_for_timeout(2_000)


def card_is_there(page: Page) -> bool:
    """The last picture is kept."""
    return bool(page.locator(".card").count()) and page.locator("#lanes").is_visible()


@contextmanager
def other_database() -> Iterator[Any]:
    """Another one of the same server, from which that of the tests can be shut."""
    at = connection.settings_dict
    known = {"host": at["HOST"], "port": at["PORT"], "user": at["USER"], "password": at["PASSWORD"]}
    server = psycopg2.connect(dbname="postgres", **known)
    server.autocommit = True
    try:
        with server.cursor() as cursor:
            yield cursor
    finally:
        server.close()
