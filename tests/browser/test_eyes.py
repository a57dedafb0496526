"""Two browsers side by side at one desk: each sees the other in two seconds, and no answer leaves twice."""

import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client, TransactionTestCase
from django.utils import timezone
from playwright.sync_api import Page, expect

from alerts import cases, defaults, presence
from alerts.models import Case, Presence, Reply
from hospital.models import Habits
from listening.models import Author
from tests.alerts.desk import ANSWER, open_case
from tests.base import NOW, carla, pete
from tests.browser.rig import shared
from tests.timing import limit

pytestmark = pytest.mark.walk

SEEN, TOLD = limit(2, beside_others=12), limit(3, beside_others=12)
"""Seconds; the slow poll that stands behind the stream comes every 15."""


@pytest.mark.browser
class TwoBrowsersTests(TransactionTestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.pete, self.carla = pete(), carla()
        Habits.objects.create(user=self.pete, stays=True)
        self.web, self.browser = shared.web(), shared.browser()

    def page(self, person: User, address: str) -> Page:
        client = Client()
        client.force_login(person)
        context = self.browser.new_context()
        self.addCleanup(context.close)
        cookies = client.cookies.items()
        context.add_cookies([{"name": n, "value": c.value, "url": self.web.url} for n, c in cookies])
        page = context.new_page()
        page.goto(self.web.url + address)
        expect(page.locator("#list")).to_be_visible()
        return page

    def owned(self, person: User, author: Author) -> Case:
        case = open_case(author=author)
        cases.claim(case, by=person, at=NOW)
        return case

    def test_each_sees_the_other_come_write_and_go(self) -> None:
        author = Author.objects.create(network="fake", external_id="a1", handle="someone")
        case, other = self.owned(self.carla, author), self.owned(self.pete, author)
        watching = self.page(self.pete, "/cases/")
        face = watching.locator(f"#who-{case.pk} .avatar")
        expect(face).not_to_have_attribute("data-here", "viewing")
        height = watching.locator(f"#row-{case.pk}").bounding_box()
        writing = self.page(self.carla, f"/cases/{case.pk}/")
        opened_at = time.monotonic()
        expect(face).to_have_attribute("data-here", "viewing", timeout=SEEN * 1_000)
        self.assertLess(time.monotonic() - opened_at, SEEN)
        self.assertEqual(watching.locator(f"#row-{case.pk}").bounding_box(), height)
        writing.locator("#text").press_sequentially("We are sorry.", delay=5)
        expect(face).to_have_attribute("data-here", "composing", timeout=TOLD * 1_000)
        self.guard_stops(watching, other)
        writing.context.close()
        Presence.objects.filter(person=self.carla).update(
            seen_at=timezone.now() - presence.GONE_AFTER, typed_at=None
        )
        presence.sweep(timezone.now())
        expect(face).not_to_have_attribute("data-here", "composing", timeout=TOLD * 1_000)

    def guard_stops(self, page: Page, other: Case) -> None:
        """Pete answers the same author's other post, and is asked first."""
        page.locator(f"#row-{other.pk}").click()
        page.locator("#text").fill(ANSWER)
        page.keyboard.press("Control+Enter")
        expect(page.locator(".refused")).to_contain_text("carla is replying")
        self.assertNotEqual(Reply.objects.get(case=other).state, "awaiting")
        page.get_by_role("button", name="Send anyway").click()
        expect(page.locator(".history")).to_contain_text("pete went on while carla replied")
        self.assertEqual(Reply.objects.get(case=other).state, "awaiting")

    def test_a_colleague_over_the_composer_is_told_in_a_calm_voice(self) -> None:
        case = self.owned(self.pete, Author.objects.create(network="fake", external_id="a1"))
        page = self.page(self.pete, f"/cases/{case.pk}/")
        page.locator("#text").fill("Half a sentence")
        presence.write(case, by=self.carla, at=timezone.now() - timedelta(seconds=40))
        banner = page.locator(".beside")
        expect(banner).to_contain_text("carla started replying", timeout=TOLD * 1_000)
        expect(banner.get_by_role("status")).to_have_text("carla started replying")
        self.assertEqual(page.locator("#text").input_value(), "Half a sentence")
        self.assertEqual(page.evaluate("document.activeElement.id"), "text")
