"""The line between what came while nobody was here and what had been there, in a real browser."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, expect

from dashboard import doorbell
from dashboard.models import LastVisit
from listening import wall_sequence
from listening.models import Mention
from tests.browser.test_wall import BrowserTestCase, card

pytestmark = pytest.mark.walk
COMES_BACK = "document.dispatchEvent(new Event('visibilitychange'))"


class SinceTests(BrowserTestCase):
    def neutral(self, **fields: Any) -> Mention:
        return self.store(sentiment="neutral", level="P3", **fields)

    def leave(self, page: Page) -> None:
        """As if they had looked elsewhere for a while: what has come so far had come before that."""
        self.wait(page, lambda: LastVisit.objects.exists())
        long_ago = timezone.now() - timedelta(minutes=10)
        Mention.objects.update(collected_at=long_ago - timedelta(minutes=1))
        page.reload()
        page.wait_for_function("document.body.dataset.live === 'live'")
        page.wait_for_timeout(500)
        LastVisit.objects.update(here_at=long_ago, left_at=None)

    def test_it_stands_where_they_left_and_moves_nothing_that_is_read(self) -> None:
        old = [self.neutral(published_at=timezone.now() - timedelta(minutes=20 + n)) for n in range(4)]
        page = self.open()
        self.leave(page)
        new = [self.neutral() for _ in range(3)]
        for mention in new:
            expect(card(page, mention)).to_be_visible()
        late = self.neutral(published_at=timezone.now() - timedelta(minutes=21, seconds=30))
        expect(card(page, late)).to_be_visible()
        page.wait_for_timeout(1_200)
        card(page, old[1]).focus()
        before = card(page, old[1]).bounding_box()
        self.assertEqual(page.get_by_role("separator").count(), 0)
        page.evaluate(COMES_BACK)
        line = page.get_by_role("separator")
        expect(line).to_have_count(1)
        self.assertEqual(line.evaluate("line => line.parentElement.id"), f"mention-{old[0].pk}")
        self.assertEqual(card(page, old[1]).bounding_box(), before)
        self.assertTrue(card(page, old[1]).evaluate("card => card === document.activeElement"))
        said = "card => getComputedStyle(card, '::after').content"
        self.assertRegex(card(page, old[0]).evaluate(said), r"since you left .*\d\d:\d\d")
        self.assertEqual(card(page, late).evaluate(said), '"came since"')
        self.assertEqual(card(page, new[0]).evaluate(said), "none")
        # What is renewed in its place, and what comes now, leaves the line where it is.
        self.store_anew(old[0])
        expect(card(page, old[0])).to_contain_text("said otherwise")
        expect(card(page, old[0]).get_by_role("separator")).to_have_count(1)
        self.assertEqual(self.troubles, [])

    def store_anew(self, mention: Mention) -> None:
        with transaction.atomic():
            Mention.objects.filter(pk=mention.pk).update(
                text="said otherwise", wall_seq=wall_sequence.take(1)[0]
            )
        doorbell.ring("mentions")
