"""A day in a storm by keyboard alone: the wall, a deck, a tile, a reply, the handover, the screens."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from alerts import defaults, statelines, triage
from alerts.models import Case, ShiftNote
from alerts.statelines import Draft as Line
from dashboard.models import Deck, Screen
from hospital.models import Service, ServiceStatus
from listening.models import Mention
from tests import base
from tests.base import post
from tests.browser.keyboard import Keyboard
from tests.browser.test_wall import BrowserTestCase
from tests.dashboard.screens.base import hang
from tests.listening.polling import HandClock, poll_once
from tests.listening.polling import page as polled

pytestmark = pytest.mark.walk

LINE = "Waits at our North emergency department are longer than usual; the latest is {value}."


class StormTestCase(BrowserTestCase):
    def setUp(self) -> None:
        super().setUp()
        defaults.ensure()
        now = timezone.now()
        values = {"name": "North ED wait", "unit": "minutes", "limit": 120}
        self.wait_tile = Service.objects.create(
            facility=self.north, kind="ed_wait", slug="north-ed-wait", **values
        )
        ServiceStatus.objects.create(service=self.wait_tile, at=now, received_at=now, value=250, feed="test")
        statelines.save(None, Line("ed_wait", "trouble", LINE), by=base.priya(), at=now)
        for number in range(30):
            self.waits(number, published_at=now - timedelta(minutes=number))

    def waits(self, number: int, **fields: object) -> Mention:
        """Somebody waits, and somebody here has to answer."""
        text = f"Number {number} of the queue, four hours in the ED of Northfield North and no end"
        values = {"lane": "access_wait", "level": "P2", "sentiment": "negative", "severity": 45, **fields}
        mention = self.store(text, topics=["access"], **values)
        triage.route(mention.pk, timezone.now())
        return mention

    def keyboard(self, path: str = "/") -> tuple[Page, Keyboard]:
        page = self.open(path)
        page.wait_for_function("document.body.dataset.live === 'live'")
        return page, Keyboard(page)


class WallTests(StormTestCase):
    def test_reading_holding_releasing_pausing_and_filtering(self) -> None:
        page, keyboard = self.keyboard()
        keyboard.press("j", "j", "j")
        keyboard.is_at(".lane-needs .card:nth-of-type(3)")
        read = page.locator(":focus").element_handle()
        before = read.bounding_box()
        for number in range(30, 42):
            self.waits(number)
        pill = page.locator(".lane-needs [data-release]")
        expect(pill).to_contain_text("12", use_inner_text=True)
        self.assertEqual(read.bounding_box(), before)
        keyboard.press(".")
        expect(pill).to_be_hidden()
        self.assertEqual(read.bounding_box(), before)
        self.assertTrue(read.evaluate("card => card === document.activeElement"))
        keyboard.press(" ")
        expect(page.locator("#pause")).to_contain_text("Paused")
        keyboard.press(" ")
        expect(page.locator("#pause")).not_to_contain_text("Paused")
        keyboard.go("#by-facility", "Shift+Tab")
        keyboard.press("n")
        keyboard.go(".filters .button")
        keyboard.press("Enter")
        page.wait_for_url("**facility=north**")
        expect(page.locator(".lane-needs .card").first).to_be_visible()
        self.assertEqual(self.troubles, [])

    def test_behind_the_last_card_the_older_ones_are_read_on(self) -> None:
        page, keyboard = self.keyboard()
        shown = page.locator(".lane-needs .card:not([hidden])").count()
        for _ in range(shown + 1):
            keyboard.press("j")
        keyboard.is_at(".older a")
        keyboard.press("j")
        keyboard.is_at(".older a")
        keyboard.press("k", "j", "Enter")
        keyboard.is_at(f".lane-needs .card:nth-of-type({shown + 1})")
        keyboard.press("j")
        keyboard.is_at(f".lane-needs .card:nth-of-type({shown + 2})")
        self.assertEqual(self.troubles, [])

    def test_claiming_keeps_the_keyboard_at_its_card(self) -> None:
        page, keyboard = self.keyboard()
        keyboard.press("j")
        keyboard.is_at(".lane-needs .card")
        keyboard.press("c")
        expect(page.locator(".lane-needs .card").first.locator(".work")).to_contain_text("Carla")
        keyboard.rests()
        keyboard.is_at(".lane-needs .card:first-of-type")
        keyboard.press("Enter")
        page.wait_for_url("**/mentions/**")
        page.go_back()
        keyboard.press("j")
        keyboard.stands()

    def test_a_story_is_opened_and_parted(self) -> None:
        base.watchlist("northfield")
        text = "Northfield North told eleven people in a form letter on Friday that it lost their samples"
        for minutes in (3, 2):
            sent = post(text, published_at=timezone.now() - timedelta(minutes=minutes))
            poll_once(polled(sent), clock=HandClock(timezone.now()))
        page, keyboard = self.keyboard()
        keyboard.go(".alike")
        self.assertIn("2 alike", page.evaluate("document.activeElement.innerText"))
        keyboard.press("Enter")
        expect(page.locator("h1")).to_contain_text("2 alike")
        keyboard.rests()
        keyboard.press("j")
        keyboard.is_at(".retold-one")
        keyboard.go(".retold-one button")
        keyboard.press("Enter")
        expect(page.locator("h1")).to_contain_text("1 alike")
        keyboard.press("z")
        expect(page.locator("h1")).to_contain_text("2 alike")


class AnswerTests(StormTestCase):
    def test_from_the_tile_to_the_reply_with_its_fact_and_back(self) -> None:
        page, keyboard = self.keyboard()
        keyboard.go(f'a[href="/operations/{self.wait_tile.pk}/"]')
        keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("North ED wait")
        case = Case.objects.earliest("pk")
        page.goto(f"{self.web.url}/cases/{case.pk}/")
        keyboard.press("c")
        expect(page.locator("#text")).to_be_visible()
        keyboard.rests()
        keyboard.press("r")
        keyboard.is_at("#text")
        keyboard.type("Thank you for telling us.")
        keyboard.press("Control+.")
        expect(page.locator("#text")).to_have_value(
            f"Thank you for telling us. {LINE.replace('{value}.', '4 h 10')}, as of {self.told_at()}."
        )
        keyboard.rests()
        keyboard.is_at("#text")
        self.assertEqual(self.troubles, [])

    def told_at(self) -> str:
        return timezone.localtime(ServiceStatus.objects.get().at).strftime("%H:%M")

    def test_the_shift_is_handed_over(self) -> None:
        page = self.open("/handover/")
        keyboard = Keyboard(page)
        keyboard.press("n")
        keyboard.is_at("#note")
        keyboard.type("The North ED is slow; the line for it is approved.")
        keyboard.go(".pin-new button")
        keyboard.press("Enter")
        expect(page.locator(".pin-text")).to_contain_text("The North ED is slow")
        self.assertEqual(ShiftNote.objects.count(), 1)
        keyboard.go(".take-over button")
        keyboard.press("Enter")
        expect(page.locator(".page-head")).to_contain_text("you took over")


class DeckTests(StormTestCase):
    def test_a_deck_is_made_and_arranged(self) -> None:
        page = self.open("/decks/")
        keyboard = Keyboard(page)
        keyboard.go("#id_name")
        keyboard.type("Storm desk")
        keyboard.press("Enter")
        page.wait_for_url("**/decks/storm-desk/**")
        deck = Deck.objects.get()
        page.goto(f"{self.web.url}/decks/{deck.slug}/edit/")
        keyboard.go("#kind")
        keyboard.press("b")
        keyboard.go(".deck-add .button")
        keyboard.press("Enter")
        expect(page.locator(".deck-column")).to_have_count(4)
        moved = deck.columns.earliest("position")
        keyboard.go(f"#right-{moved.pk}")
        for place in (1, 2, 3, 3):
            keyboard.press("Enter")
            expect(page.locator(f".deck-column:nth-child({place + 1}) #right-{moved.pk}")).to_be_focused()
        page.goto(self.web.url + deck.get_absolute_url())
        page.wait_for_function("document.body.dataset.live === 'live'")
        keyboard.press("j")
        keyboard.is_at(".card")
        moved = page.evaluate("document.activeElement.closest('.lane').dataset.column")
        keyboard.press("Shift+ArrowLeft")
        expect(page.locator(".lane[data-column]").nth(2)).to_have_attribute("data-column", moved)
        keyboard.rests()
        keyboard.stands()
        keyboard.go("[id$=-density]", "Shift+Tab")
        keyboard.press("Enter")
        keyboard.rests()
        keyboard.is_at("[id$=-density]")
        keyboard.go(".column-menu summary")
        keyboard.press("Enter")
        keyboard.go("[id$=-wide]")
        for width in (360, 400):
            keyboard.press("Enter")
            expect(page.locator(f".lane[data-width='{width}'] [id$=-wide]")).to_be_focused()
        self.assertEqual(self.troubles, [])


class ScreenTests(StormTestCase):
    def test_a_screen_is_pinned_let_go_taken_down_and_put_up(self) -> None:
        screen, _ = hang("staff")
        page = self.open(f"/big-screens/{screen.pk}/")
        keyboard = Keyboard(page)
        keyboard.go("#pin-scene")
        keyboard.press("o")
        keyboard.go(".pin .button")
        keyboard.press("Enter")
        for words in ("Let the scene go", "Take it down", "Put it up again"):
            button = page.get_by_role("button", name=words)
            expect(button).to_be_visible()
            keyboard.go(f'form[action="{button.evaluate("one => one.form.getAttribute(`action`)")}"] button')
            keyboard.press("Enter")
        expect(page.get_by_role("button", name="Take it down")).to_be_visible()
        kept = Screen.objects.get(pk=screen.pk)
        self.assertEqual((kept.pinned, kept.down_at), ("", None))
