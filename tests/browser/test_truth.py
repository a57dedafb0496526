"""What the wall says of itself is so."""

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction
from playwright.sync_api import Page, Route, expect

from dashboard import doorbell
from listening import wall_sequence
from listening.models import Mention
from tests.browser.test_wall import BrowserTestCase, card

pytestmark = pytest.mark.walk

STATUS = "**/wall/status/*"


class StatusTests(BrowserTestCase):
    def minute(self, page: Page, *, is_answered: bool) -> str:
        """A minute by the page's clock, in which the stream brings something every ten seconds."""
        for _ in range(6):
            if is_answered:
                with page.expect_response(lambda answer: "/wall/status/" in answer.url):
                    page.clock.fast_forward("00:10")
            else:
                page.clock.fast_forward("00:10")
            expect(card(page, self.store())).to_be_attached()
        page.clock.fast_forward("00:01")
        return str(page.evaluate("document.body.dataset.live"))

    def test_a_wall_that_is_answered_stays_live(self) -> None:
        page = self.open(clock=True)
        self.live(page)
        self.assertEqual(self.minute(page, is_answered=True), "live")

    def test_a_stream_without_status_is_not_live(self) -> None:
        page = self.open(clock=True)
        self.live(page)
        page.route(STATUS, lambda route: route.abort())
        self.assertEqual(self.minute(page, is_answered=False), "late")
        expect(page.locator('[data-when="late"]')).to_contain_text("Nothing new for")

    def test_a_sign_in_page_takes_no_place_and_is_no_news(self) -> None:
        page = self.open(clock=True)
        self.live(page)
        Session.objects.all().delete()
        self.assertEqual(self.minute(page, is_answered=True), "late")
        expect(page.locator("#pulse")).to_be_visible()
        expect(page.locator("input[type=password]")).to_have_count(0)


class AnewTests(BrowserTestCase):
    def test_columns_that_could_not_be_had_are_asked_for_again(self) -> None:
        page = self.open()
        self.live(page)
        refused: list[str] = []

        def refuse_twice(route: Route) -> None:
            refused.append(route.request.url)
            route.abort() if len(refused) < 3 else route.continue_()

        page.route(f"{self.web.url}/", refuse_twice)
        page.evaluate("document.querySelector('#lanes').dataset.old = 'yes'")
        page.route("**/wall/stream/*", self.begin_anew)
        self.web.stop()
        self.web.start()
        self.wait(page, lambda: bool(refused))
        page.unroute("**/wall/stream/*")
        expect(page.locator("#lanes[data-old]")).to_have_count(0)
        expect(card(page, self.store())).to_be_attached()

    def begin_anew(self, route: Route) -> None:
        route.fulfill(content_type="text/event-stream", body="event: reset\nid: 1\ndata:\n\n")


class WaitingTests(BrowserTestCase):
    def change(self, mention: Mention, **fields: object) -> None:
        with transaction.atomic():
            Mention.objects.filter(pk=mention.pk).update(wall_seq=wall_sequence.take(1)[0], **fields)
        doorbell.ring("mentions")

    def test_a_card_that_changed_while_it_waited_stands_in_its_new_column(self) -> None:
        page = self.open()
        self.live(page)
        page.keyboard.press("Space")
        mention = self.store("calm")
        expect(page.locator("[data-pause]")).to_contain_text("1 held")
        self.change(mention, text="cross", sentiment="negative")
        self.change(self.store("taken back"), is_gone=True)
        page.wait_for_timeout(1_500)
        page.keyboard.press("Space")
        expect(page.locator("#needs").locator(f"#mention-{mention.pk}")).to_contain_text("cross")
        self.assertNotIn("taken back", page.locator("#lanes").inner_text())


class KeyboardTests(BrowserTestCase):
    def test_the_keyboard_s_place_in_the_last_hour_outlives_its_refresh(self) -> None:
        page = self.open()
        self.live(page)
        link = page.locator("#pulse .tally a").nth(4)
        link.focus()
        before = page.evaluate("document.activeElement.id")
        with page.expect_response(lambda answer: "/wall/status/" in answer.url):
            page.evaluate("htmx.trigger('#pulse', 'refresh')")
        page.wait_for_timeout(300)
        self.assertEqual(page.evaluate("document.activeElement.id"), before)
        self.assertTrue(before)
