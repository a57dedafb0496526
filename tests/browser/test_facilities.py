"""A facility in a real browser: its names tried while one types, by keyboard alone, at 400 % zoom."""

import pytest
from django.conf import settings
from django.test import TransactionTestCase
from playwright.sync_api import Page, expect

from hospital.models import Facility
from tests.base import ada, facility
from tests.browser.rig import shared

pytestmark = pytest.mark.walk

TEXT = "Long wait at the  cove, the nurse said"


@pytest.mark.browser
class FacilityTests(TransactionTestCase):
    bay: Facility

    def setUp(self) -> None:
        self.client.force_login(ada())
        self.bay = facility("Quill Bay Clinic", "bay", city="Quill Bay")
        facility("Quill Bay Clinic", "other", city="Dunmere")
        self.web = shared.web()

    def page(self) -> Page:
        context = shared.browser().new_context(viewport={"width": 342, "height": 700})
        self.addCleanup(context.close)
        session = self.client.cookies[settings.SESSION_COOKIE_NAME].value
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.web.url}
        context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        page.goto(f"{self.web.url}/facilities/{self.bay.pk}/")
        return page

    def test_names_are_tried_as_they_are_typed_and_then_saved(self) -> None:
        page = self.page()
        page.focus("#id_names_nickname")
        page.keyboard.insert_text("the Cove | nurse OR hospital")
        page.focus("#said")
        page.keyboard.insert_text(TEXT)
        expect(page.locator("#tried-head")).to_have_text("About Quill Bay Clinic, Quill Bay")
        expect(page.locator("#tried mark")).to_have_text("the  cove")
        page.keyboard.insert_text(" of Quill Bay Clinic")
        expect(page.locator("#tried tr[data-state=counts]")).to_have_count(2)
        self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 342)
        page.get_by_role("button", name="Save").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("is saved")
