from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from listening import labels, sampling
from listening.models import Label, Mention
from tests import base
from tests.browser.test_wall import ZOOMED, BrowserTestCase, card

pytestmark = pytest.mark.walk

READ: dict[str, Any] = {"sentiment": "negative", "score": -0.57, "reader_version": "2"}


def where(page: Page) -> list[Any]:
    """Each card with its place on the screen."""
    found: list[Any] = page.eval_on_selector_all(
        ".card:not([hidden])", "all => all.map(one => [one.id, one.offsetTop])"
    )
    return found


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


class RelabelTests(BrowserTestCase):
    def on_the_wall(self) -> tuple[Page, Mention]:
        now = timezone.now()
        made = [
            self.store(f"post {each}", **READ, published_at=now - timedelta(minutes=each))
            for each in range(6)
        ]
        page = self.open()
        page.wait_for_function("document.body.dataset.live === 'live'")
        card(page, made[2]).focus()
        return page, made[2]

    def test_two_keys_set_the_tone_and_give_the_card_back(self) -> None:
        page, mention = self.on_the_wall()
        page.keyboard.press("v")
        expect(page.locator("#panel")).to_contain_text("post 2")
        page.keyboard.press("3")
        expect(page.locator("#said")).to_contain_text("Tone set to positive")
        expect(page.locator("#panel")).to_be_hidden()
        expect(card(page, mention)).to_be_focused()
        expect(card(page, mention).locator(".tone")).to_have_text("Positive")
        self.assertEqual(self.troubles, [])

    def test_nothing_moves_meanwhile(self) -> None:
        page, mention = self.on_the_wall()
        before, top = where(page), card(page, mention).bounding_box()
        page.keyboard.press("v")
        expect(page.locator("#panel")).to_be_visible()
        for _ in range(10):
            self.store("newer", **READ)
        page.wait_for_timeout(3_500)
        self.assertEqual(where(page), before)
        page.keyboard.press("1")
        expect(page.locator("#panel")).to_be_hidden()
        expect(card(page, mention).locator(".tone")).to_have_text("Negative")
        # While it is renewed where it stands, for a moment there is none to measure.
        self.wait(page, lambda: card(page, mention).bounding_box() == top)

    def test_one_more_key_takes_it_back(self) -> None:
        page, mention = self.on_the_wall()
        page.keyboard.press("v")
        expect(page.locator("#panel")).to_be_visible()
        page.keyboard.press("2")
        expect(page.locator("#said")).to_contain_text("neutral")
        page.keyboard.press("z")
        expect(page.locator("#said")).to_contain_text("as it was before")
        mention.refresh_from_db()
        self.assertEqual(mention.sentiment, "negative")
        self.wait(page, lambda: focused(page) == f"mention-{mention.pk}")

    def test_without_a_card_in_focus_the_key_does_nothing(self) -> None:
        page, _ = self.on_the_wall()
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("v")
        page.wait_for_timeout(500)
        expect(page.locator("#panel")).to_be_hidden()

    def test_escape_leaves_all_as_it_is(self) -> None:
        page, mention = self.on_the_wall()
        page.keyboard.press("v")
        expect(page.locator("#panel")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#panel")).to_be_hidden()
        page.keyboard.press("1")
        self.assertEqual((focused(page), Label.objects.count()), (f"mention-{mention.pk}", 0))

    def test_a_card_that_came_by_the_stream_has_it_too(self) -> None:
        page = self.open()
        self.live(page)
        mention = self.store("came later", **READ)
        card(page, mention).hover()
        card(page, mention).locator(".relabel:not(.exclude)").click()
        expect(page.locator("#panel")).to_contain_text("came later")

    def test_topics_and_level_by_keyboard_on_a_mention(self) -> None:
        mention = self.store("post", **READ)
        page = self.open(f"/mentions/{mention.pk}/")
        page.keyboard.press("v")
        expect(page.locator("#panel")).to_be_visible()
        page.locator("#panel [value=parking]").focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Set topics").press("Enter")
        expect(page.locator("#mention")).to_contain_text("Topics set to parking")
        self.assertEqual(focused(page), "relabel")
        page.keyboard.press("v")
        expect(page.locator("#panel")).to_be_visible()
        page.locator("#panel [value=P4]").focus()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        expect(page.locator("#mention")).to_contain_text("Level set to")
        self.assertEqual(self.troubles, [])

    def test_a_refusal_is_seen(self) -> None:
        mention = self.store("post", **READ)
        label = labels.put(mention.pk, "sentiment", "positive", by=base.carla(), at=timezone.now())
        page = self.open(f"/mentions/{mention.pk}/")
        page.keyboard.press("v")
        expect(page.locator("#panel")).to_be_visible()
        labels.undo(label, at=timezone.now())
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#said")).to_contain_text("This was changed since.")


class SampleTests(BrowserTestCase):
    def draw(self, number: int) -> None:
        now = timezone.now()
        for each in range(number):
            at = sampling.week_of(now) - timedelta(hours=1 + each)
            self.store("word " * 60 + "W" * 200, **READ, published_at=at)
        sampling.draw_due(now)

    def test_it_is_worked_by_keys_alone(self) -> None:
        self.draw(4)
        page = self.open("/labels/sample/")
        for at, key in enumerate("1203", 1):
            page.keyboard.press(key)
            expect(page.locator(".sample-progress")).to_contain_text(f"{at} of 4 done")
        expect(page.locator("#main")).to_contain_text("All read. Thank you.")
        values = sorted(str(value) for value in Label.objects.values_list("value", flat=True))
        self.assertEqual(values, ["negative", "neutral", "positive"])
        self.assertEqual(self.troubles, [])

    def test_nothing_runs_out_of_a_narrow_page(self) -> None:
        self.draw(25)
        while item := sampling.next_for(base.carla(), timezone.now(), facility_ids=None):
            if item.position == 25:
                break
            sampling.answer(item, "neutral", by=base.carla(), at=timezone.now())
        mention = Mention.objects.first()
        assert mention
        for path in (
            "/labels/sample/",
            "/accuracy/",
            "/accuracy/mentions/",
            f"/mentions/{mention.pk}/label/",
        ):
            with self.subTest(path):
                page = self.open(path, ZOOMED)
                self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 320)
