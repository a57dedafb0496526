from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from dashboard import doorbell
from listening.models import Mention, Story
from tests import base
from tests.base import post
from tests.browser.test_wall import BrowserTestCase, card
from tests.listening.polling import HandClock, page, poll_once

pytestmark = pytest.mark.walk

TEXT = "Northfield lost the biopsy samples of eleven people and told them in a form letter on Friday evening"


class StoriesTests(BrowserTestCase):
    def setUp(self) -> None:
        super().setUp()
        base.watchlist("northfield")
        self.tell(TEXT, minutes=9)

    def tell(self, text: str, minutes: int) -> None:
        now = timezone.now()
        sent = post(text, published_at=now - timedelta(minutes=minutes))
        poll_once(page(sent), clock=HandClock(now))
        doorbell.ring("mentions")

    def test_the_first_card_counts_live_and_leads_to_the_story(self) -> None:
        wall = self.open()
        self.live(wall)
        first = card(wall, Mention.objects.earliest("pk"))
        expect(first).to_contain_text("biopsy")
        expect(first.locator(".alike")).to_have_count(0)
        place = first.bounding_box()
        first.hover()
        self.tell(f"RT @mossandmilk: {TEXT}", minutes=1)
        expect(first.locator(".alike")).to_contain_text("2 alike")
        expect(card(wall, Mention.objects.latest("pk"))).to_have_count(0)
        self.assertEqual(first.bounding_box(), place)
        first.locator(".alike").click()
        expect(wall.locator("h1")).to_contain_text("2 alike")
        self.assertEqual(self.troubles, [])

    def test_a_change_by_hand_is_undone_with_one_key(self) -> None:
        self.tell(TEXT, minutes=1)
        story = self.open(f"/stories/{Story.objects.get().pk}/")
        story.get_by_role("button", name="Take out").last.click()
        expect(story.locator("h1")).to_contain_text("1 alike")
        story.keyboard.press("z")
        expect(story.locator("h1")).to_contain_text("2 alike")
        self.assertEqual(self.troubles, [])
