"""The keys of the triage desk in a real browser."""

import pytest
from django.contrib.auth.models import User
from django.test import Client, TransactionTestCase
from playwright.sync_api import Page, expect

from alerts import defaults
from alerts.models import Case
from tests.alerts.desk import open_case
from tests.base import cora, pete
from tests.browser.rig import shared

pytestmark = pytest.mark.walk


@pytest.mark.browser
class DeskTests(TransactionTestCase):
    def setUp(self) -> None:
        defaults.ensure()
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
        return page

    def test_a_key_sets_the_severity_and_the_list_follows(self) -> None:
        case = open_case(severity=45)
        page = self.page(pete(), f"/cases/{case.pk}/")
        page.keyboard.press("1")
        expect(page.locator(".factors")).to_contain_text("set by pete (read as 45)")
        expect(page.locator("#case-title")).to_contain_text("Emergency")
        expect(page.locator(f"#row-{case.pk}")).to_contain_text("Emergency")

    def test_a_staff_voice_is_answered_by_keyboard(self) -> None:
        case = open_case(lane="staff_voice", text="I work at Northfield, and the cart goes unchecked.")
        page = self.page(cora(), f"/cases/{case.pk}/?queue=staff-voice")
        page.keyboard.press("2")
        page.locator("#note-safety").fill("Emergency equipment may go unchecked.")
        page.keyboard.press("Enter")
        expect(page.locator("#case-title")).to_contain_text("Speak-up signal")
        self.assertEqual(Case.objects.get().queue.slug, "safety-events")
