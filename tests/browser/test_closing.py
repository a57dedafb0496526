"""How a case ends, in a real browser: by keys on the desk, and without a script for an author."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client, TransactionTestCase
from playwright.sync_api import Page, expect

from alerts import cases, defaults
from alerts.models import Case, PrivateAnswer, Thanks
from tests.alerts.desk import open_case
from tests.alerts.test_thanks import praised
from tests.base import NOW, FakeSource, carla, pete, registered
from tests.browser.rig import shared

pytestmark = pytest.mark.walk


@pytest.mark.browser
class ClosingTests(TransactionTestCase):
    def setUp(self) -> None:
        defaults.ensure()
        fake = registered(FakeSource())
        fake.__enter__()
        self.addCleanup(fake.__exit__, None, None, None)
        self.web, self.browser = shared.web(), shared.browser()

    def page(self, person: User, case: Case, **options: object) -> Page:
        client = Client()
        client.force_login(person)
        context = self.browser.new_context(**options)  # type: ignore[arg-type]
        self.addCleanup(context.close)
        cookies = client.cookies.items()
        context.add_cookies([{"name": n, "value": c.value, "url": self.web.url} for n, c in cookies])
        page = context.new_page()
        page.goto(f"{self.web.url}/cases/{case.pk}/")
        return page

    def test_three_keys_close_a_case_with_who_spoke_to_them(self) -> None:
        case = open_case()
        page = self.page(pete(), case)
        for key in ("e", "b"):
            page.keyboard.press(key)
        expect(page.get_by_label("Who spoke to them", exact=True)).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.locator(f"#row-{case.pk}")).to_have_count(0)
        case.refresh_from_db()
        self.assertEqual((case.outcome, case.contacted_by), ("phone", "pete"))

    def test_two_keys_pass_on_thanks(self) -> None:
        page = self.page(carla(), praised())
        for key in ("h", "Enter"):
            page.keyboard.press(key)
        expect(page.locator("#thanks")).to_contain_text("Passed on Kim, 4 West")
        self.assertEqual(Thanks.objects.get().state, "passed_on")

    def test_one_key_makes_a_link_that_an_author_answers_by_without_scripts(self) -> None:
        case = open_case(language="es")
        cases.claim(case, by=pete(), at=NOW)
        page = self.page(pete(), case)
        page.keyboard.press("p")
        expect(page.locator("#text")).to_have_value(re.compile(r"en privado: http\S+/private/[a-z]{32}/"))
        link = page.locator("#text").input_value().split(": ")[1]
        narrow = {"width": 320, "height": 640}
        context = self.browser.new_context(viewport=narrow, java_script_enabled=False)  # type: ignore[arg-type]
        self.addCleanup(context.close)
        form = context.new_page()
        form.goto(link)
        expect(form.locator("html")).to_have_attribute("lang", "es")
        expect(form.locator("#website")).not_to_be_in_viewport()
        form.get_by_role("link", name="English").click()
        form.get_by_label("What happened, and when?").fill("They lost her bag.")
        form.get_by_label("How can we reach you?").fill("555-0143")
        form.get_by_role("button").click()
        expect(form.get_by_role("heading")).to_have_text("Thank you. It has arrived.")
        self.assertEqual(context.cookies(), [])
        self.assertEqual(PrivateAnswer.objects.filter(case=case).count(), 1)
        expect(page.locator("#list")).to_contain_text("Answered in private.")
