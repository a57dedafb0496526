"""Hostile posts from the network to the triage desk: polled for real, shown in a real browser, and inert."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Page

from alerts import triage
from alerts.models import Case, Queue, Rule
from config import demo
from dashboard import folding
from dashboard.columns import column_of
from hospital.models import Role
from listening import ingest, sweep
from listening.models import Mention, Poll, Source
from sandbox.serving import running_sandbox
from tests import base
from tests.browser.test_wall import twice
from tests.proof.browser import BrowserTestCase, shown
from tests.proof.hostile import Hostile, everywhere, of_the_town

pytestmark = pytest.mark.walk

EACH, SOME = (1, 1) if os.environ.get("MURMUR_DRILL_POINTS") else (40, 60)
"""Of how many posts one is opened on its own page and as a case; in the drills each is."""

CARD_PIXELS = 132
"""The tallest a card may be: 120 at a desk, 132 on a phone."""

INSIDE = """
() => [...document.querySelectorAll('.card-text, .quote, .post-text, .row-text, bdi')].flatMap((root) =>
  [...root.querySelectorAll('*')].filter((node) => !node.matches('b, mark, span, h2, p, bdi')
    || [...node.attributes].some(({name}) => !['class', 'title', 'dir', 'lang'].includes(name)))
    .map((node) => node.outerHTML.slice(0, 200)))
