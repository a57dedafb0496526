"""Open walls and a pipeline that stores: how soon, whether all, and only to those whom it concerns."""

import os
from collections.abc import Sequence
from statistics import median
from time import time
from typing import Any

import httpx
import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page

from alerts import defaults, triage
from alerts.models import Case
from hospital.models import Facility, FacilityName, Role
from listening import ingest, sweep
from listening.models import Mention
from listening.signals import mentions_stored
from listening.sources.contract import Page as Answer
from tests import base
from tests.proof.browser import BrowserTestCase, shown
from tests.timing import IS_DRILL, limit

pytestmark = pytest.mark.walk

CUT_SECONDS = 60.0 if IS_DRILL else 4.0
A_SECOND = 20


PARTS = ("stream", "status")
OLDER = [f"/wall/older/{column}/?before=2100-01-01T00:00:00Z_1" for column in ("needs", "says", "praise")]
OPEN = ("/", "/?view=wall", "/?source=fake", "/wall/status/", "/cases/", "/cases/rows/", "/cases/queues/")
CLOSED = ("/?facility=west", "/?view=wall&facility=west", *(f"/wall/{part}/?facility=west" for part in PARTS))
"""What does not exist for somebody who may see North alone."""


class LiveTestCase(BrowserTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.north = base.facility("Northfield North", "north")
        self.west = base.facility("Northfield West", "west")
        for place in (self.north, self.west):
            FacilityName.objects.create(facility=place, name=place.name)
        self.source = base.source("fake", last_success_at=timezone.now())
        base.watchlist("northfield")
        self.stored_at: dict[int, float] = {}
        mentions_stored.connect(self.note_stored)
        self.addCleanup(mentions_stored.disconnect, self.note_stored)

    def note_stored(self, ids: Sequence[int], **_: Any) -> None:
        self.stored_at |= dict.fromkeys(ids, time() * 1000)

    def store(self, *texts: str, **fields: Any) -> list[int]:
        """One poll that brings these posts, through the whole pipeline; ids of their mentions."""
        fields.setdefault("published_at", timezone.now())
        posts = [base.post(text, **fields) for text in texts]
        owed = sweep.open_poll(self.source, timezone.now())
        assert owed is not None
        with base.registered(base.FakeSource(Answer(posts=posts, cursor={}))):
            ingest.poll(owed.pk)
        names = [post.external_id for post in posts]
        return list(Mention.objects.filter(external_id__in=names).values_list("pk", flat=True))


SUBJECTS = (
    "Four hours in the corridor on a broken trolley.",
    "Nobody picks up the telephone before noon.",
    "A bill came for scans that never happened.",
    "My father's glasses were lost between wards.",
    "Cold soup again, and none of it vegetarian.",
    "Their car park eats banknotes and prints no ticket.",
    "Two letters with two dates for one appointment.",
    "Reception laughed when I asked for an interpreter.",
    "The lift has been out since the spring.",
    "Discharged at midnight in slippers, in the rain.",
)
"""Of which none says what another does, so that each has a card of its own."""


class LatencyTests(LiveTestCase):
    @pytest.mark.timeout(240)
    def test_what_is_stored_is_seen_within_two_seconds(self) -> None:
        count = 600 if IS_DRILL else 40
        page = self.page_for(base.carla())
        page.goto(f"{self.web.url}/")
        self.wait_until_live(page)
        rate = self.storm(page, count)
        self.until(page, lambda: len(self.seen(page)) >= count)
        seen = self.seen(page)
        waits = sorted((seen[pk][0] - stored_at) / 1000 for pk, stored_at in self.stored_at.items())
        p50, p95 = median(waits), waits[int(len(waits) * 0.95)]
        print(
            f"\nstored to shown, {count} mentions, {rate:.0f} a second (load {os.getloadavg()[0]:.1f}): ",
            end="",
        )
        print(f"p50 {p50:.2f} s, p95 {p95:.2f} s, max {waits[-1]:.2f} s")
        self.assertEqual((len(waits), max(map(len, seen.values()))), (count, 1))
        self.assertLessEqual(p95 if IS_DRILL else p50, limit(2, beside_others=5))
        self.assertEqual(self.troubles, [])

    def storm(self, page: Page, count: int) -> float:
        """So many, each as soon as it is due; where storing is slower, all that are due at once."""
        began, stored = time(), 0
        while stored < count:
            page.wait_for_timeout(1000 * max(0.0, began + stored / A_SECOND - time()))
            due = min(count, int((time() - began) * A_SECOND) + 1) - stored
            self.store(*(f"Northfield number {stored + each} of an ordinary day" for each in range(due)))
            stored += due
        return count / (time() - began)

    @pytest.mark.drill
    def test_fifty_arrivals_move_a_card_under_the_pointer_by_nothing(self) -> None:
        old = self.store(*(f"Northfield before {number}" for number in range(12)))
        page = self.page_for(base.carla())
        page.goto(f"{self.web.url}/")
        self.wait_until_live(page)
        card = page.locator(f"#mention-{old[-3]}")
        card.hover()
        before = card.bounding_box()
        new: list[int] = []
        for number in range(10):
            new += self.store(*(f"Northfield arrival {number}.{each}" for each in range(5)))
            self.assertEqual(card.bounding_box(), before)
        self.until(page, lambda: "50" in (page.locator("#says [data-release]").text_content() or ""))
        self.assertEqual(card.bounding_box(), before)
        page.mouse.move(5, 5)
        self.until(page, lambda: set(new) <= set(shown(page)))


class ReachTests(LiveTestCase):
    """Two walls side by side: what is of another facility comes by no way."""

    def test_a_wall_of_one_facility_is_told_nothing_of_another(self) -> None:
        defaults.ensure()
        here, there = (self.viewer(name, place) for name, place in (("nina", self.north), ("wim", self.west)))
        walls = [self.page_for(person) for person in (here, there)]
        for wall in walls:
            wall.goto(f"{self.web.url}/")
            self.wait_until_live(wall)
        ids = {place.slug: self.arrivals(place) for place in (self.north, self.west)}
        nowhere = self.store("Northfield nowhere-word, at no place in particular")
        triage.route_due(timezone.now())
        for wall, slug in zip(walls, ("north", "west"), strict=True):
            self.until(wall, lambda wall=wall, slug=slug: set(ids[slug]) <= set(shown(wall)))  # type: ignore[misc]
        walls[0].wait_for_timeout(1500)
        self.assertEqual([sorted(shown(wall)) for wall in walls], [sorted(ids["north"]), sorted(ids["west"])])
        self.assertEqual([set(self.seen(wall)) for wall in walls], [set(ids["north"]), set(ids["west"])])
        self.check_answers(here, [*ids["west"], *nowhere])

    def viewer(self, name: str, place: Facility) -> User:
        return base.person(name, Role.RESPONDER, place)

    def arrivals(self, place: Facility) -> list[int]:
        word = f"{place.slug}-word"
        texts = [f"{place.name} was rude and awful, {word}. {subject}" for subject in SUBJECTS]
        return self.store(*texts, title=word, author_id=place.slug, author_handle=word)

    def check_answers(self, person: User, foreign: list[int]) -> None:
        """Every address that shows mentions, asked by hand."""
        cookies = self.session(person)
        with httpx.Client(base_url=self.web.url, cookies=cookies, timeout=20) as client:
            for path in [*OPEN, *OLDER]:
                answer = client.get(path)
                self.assertEqual(answer.status_code, 200, path)
                self.assert_silent(answer.text, path)
            closed = [*CLOSED, *(f"/mentions/{pk}/" for pk in foreign)]
            closed += [f"/cases/{case.pk}/" for case in Case.objects.filter(mention__in=foreign)]
            self.assertGreater(len(closed), 20)
            for path in closed:
                self.assertEqual(client.get(path).status_code, 404, path)
            for query in ("after=0", "after=0&view=wall"):
                self.assert_silent(self.stream(client, query), query)

    def stream(self, client: httpx.Client, query: str) -> str:
        """What the stream says of all since the beginning, and of what comes meanwhile."""
        said = ""
        late = f"late-word-{next(base.numbers)}"
        with client.stream("GET", f"/wall/stream/?{query}") as answer:
            pieces = answer.iter_text()
            while "event: heartbeat" not in said:
                said += next(pieces)
            self.store(f"{self.west.name} west-word", f"{self.north.name} {late}")
            while late not in said:
                said += next(pieces)
        self.assertIn("north-word", said)
        return said

    def assert_silent(self, said: str, where: str) -> None:
        for word in ("west-word", "nowhere-word", self.west.name):
            self.assertNotIn(word, said, where)
