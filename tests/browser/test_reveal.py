"""Seeing what a mask hides, in a real browser: with the keyboard, and with no script at all."""

import pytest
from django.utils import timezone

from alerts import defaults
from listening.models import Mention
from tests import base
from tests.proof.browser import BrowserTestCase

pytestmark = pytest.mark.walk

TEXT = "My daughter Wilhelmina waits in the lobby. Call 555-0142."


class RevealTests(BrowserTestCase):
    def setUp(self) -> None:
        super().setUp()
        defaults.ensure()
        now = timezone.now()
        self.mention: Mention = base.mention(TEXT, published_at=now, collected_at=now)

    def test_the_keyboard_is_enough(self) -> None:
        page = self.page_for(base.carla())
        page.goto(f"{self.web.url}/mentions/{self.mention.pk}/")
        self.assertEqual(page.locator(".mask").all_inner_texts(), ["[name]", "[phone]"])
        self.assertNotIn("Wilhelmina", page.content())
        page.locator(".reveal summary").focus()
        for key in ("Enter", "Tab", "t", "Tab", "Tab", "Enter"):
            page.keyboard.press(key)
        page.wait_for_selector("button[name=hide]")
        self.assertEqual(page.locator(".quote-text").inner_text(), TEXT)
        self.assertEqual(self.troubles, [])

    def test_no_script_is_needed(self) -> None:
        context = self.browser.new_context(java_script_enabled=False)
        self.addCleanup(context.close)
        for name, value in self.session(base.carla()).items():
            context.add_cookies([{"name": name, "value": value, "url": self.web.url}])
        page = context.new_page()
        page.goto(f"{self.web.url}/mentions/{self.mention.pk}/")
        page.locator(".reveal summary").click()
        page.select_option("#why", "safety")
        page.locator(".reveal button").click()
        self.assertEqual(page.locator(".quote-text").inner_text(), TEXT)
        page.locator("button[name=hide]").click()
        self.assertNotIn("Wilhelmina", page.locator(".quote-text").inner_text())
