"""Open walls in a real Chromium, watched for whatever a post must not be able to do."""

from collections.abc import Callable
from time import monotonic

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client, TransactionTestCase
from playwright.sync_api import ConsoleMessage, Dialog, Page, Request

from tests.browser.rig import shared
from tests.timing import PATIENCE

DESK = (1440, 900)

WATCH = """
window.seen = {};
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => violations.push(event.blockedURI));
new MutationObserver((changes) => {
  for (const change of changes) for (const node of [...change.addedNodes, change.target])
    if (node.id && node.matches('article.card:not([hidden])'))
      if (change.attributeName || node !== change.target) (seen[node.id] ||= []).push(Date.now());
}).observe(document, {childList: true, subtree: true, attributeFilter: ['hidden']});
"""
"""Notes when each card was shown, before any script of the page runs. One that waits is there, hidden."""


@pytest.mark.browser
class BrowserTestCase(TransactionTestCase):
    def setUp(self) -> None:
        self.web, self.browser = shared.web(), shared.browser()
        self.troubles: list[str] = []
        self.asked: list[str] = []

    def session(self, person: User) -> dict[str, str]:
        client = Client()
        client.force_login(person)
        name = settings.SESSION_COOKIE_NAME
        return {name: client.cookies[name].value}

    def page_for(self, person: User, size: tuple[int, int] = DESK, url: str = "") -> Page:
        context = self.browser.new_context(viewport={"width": size[0], "height": size[1]})
        self.addCleanup(context.close)
        for name, value in self.session(person).items():
            context.add_cookies([{"name": name, "value": value, "url": url or self.web.url}])
        context.add_init_script(WATCH)
        page = context.new_page()
        self.watch(page, url or self.web.url)
        return page

    def refuse(self, dialog: Dialog) -> None:
        self.note(f"dialog: {dialog.message}")
        dialog.dismiss()

    def watch(self, page: Page, home: str) -> None:
        page.on("dialog", self.refuse)
        page.on("pageerror", lambda error: self.note(f"error: {error}"))
        page.on("popup", lambda opened: self.note(f"popup: {opened.url}"))
        page.on("console", self.note_message)
        page.on("request", lambda request: self.note_request(request, home))

    def note(self, trouble: str) -> None:
        self.troubles.append(trouble)

    def note_message(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.note(f"console: {message.text}")

    def note_request(self, request: Request, home: str) -> None:
        if not request.url.startswith(f"{home}/"):
            self.note(f"request: {request.url}")
        if request.resource_type in ("xhr", "fetch"):
            self.asked.append(request.url.removeprefix(home).partition("?")[0])

    def until(self, page: Page, holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
        deadline = monotonic() + seconds
        while not holds():
            self.assertLess(monotonic(), deadline, "it did not come true in time")
            page.wait_for_timeout(50)

    def wait_until_live(self, page: Page) -> None:
        """The stream has said something: the hub runs, and from now on nothing waits for a tick."""
        page.wait_for_function("document.body.dataset.live === 'live'")
        page.wait_for_timeout(500)

    def seen(self, page: Page) -> dict[int, list[int]]:
        """When each card was put into the page, in milliseconds, by the id of its mention."""
        found: dict[str, list[int]] = page.evaluate("seen")
        return {int(name.removeprefix("mention-")): times for name, times in found.items()}


def shown(page: Page) -> list[int]:
    ids: list[int] = page.locator(".card:not([hidden])").evaluate_all(
        "cards => cards.map(({id}) => Number(id.slice(8)))"
    )
    return ids
