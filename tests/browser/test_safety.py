"""Somebody in danger, by keyboard alone, in real browsers."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client, TransactionTestCase
from django.utils import timezone
from playwright.sync_api import Page, expect

from alerts import cases, defaults, paging
from alerts.models import Case, Knower, Reply
from listening.models import Source
from tests.alerts.safety.base import BODY, CRISIS, approved_text, duty, urgent
from tests.base import carla, pete, priya
from tests.browser.rig import shared

pytestmark = pytest.mark.walk

SLOW = 60_000
"""Milliseconds: what is to be seen within two seconds takes longer where many tests share a processor."""


@pytest.mark.browser
class SafetyTests(TransactionTestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.web, self.browser = shared.web(), shared.browser()
        approved_text(priya())
        approved_text(priya(), kind="self_harm", body=CRISIS)

    def page(self, person: User, address: str, width: int = 1440) -> Page:
        client = Client()
        client.force_login(person)
        context = self.browser.new_context(viewport={"width": width, "height": 900})
        self.addCleanup(context.close)
        cookies = client.cookies.items()
        context.add_cookies([{"name": n, "value": c.value, "url": self.web.url} for n, c in cookies])
        page = context.new_page()
        page.goto(self.web.url + address)
        return page

    def case(self, lane: str = "emergency") -> Case:
        Source.objects.get_or_create(
            slug="x",
            defaults={
                "name": "X",
                "kind": "x",
                "next_poll_at": timezone.now(),
                "options": {"own_handle": "nfh"},
            },
        )
        case = urgent(lane, "@nfh my dad can't breathe", source=Source.objects.get(slug="x"), network="x")
        Case.objects.filter(pk=case.pk).update(opened_at=timezone.now())
        return case

    def test_y_then_ctrl_enter_sends_the_text_and_in_the_composer_it_does_not(self) -> None:
        case = self.case()
        cases.claim(case, by=pete(), at=timezone.now())
        page = self.page(pete(), f"/cases/{case.pk}/")
        page.locator("#text").fill("Half a sentence")
        expect(page.locator("#saved")).to_contain_text("Draft saved", timeout=SLOW)
        page.keyboard.press("Control+Enter")
        # What stands in the composer is sent in, and stopped: it does not name the emergency line.
        expect(page.locator(".refused")).to_be_visible(timeout=SLOW)
        self.assertFalse(Reply.objects.filter(text=BODY).exists())
        page.goto(f"{self.web.url}/cases/{self.case().pk}/")
        page.keyboard.press("Control+Enter")
        page.keyboard.press("y")
        expect(page.locator(".stated-text")).to_be_focused(timeout=SLOW)
        self.assertFalse(Reply.objects.filter(text=BODY).exists())
        page.keyboard.press("Control+Enter")
        expect(page.locator(".case-meta")).to_contain_text("Sending", timeout=SLOW)
        self.assertEqual(Reply.objects.get(text=BODY).author, pete())

    def test_i_and_i_take_it_and_a_second_desk_sees_who_has_it(self) -> None:
        duty(pete(), starts_at=timezone.now(), ends_at=timezone.now() + timedelta(hours=1))
        case = self.case()
        paging.sweep(timezone.now())
        mine, theirs = self.page(pete(), "/cases/"), self.page(carla(), "/cases/")
        mine.keyboard.press("i")
        expect(mine.locator("#page-strip")).to_contain_text("You were paged")
        mine.keyboard.press("i")
        expect(mine.locator("#page-strip")).to_contain_text("pete answered the page")
        expect(theirs.locator("#bell")).to_contain_text("pete has it", timeout=SLOW)
        expect(theirs.locator(f"#row-{case.pk}")).to_contain_text("pete has it", timeout=SLOW)

    def test_w_and_enter_ask_who_knows(self) -> None:
        review_by = timezone.localdate() + timedelta(days=9)
        Knower.objects.create(topic="emergency", desk="Duty desk", owner=pete(), review_by=review_by)
        case = self.case()
        page = self.page(pete(), f"/cases/{case.pk}/")
        page.keyboard.press("w")
        expect(page.locator("#knows")).to_contain_text("owns “emergency”")
        page.keyboard.press("Enter")
        expect(page.locator("#knows")).to_contain_text("was asked by pete")

    def test_the_cards_need_no_sideways_scrolling_at_400_percent(self) -> None:
        for lane in ("emergency", "self_harm", "in_building"):
            page = self.page(pete(), f"/cases/{self.case(lane).pk}/", width=320)
            expect(page.locator("#urgent")).to_be_visible()
            self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 320, lane)
            page.context.close()