"""
"""Whatever stands in the words of a post and is not ours."""

LAYOUT = """
() => ({
  title: document.title, owned: window.owned, violations: window.violations || [],
  beside: document.documentElement.scrollWidth - window.innerWidth,
  header: document.querySelector('header')?.getBoundingClientRect().top,
  foreign: document.querySelectorAll('iframe, object, embed, base, portal, body style, body link').length,
  scripts: document.querySelectorAll('body script').length,
  cards: Math.max(0, ...[...document.querySelectorAll('.card')].map((card) => card.offsetHeight)),
  rows: Math.max(0, ...[...document.querySelectorAll('.row')].map((row) => row.offsetHeight)),
})
"""


def told_on_the_wall() -> set[int]:
    """Mentions with a card of their own. What came from several networks stands as one card."""
    headlines = Mention.objects.in_bulk(folding.headline_ids(Mention.objects.select_related("story")))
    return {
        mention.pk
        for mention in Mention.objects.select_related("story")
        if not mention.story or not is_told(headlines.get(mention.story.headline_id or 0), mention)
    } | {pk for pk, headline in headlines.items() if not headline.is_gone}


def is_told(headline: Mention | None, mention: Mention) -> bool:
    stands = folding.stands_for(headline, mention)
    return stands and headline is not None and column_of(headline) is column_of(mention)


class HostileTests(BrowserTestCase):
    def test_nothing_that_strangers_write_runs_breaks_or_stops_a_neighbour(self) -> None:
        posts = [*everywhere(), *of_the_town()]
        with self.town() as url:
            wall = self.page_for(base.carla())
            wall.goto(f"{self.web.url}/")
            self.wait_until_live(wall)
            expected = 0
            # A feed lists its newest forty: what is not read in time is gone from it.
            for batch in (posts[::2], posts[1::2]):
                expected += self.write(url, batch)
                self.poll_all()
        stored = set(Mention.objects.values_list("pk", flat=True))
        self.assertEqual(len(stored), expected)
        self.assertTrue(
            Mention.objects.filter(is_truncated=True, text__startswith="Northfield x a nurse").exists()
        )
        told = told_on_the_wall()
        self.until(wall, lambda: self.seen(wall).keys() >= told)
        self.assertEqual(twice(shown(wall)), [])
        self.check(wall)
        print(f"\nhostile: {len(posts)} posts on 4 networks, {expected} stored and shown, none quarantined")
        self.check_first_load()
        self.check_mentions()
        self.check_desk()

    @contextmanager
    def town(self) -> Iterator[str]:
        """The demo's own sources, asking a silent sandbox."""
        with running_sandbox(quiet=True) as url, override_settings(SANDBOX_URL=url):
            demo.ensure(sandbox_url=url, password=base.PASSWORD, now=timezone.now())
            yield url

    def write(self, url: str, posts: list[Hostile]) -> int:
        """Put them into the networks, ordinary posts between them; how many these were in all."""
        asked = [post.as_asked() for post in posts]
        for number in range(0, len(asked), 2):
            neighbour = {"text": f"Northfield neighbour {number} is fine.", "title": "Northfield"}
            asked.insert(number, {"network": asked[number]["network"], **neighbour})
        # ASCII, because half a character travels only as an escape.
        body, kind = json.dumps(asked).encode(), {"content-type": "application/json"}
        httpx.post(f"{url}/_sandbox/posts", content=body, headers=kind, timeout=60).raise_for_status()
        return len(asked)

    def poll_all(self) -> None:
        for source in Source.objects.due(timezone.now()):
            owed = sweep.open_poll(source, timezone.now())
            assert owed is not None
            poll = ingest.poll(owed.pk)
            assert poll is not None
            self.assertEqual((poll.state, poll.error), (Poll.State.DONE, ""))
            self.assertEqual((poll.dropped, poll.quarantined), (0, 0), source)

    def check(self, page: Page) -> None:
        found = page.evaluate(LAYOUT)
        self.assertIn("Murmur", found["title"])
        self.assertIsNone(found.get("owned"))
        self.assertEqual((found["violations"], found["foreign"], found["scripts"]), ([], 0, 0))
        self.assertLessEqual(found["beside"], 0, page.url)
        self.assertGreaterEqual(found["header"], 0)
        self.assertLessEqual(found["cards"], CARD_PIXELS)
        self.assertEqual(page.evaluate(INSIDE), [])
        self.assertEqual(self.troubles, [])
        allowed = (
            "/wall/status/",
            "/wall/here/",
            "/cases/",
            "/wall/stream/",
            "/operations/",
            "/board/thanks/",
        )
        self.assertEqual([path for path in self.asked if not path.startswith(allowed)], [])

    def check_first_load(self) -> None:
        sizes: tuple[tuple[int, int], ...] = ((1440, 900), (390, 844), (1920, 1080))
        for size in sizes:
            page = self.page_for(base.carla(), size)
            page.goto(f"{self.web.url}/{'?view=wall' if size[0] == 1920 else ''}")
            self.assertGreater(len(shown(page)), 20)
            if size[0] != 1920:
                self.check(page)
            page.context.close()

    def check_mentions(self) -> None:
        page = self.page_for(base.carla())
        for mention in Mention.objects.exclude(text__contains="neighbour").order_by("network", "pk")[::EACH]:
            page.goto(f"{self.web.url}/mentions/{mention.pk}/", wait_until="domcontentloaded")
            self.check(page)
            self.assertEqual(page.locator(".quote-text").count(), 1)

    def check_desk(self) -> None:
        Rule.objects.create(name="Every one", position=99, queue=Queue.objects.get(slug="complaints"))
        triage.route_due(timezone.now(), limit=1_000)
        self.assertEqual(Case.objects.count(), Mention.objects.count())
        page = self.page_for(base.person("rosa", Role.APPROVER))
        page.goto(f"{self.web.url}/cases/")
        self.check(page)
        heights = page.evaluate("[...document.querySelectorAll('.row')].map((row) => row.offsetHeight)")
        self.assertLessEqual(max(heights), 90)
        hostile = Case.objects.exclude(mention__text__contains="neighbour").order_by("mention__network", "pk")
        for case in hostile[::SOME]:
            page.goto(f"{self.web.url}/cases/{case.pk}/", wait_until="domcontentloaded")
            self.assertEqual(page.locator(".post-text").count(), 1)
            self.check(page)
