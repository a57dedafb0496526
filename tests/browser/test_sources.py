"""An admin connects a network in a real browser, by keyboard alone: a wrong key first, then a right one."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest import mock

import pytest
from django.conf import settings
from django.test import Client, TransactionTestCase
from playwright.sync_api import Page, expect

from listening.models import Source
from tests import base
from tests.browser.rig import Web, shared

pytestmark = pytest.mark.walk

RIGHT = "right-key-of-northfield"


class Reviews(BaseHTTPRequestHandler):
    """A network that knows one key."""

    def do_GET(self) -> None:
        known = self.headers.get("authorization") == f"Bearer {RIGHT}"
        body = json.dumps({"reviews": [], "total": 0} if known else {"error": {"code": "TOKEN_INVALID"}})
        self.send_response(200 if known else 401)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def network() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Reviews)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))


def tab_to(page: Page, name: str) -> None:
    """By as many tabs as it takes; each stop on the way shows where one is."""
    for _ in range(40):
        page.keyboard.press("Tab")
        style = "getComputedStyle(document.activeElement)"
        assert page.evaluate(f"{style}.outlineStyle !== 'none'"), f"{focused(page)} shows no focus"
        if focused(page) == name:
            return
    raise AssertionError(f"no way to {name} by Tab")


@pytest.mark.browser
class ConnectTests(TransactionTestCase):
    def setUp(self) -> None:
        # Before the environment is patched: opening it sets a variable that must stay.
        self.browser = shared.browser()

    def open(self, web: Web) -> Page:
        client = Client()
        client.force_login(base.ada())
        context = self.browser.new_context(reduced_motion="reduce")
        self.addCleanup(context.close)
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": web.url}])
        page = context.new_page()
        page.goto(f"{web.url}/sources/new/?kind=yelp")
        return page

    def told(self, page: Page) -> str:
        """What the field with the focus is described by."""
        return str(
            page.evaluate(
                "(document.activeElement.getAttribute('aria-describedby') ?? '').split(' ')"
                ".map((id) => document.getElementById(id)?.textContent ?? '').join(' ')"
            )
        )

    def test_a_wrong_key_then_a_right_one(self) -> None:
        with network() as address, mock.patch.dict(os.environ, {"SANDBOX_URL": address}):
            web = Web()
            self.addCleanup(web.stop)
            web.start()
            page = self.open(web)
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")  # the skip link
            tab_to(page, "check")
            page.keyboard.press("Enter")
            # The browser itself asks for what is missing, and goes there.
            expect(page.locator("#id_options-businesses")).to_be_focused()
            page.keyboard.type("northfield-general")
            tab_to(page, "id_secrets-api_key")
            page.keyboard.type("mistyped")
            tab_to(page, "Seldom changed")
            page.keyboard.press("Enter")
            page.keyboard.press("Tab")
            page.keyboard.press("Control+a")
            page.keyboard.type(address)
            page.keyboard.press("Enter")
            expect(page.get_by_role("alert")).to_contain_text("does not accept this key")
            expect(page.locator("#id_secrets-api_key")).to_be_focused()
            self.assertIn("It is mistyped, has expired", self.told(page))
            self.assertEqual(page.locator("#id_secrets-api_key").input_value(), "")
            page.keyboard.type(RIGHT)
            page.keyboard.press("Enter")
            expect(page.locator(".messages")).to_contain_text("It works.")
            expect(page.locator(".verdict")).to_contain_text("Just connected.")
        made = Source.objects.get()
        self.assertEqual((made.paused_reason, made.last_error_kind), ("", ""))
