"""The sources in a real browser, by keyboard alone: what was pressed is told, and focus stays somewhere."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from listening.models import Author, Source
from tests import base
from tests.browser.keyboard import Keyboard
from tests.browser.test_wall import BrowserTestCase


@pytest.mark.browser
class SourceKeyboardTests(BrowserTestCase):
    def keyboard(self, path: str) -> tuple[Page, Keyboard]:
        client = Client()
        client.force_login(base.ada())
        context = self.browser.new_context(viewport={"width": 1366, "height": 768})
        self.addCleanup(context.close)
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.web.url}])
        page = context.new_page()
        page.goto(self.web.url + path)
        return page, Keyboard(page)

    def refused(self, kind: str, **fields: object) -> Source:
        turned_away = {"paused_reason": f"{kind} does not accept this key.", "last_error_kind": "auth_failed"}
        return base.source(kind, kind, **{**turned_away, **fields})

    def test_resuming_in_the_list_is_told_on_a_whole_page(self) -> None:
        waiting = base.source("yelp", "yelp", name="Yelp", paused_reason="Not switched on yet.")
        page, keyboard = self.keyboard("/sources/")
        keyboard.go(f"#act-{waiting.pk}")
        keyboard.press("Enter")
        expect(page.locator(".messages")).to_contain_text("Yelp is asked again within seconds.")
        expect(page.locator(".topbar")).to_be_visible()
        keyboard.is_at(f"#source-{waiting.pk}")

    def test_pausing_and_resuming_keep_the_keyboard(self) -> None:
        page, keyboard = self.keyboard(f"/sources/{self.source.pk}/")
        keyboard.go("#rest")
        keyboard.press("Enter")
        expect(page.locator(".messages")).to_contain_text("X is paused.")
        keyboard.is_at("#rest")
        keyboard.press("Enter")
        expect(page.locator(".messages")).to_contain_text("X is asked again")
        keyboard.is_at("#rest")
        expect(page.locator(".topbar")).to_be_visible()

    def test_the_page_of_one_follows_what_becomes_of_it(self) -> None:
        made = base.source("reddit", "reddit")
        Source.objects.update(created_at=timezone.now())
        page, keyboard = self.keyboard(f"/sources/{made.pk}/")
        expect(page.locator(".verdict")).to_contain_text("Just connected.")
        page.locator(".more summary").click()
        keyboard.go("#poll", "Shift+Tab")
        now = timezone.now()
        Source.objects.update(last_success_at=now)
        made.polls.create(slot=now, state="done", fetched=3, dropped=3)
        expect(page.locator(".verdict")).to_contain_text("Live")
        expect(page.locator("#heard .polls")).to_contain_text("fetched 3")
        keyboard.is_at("#poll")
        self.assertTrue(page.locator(".more").evaluate("each => each.open"))

    def test_what_is_wrong_with_a_key_is_said_at_its_field(self) -> None:
        made = self.refused("mastodon", options={"instances": "social.example", "tags": "northfield"})
        page, keyboard = self.keyboard(f"/sources/{made.pk}/edit/")
        keyboard.is_at("#id_secrets-access_token")
        field, said = page.locator(":focus").bounding_box(), page.get_by_role("alert").bounding_box()
        assert field
        assert said
        self.assertLess(0, said["y"])
        self.assertLess(field["y"] - said["y"] - said["height"], 60)

    def test_that_the_network_is_being_asked_is_seen_wherever_one_pressed(self) -> None:
        page, keyboard = self.keyboard("/sources/new/?kind=x")
        keyboard.go("#id_options-own_handle")
        expect(page.locator("#check")).not_to_be_in_viewport()
        page.locator("main form").evaluate("form => form.classList.add('htmx-request')")
        expect(page.locator(".busy span")).to_be_in_viewport(ratio=1)

    def test_what_would_be_erased_is_read_before_the_button_that_does_it(self) -> None:
        author = Author.objects.create(network="x", external_id="7", handle="rosa_wren")
        self.store("Northfield lost my file.", author=author)
        page, keyboard = self.keyboard("/sources/erase/")
        keyboard.go("#id_handle")
        keyboard.type("rosa_wren")
        keyboard.press("Tab")
        keyboard.type("Asked by mail.")
        keyboard.press("Enter")
        keyboard.is_at(".told")
        expect(page.locator(":focus")).to_contain_text("rosa_wren on X: the words of 1 post go")
        keyboard.press("Tab", "Enter")
        expect(page.locator(".messages")).to_contain_text("Erased: 1 posts.")

    def test_nobody_to_erase_is_said_at_the_name(self) -> None:
        Author.objects.create(network="x", external_id="7", handle="rosa_wren")
        page, keyboard = self.keyboard("/sources/erase/")
        keyboard.go("#id_handle")
        keyboard.type("somebody_else")
        keyboard.press("Tab")
        keyboard.type("Asked by mail.")
        keyboard.press("Enter")
        keyboard.is_at("#id_handle")
        expect(page.locator("#id_handle_error")).to_contain_text("Look at the spelling.")

    def test_saving_who_waits_first_keeps_the_keyboard(self) -> None:
        base.watchlist("northfield", name="Our name")
        page, keyboard = self.keyboard("/sources/priorities/")
        keyboard.go("select")
        keyboard.press("ArrowDown")
        keyboard.go("#save")
        keyboard.press("Enter")
        expect(page.locator(".messages")).to_contain_text("1 changed")
        keyboard.is_at("#save")
