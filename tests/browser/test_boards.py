"""A chart without a mouse and without colours: its table, its numbers, and the mentions behind them."""

from typing import Any

import pytest
from django.test import Client, TransactionTestCase
from django.utils import timezone
from playwright.sync_api import expect

from tests.base import carla
from tests.browser.rig import shared
from tests.dashboard.boards.test_numbers import town

pytestmark = pytest.mark.walk

SEEN = """() => [...document.querySelectorAll("#main .drawn:first-child td, .charts-css td")]
  .filter((cell) => cell.getBoundingClientRect().height > 2)
  .map((cell) => getComputedStyle(cell).backgroundColor)"""


@pytest.mark.browser
class ChartTests(TransactionTestCase):
    def open(self, **options: Any) -> Any:
        web, browser = shared.web(), shared.browser()
        town(timezone.now())
        client = Client()
        client.force_login(carla())
        context = browser.new_context(**options)
        self.addCleanup(context.close)
        cookies = client.cookies.items()
        context.add_cookies([{"name": n, "value": c.value, "url": web.url} for n, c in cookies])
        page = context.new_page()
        page.goto(f"{web.url}/charts/?over=week")
        return page

    def test_its_numbers_open_by_keyboard_and_its_parts_are_seen_without_colours(self) -> None:
        page = self.open(forced_colors="active", reduced_motion="reduce")
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        parts = set(page.evaluate(SEEN))
        self.assertEqual(len(parts), 3)
        self.assertNotIn(ground, parts)
        page.locator("#time-table").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        number = page.evaluate("document.activeElement.textContent")
        self.assertTrue(number.isdigit())
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_contain_text(f"{number} mention")
