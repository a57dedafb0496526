"""The verdict of the gate beside what is typed, in a real browser."""

import pytest
from django.contrib.auth.models import User
from django.test import Client, TransactionTestCase
from playwright.sync_api import Page, expect

from alerts import cases, defaults
from tests.alerts.desk import open_case
from tests.base import NOW, FakeSource, pete, registered
from tests.browser.rig import shared

pytestmark = pytest.mark.walk


class Composer(TransactionTestCase):
    def setUp(self) -> None:
        defaults.ensure()
        fake = registered(FakeSource())
        fake.__enter__()
        self.addCleanup(fake.__exit__, None, None, None)
        self.web, self.browser = shared.web(), shared.browser()

    def page(self, person: User, address: str, **options: object) -> Page:
        client = Client()
        client.force_login(person)
        context = self.browser.new_context(**options)  # type: ignore[arg-type]
        self.addCleanup(context.close)
        cookies = client.cookies.items()
        context.add_cookies([{"name": n, "value": c.value, "url": self.web.url} for n, c in cookies])
        page = context.new_page()
        page.goto(self.web.url + address)
        return page

    def claimed(self) -> str:
        case = open_case(text="Six hours in your ED and nobody came.")
        cases.claim(case, by=pete(), at=NOW)
        return f"/cases/{case.pk}/"


@pytest.mark.browser
class GateTests(Composer):
    def test_the_verdict_follows_what_is_typed_and_leaves_it_alone(self) -> None:
        page = self.page(pete(), self.claimed())
        box = page.locator("#text")
        box.click()
        page.keyboard.type("We are sorry about your visit.")
        expect(page.locator("#verdict .flag").first).to_have_text("your visit")
        expect(page.locator("#verdict")).to_contain_text("Cannot be sent.")
        expect(box).to_be_focused()
        page.keyboard.press("Control+a")
        page.keyboard.type("Thank you for telling us.")
        expect(page.locator("#verdict")).to_contain_text("Nothing found.")
        # What nobody has approved is not offered to be copied either.
        expect(page.locator("[data-copy]")).to_have_count(0)
        expect(box).to_have_value("Thank you for telling us.")

    def test_without_scripts_a_button_asks(self) -> None:
        page = self.page(pete(), self.claimed(), java_script_enabled=False)
        page.locator("#text").fill("Hi Maria, see you next week!")
        page.get_by_role("button", name="Check", exact=True).click()
        expect(page.locator("#verdict")).to_contain_text("Cannot be sent.")
        expect(page.locator("#text")).to_have_value("Hi Maria, see you next week!")
