"""What stands beside a draft follows what is typed, stays open, and puts words in without losing any."""

import pytest
from playwright.sync_api import expect

from alerts import contacts, savedreplies
from alerts.models import Case
from alerts.savedreplies import Draft
from listening.models import Mention
from tests.base import NOW, pete
from tests.browser.test_gate import Composer

pytestmark = pytest.mark.walk


@pytest.mark.browser
class CraftTests(Composer):
    def opened(self) -> str:
        contacts.add("555-0142", "", by=None, at=NOW)
        draft = Draft("Thanks", "Thank you. [A sentence of your own.] Please call {phone}.")
        savedreplies.save(None, draft, by=None, at=NOW)
        address = self.claimed()
        Mention.objects.update(network="x")
        return address

    def test_it_follows_what_is_typed_and_stays_open(self) -> None:
        page = self.page(pete(), self.opened())
        failed: list[str] = []
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.locator(".craft summary").click()
        page.locator("#text").click()
        page.keyboard.type("We hear you. Our physicians utilize https://northfield.example/a/long/page")
        expect(page.locator("#count b")).to_have_text("59 / 5000")
        expect(page.locator("#craft-line")).to_contain_text("2 hints.")
        expect(page.locator(".as-shown .shown-link")).to_have_text("northfield.example/a/long/p…")
        expect(page.locator("#text")).to_be_focused()
        page.locator("button.swap", has_text="physicians").click()
        expect(page.locator("#text")).to_have_value(
            "We hear you. Our doctors utilize https://northfield.example/a/long/page"
        )
        self.assertEqual(failed, [])

    def test_without_scripts_a_saved_reply_comes_behind_what_was_typed(self) -> None:
        page = self.page(pete(), self.opened(), java_script_enabled=False)
        page.locator("#text").fill("We hear you.")
        page.locator(".picker summary").first.click()
        page.locator("button[name=saved]").click()
        expect(page.locator("#text")).to_have_value(
            "We hear you.\n\nThank you. [A sentence of your own.] Please call 555-0142."
        )
        expect(page.locator("#verdict")).to_contain_text("still to be written")
        self.assertEqual(Case.objects.get().replies.get().state, "draft")
