"""The admin's pages of sources, with one source in each state that a source can be in."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect

from listening.models import Author, Source
from tests.base import ada, mention, source, watchlist
from tests.browser.states import State, open_all

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def troubled(now: datetime) -> dict[str, dict[str, Any]]:
    """By slug: what makes it so."""
    refused = {"paused_reason": "It refuses the key.", "last_error_kind": "auth_failed", "failures": 1}
    failing = {"last_error_kind": "unavailable", "last_error": "It did not answer in time.", "failures": 4}
    return {
        "wrong": {"kind": "yelp", **refused},
        "expired": {"kind": "facebook", **refused, "last_success_at": now - 26 * HOUR},
        "spent": {
            "kind": "x",
            "paused_reason": "No credit.",
            "last_error_kind": "quota_exhausted",
            "monthly_posts": 9000,
        },
        "quota": {
            "kind": "youtube",
            "failures": 1,
            "last_error_kind": "quota_exhausted",
            "limited_until": now + HOUR,
        },
        "away": {"kind": "google", **failing, "last_success_at": now - 4 * HOUR},
        "odd": {"kind": "pages", **failing, "last_error_kind": "bad_payload"},
        "never": {"kind": "rss"},
        "paused": {"kind": "bluesky", "paused_reason": "Paused by Ada.", "last_success_at": now - DAY},
        "waiting": {"kind": "trustpilot", "paused_reason": "Not switched on yet."},
        "silent": {"kind": "careopinion", "last_success_at": now, "silent_since": now - HOUR},
        "stream": {"kind": "jetstream", "last_success_at": now},
        "near": {"kind": "x", "last_success_at": now, "monthly_posts": 1000},
    }


def sources() -> str:
    now = timezone.now()
    if not Source.objects.filter(slug="wrong").exists():
        for slug, fields in troubled(now).items():
            source(slug, name=f"Source {slug}", **{"next_poll_at": now + HOUR, **fields})
        near = Source.objects.get(slug="near")
        near.polls.create(slot=now - HOUR, state="done", fetched=900, dropped=900)
        mention(source=near, author=Author.objects.create(network="x", external_id="7", handle="rosa_wren"))
        watchlist("northfield")
    return "/sources/"


def page_of(slug: str, end: str = "") -> str:
    sources()
    return f"/sources/{Source.objects.get(slug=slug).pk}/{end}"


def send_nothing(page: Page) -> None:
    """Past the browser's own check, which would not let it go."""
    page.evaluate("document.querySelector('main form').noValidate = true")
    page.locator("main form .button-main").click()
    expect(page.locator("main [autofocus]").first).to_be_focused()
    open_all(page)


def ask_to_erase(page: Page) -> None:
    page.get_by_label("Handle").fill("rosa_wren")
    page.get_by_label("Reason").fill("Asked by mail.")
    page.keyboard.press("Enter")
    expect(page.locator(".told")).to_be_visible()


SOURCES = (
    State("sources", ada, sources, open_all),
    State("no source", ada, lambda: "/sources/"),
    State("catalogue", ada, lambda: sources() + "catalogue/", open_all),
    State("connect", ada, lambda: "/sources/new/?kind=mastodon", open_all),
    State("connect, wrong", ada, lambda: "/sources/new/?kind=google", send_nothing),
    State("connect a stream", ada, lambda: "/sources/new/?kind=jetstream", open_all),
    State("connect pages", ada, lambda: "/sources/new/?kind=pages", send_nothing),
    State("a wrong key", ada, lambda: page_of("wrong", "edit/"), open_all),
    State("an expired key", ada, lambda: page_of("expired"), open_all),
    State("a spent credit", ada, lambda: page_of("spent", "edit/"), open_all),
    State("a quota that is used up", ada, lambda: page_of("quota"), open_all),
    State("a month that will not last", ada, lambda: page_of("near"), open_all),
    State("a stream", ada, lambda: page_of("stream"), open_all),
    State("who waits first", ada, lambda: sources() + "priorities/"),
    State("erase an author", ada, lambda: sources() + "erase/", ask_to_erase),
    State("letters and files", ada, lambda: "/entries/"),
    State("type in a letter", ada, lambda: "/entries/new/", send_nothing),
    State("send a file", ada, lambda: "/entries/file/", send_nothing),
)
