"""A card changes in place as its case does, for everybody who has it before them."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from alerts import cases, defaults, showing, triage
from alerts.models import Case
from dashboard import doorbell
from tests import base
from tests.browser.test_wall import BrowserTestCase, card

pytestmark = pytest.mark.walk


@pytest.mark.browser
class LiveCardTests(BrowserTestCase):
    def complaint(self) -> Case:
        defaults.ensure()
        said = {"lane": "complaint", "sentiment": "negative", "severity": 45}
        case = triage.route(self.store("Nobody picks up the phone.", **said).pk, timezone.now())
        assert case is not None
        showing.renew([case.pk])
        return case

    def test_a_claim_elsewhere_is_seen_in_place_and_outlined(self) -> None:
        case = self.complaint()
        page = self.open()
        shown = card(page, case.mention)
        expect(shown.locator(".work")).to_contain_text("Unowned")
        self.live(page)
        shown.focus()
        before = shown.bounding_box()
        cases.claim(case, by=base.pete(), at=timezone.now())
        showing.renew([case.pk])
        doorbell.ring("mentions")
        expect(shown.locator(".work")).to_contain_text("Pete", timeout=5_000)
        expect(shown).to_have_class("card is-changed")
        self.assertEqual(shown.bounding_box(), before)
        self.assertEqual(page.evaluate("document.activeElement.id"), f"mention-{case.mention_id}")
        self.assertEqual(self.troubles, [])

    def test_c_claims_the_card_under_the_keys(self) -> None:
        case = self.complaint()
        page = self.open()
        card(page, case.mention).focus()
        page.keyboard.press("c")
        expect(card(page, case.mention).locator(".work")).to_contain_text("Carla", timeout=5_000)
        case.refresh_from_db()
        self.assertEqual(case.owner, base.carla())
