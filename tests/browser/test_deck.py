"""Decks in a real browser: columns that share mentions, bursts, and what the keyboard does with columns."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from dashboard import decks
from dashboard.decks import Draft
from dashboard.models import Deck
from listening.models import Mention
from tests import base
from tests.browser.test_wall import BrowserTestCase

pytestmark = pytest.mark.walk


class DeckTestCase(BrowserTestCase):
    def deck(self, *drafts: Draft) -> Deck:
        """With these columns behind the three of everybody."""
        who = {"by": base.carla(), "at": timezone.now()}
        deck = decks.make("Evening desk", **who)  # type: ignore[arg-type]
        for draft in drafts:
            decks.add(deck, draft, **who)  # type: ignore[arg-type]
        return deck

    def bills(self, **fields: Any) -> Mention:
        return self.store("The bill again", lane="billing", level="P3", **fields)

    def open_deck(self, deck: Deck) -> Page:
        page = self.open(deck.get_absolute_url())
        page.wait_for_function("document.body.dataset.live === 'live'")
        page.wait_for_timeout(500)
        return page

    def cards(self, page: Page, name: str) -> Locator:
        return page.locator(f'.lane:has(h2:has-text("{name}")) .card:not([hidden])')


class SharingTests(DeckTestCase):
    def test_one_mention_stands_in_several_columns_and_is_read_in_peace(self) -> None:
        for _ in range(8):
            self.bills()
        page = self.open_deck(self.deck(Draft("Bills", "billing"), Draft("Words", "all", "bill*")))
        read = self.cards(page, "Bills").nth(1).element_handle()
        read.focus()
        before = read.bounding_box()
        for _ in range(20):
            self.bills()
        self.wait(page, lambda: self.cards(page, "Words").count() == 28)
        self.assertEqual(self.cards(page, "Bills").count(), 8)
        self.assertEqual(read.bounding_box(), before)
        page.keyboard.press(".")
        self.wait(page, lambda: self.cards(page, "Bills").count() == 28)
        self.assertEqual(read.bounding_box(), before)
        self.assertTrue(read.evaluate("card => card === document.activeElement"))
        self.assertIn("was-here", read.get_attribute("class") or "")
        ids = page.eval_on_selector_all("[id]", "all => all.map(({ id }) => id)")
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(self.troubles, [])


class KeyboardTests(DeckTestCase):
    def test_columns_are_moved_and_left_by_keys(self) -> None:
        self.bills()
        page = self.open_deck(self.deck(Draft("Bills", "billing")))
        page.keyboard.press("Tab")
        self.assertEqual(page.evaluate("document.activeElement.id"), "pause")
        titles = page.locator(".lane[data-column] h2")
        self.cards(page, "Bills").first.focus()
        page.keyboard.press("Shift+ArrowLeft")
        expect(titles.nth(2)).to_contain_text("Bills", timeout=10_000)
        self.cards(page, "Bills").first.focus()
        page.keyboard.press("Control+End")
        self.assertRegex(page.evaluate("document.activeElement.id"), r"c\d+-end")
        page.locator("[id$=-density]").nth(2).click()
        expect(page.locator(".lane[data-column]").nth(2)).to_have_attribute(
            "data-density", "full", timeout=10_000
        )


class MenuTests(DeckTestCase):
    def test_a_menu_is_left_by_escape_by_tab_and_by_a_press_elsewhere(self) -> None:
        page = self.open_deck(self.deck(Draft("Bills", "billing")))
        for menu in (page.locator(".column-menu").nth(1), page.locator(".deck-menu")):
            button, box = menu.locator("summary"), menu.locator(":scope > div")
            button.click()
            box.locator(":is(a, button):not([aria-disabled])").first.focus()
            page.keyboard.press("Escape")
            expect(box).to_be_hidden()
            expect(button).to_be_focused()
            button.press("Enter")
            expect(box).to_be_visible()
            page.keyboard.press("Shift+Tab")
            expect(box).to_be_hidden()
            button.click()
            page.mouse.click(700, 890)
            expect(box).to_be_hidden()
            button.click()
            button.click()
            expect(box).to_be_hidden()

    def test_it_stays_open_for_whoever_moves_a_column_on(self) -> None:
        page = self.open_deck(self.deck(Draft("Bills", "billing")))
        menu = page.locator('.lane:has(h2:has-text("Bills")) .column-menu')
        menu.locator("summary").click()
        for place in (2, 1):
            menu.get_by_role("button", name="Move left").click()
            expect(page.locator(".lane[data-column] h2").nth(place)).to_contain_text("Bills")
            expect(menu.get_by_role("button", name="Move left")).to_be_focused()


class BurstTests(DeckTestCase):
    def test_a_burst_comes_three_at_a_time_and_says_how_many_more(self) -> None:
        page = self.open_deck(self.deck())
        moment = timezone.now()
        for _ in range(9):
            self.bills(published_at=moment)
        pill = page.locator(".lane-says [data-release]")
        expect(pill).to_contain_text("more", use_inner_text=True, timeout=10_000)
        self.wait(page, lambda: self.cards(page, "What people say").count() == 9)
        expect(pill).to_be_hidden()

    @pytest.mark.drill
    def test_an_emergency_waits_for_nobody_and_moves_nothing(self) -> None:
        for _ in range(8):
            self.bills()
        page = self.open_deck(self.deck(Draft("All", "all")))
        read = self.cards(page, "All").nth(1).element_handle()
        read.focus()
        before = read.bounding_box()
        self.store("I cannot breathe", level="P0", lane="emergency", sentiment="negative")
        self.wait(page, lambda: self.cards(page, "All").count() == 9)
        self.assertEqual(read.bounding_box(), before)
