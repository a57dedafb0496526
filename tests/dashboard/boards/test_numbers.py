"""Every number on every board opens exactly as many mentions as it says."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from html import unescape
from operator import itemgetter
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from alerts import defaults
from alerts.models import Case, Queue
from dashboard import choices
from dashboard.boards import asked
from hospital.access import Permission, Reach
from hospital.models import Facility
from listening.models import Mention
from tests import base

LINK = re.compile(r'<a[^>]*href="(/mentions/\?[^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
TITLE = re.compile(r'title="[^"]*: ([\d,]+) ')
BOARDS = {
    "wall": reverse("wall"),
    "pulse": reverse("wall-status"),
    "facilities": reverse("board"),
    "topics of a day": reverse("board-topics"),
    "topics of a week": f"{reverse('board-topics')}?over=week",
    "charts of a day": reverse("charts"),
    "charts of a week": f"{reverse('charts')}?over=week",
    "charts of a month": f"{reverse('charts')}?over=month",
    "charts of a facility": f"{reverse('charts')}?over=week&facility=north",
    "charts of a source": f"{reverse('charts')}?over=week&source=reviews",
}


def numbers(page: str) -> dict[str, int]:
    """The addresses of a page with the number each stands under, or that its title tells."""
    found = {}
    for match in LINK.finditer(page):
        said = re.sub(r"<[^>]*>", " ", match[2])
        told = re.search(r"[\d,]+", said) or TITLE.search(match[0])
        assert told is not None, match[0]
        number = told[1] if told.re is TITLE else told[0]
        found[unescape(match[1])] = int(number.replace(",", ""))
    return found


def opened(mention: Mention, at: datetime, **fields: Any) -> Case:
    queue = Queue.objects.get(slug="complaints")
    where = {"facility": mention.facility, "queue": queue, "priority": 1}
    return Case.objects.create(mention=mention, opened_at=at, due_at=at, **where, **fields)


def town(now: datetime) -> None:
    """Mentions of all kinds, of which every board would count some wrongly if its list were another."""
    defaults.ensure()
    places: list[Facility | None] = [
        base.facility("Northfield North", "north", system="Northfield Health"),
        base.facility("Northfield West", "west", system="Northfield Health"),
        base.facility("Alder Clinic", "alder"),
        None,
    ]
    sources = [base.source(), base.source("reviews")]
    tones = ("negative", "neutral", "positive")
    topics: Sequence[list[str]] = (["parking"], ["parking", "staff"], [], ["billing"])
    for at in range(150):
        mention = base.mention(
            facility=places[at % 4],
            source=sources[at % 5 == 0],
            sentiment=tones[at % 3],
            topics=topics[at // 4 % 4],
            published_at=now - timedelta(minutes=at * at // 2),
            is_gone=at % 17 == 5,
            lane="staff_voice" if at % 19 == 7 else "complaint",
            level=("P3", "P2", "P1")[at % 3],
        )
        if at % 3 == 0:
            owner = base.pete() if at % 2 else None
            replied = {"first_replied_at": now} if at % 4 == 1 else {}
            opened(mention, now - timedelta(hours=at), owner=owner, **replied)


class NumberTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.now = timezone.now()
        town(cls.now)

    now: datetime

    def check(self, address: str, who: User) -> dict[str, int]:
        """The first by its page, the others as that page would count them."""
        self.client.force_login(who)
        found = numbers(self.client.get(address).content.decode())
        facility_ids = Reach(who).facility_ids(Permission.SEE_WALL)
        reachable, offered = Mention.objects.within(facility_ids), choices.offered(facility_ids)
        for url, number in found.items():
            with self.subTest(board=address, url=url):
                wanted = asked.read(dict(parse_qsl(urlsplit(url).query)), offered, self.now)
                self.assertEqual(wanted.narrow(reachable).count(), number)
        url, number = max(found.items(), key=itemgetter(1))
        self.assertEqual(self.client.get(url).context["page"].paginator.count, number)
        return found

    def test_each_opens_as_many_mentions_as_it_says(self) -> None:
        for name, address in BOARDS.items():
            found = self.check(address, base.carla())
            with self.subTest(name):
                self.assertGreater(len(found), 5)
                self.assertGreater(sum(found.values()), 20)

    def test_and_so_for_somebody_of_one_facility(self) -> None:
        wes = base.wes(Facility.objects.get(slug="north"))
        for name, address in BOARDS.items():
            if "source" not in name:
                self.assertNotIn("west", " ".join(self.check(address, wes)))

    def test_a_list_holds_each_mention_once_over_all_its_pages(self) -> None:
        self.client.force_login(base.carla())
        url = f"{reverse('mention-list')}?{self.week}"
        first = self.client.get(url).context["page"].paginator
        rows = [
            row
            for number in first.page_range
            for row in re.findall(r'href="/mentions/(\d+)/"', self.get(f"{url}&page={number}"))
        ]
        self.assertGreater(first.num_pages, 1)
        self.assertEqual((len(rows), len(set(rows))), (first.count, first.count))

    @property
    def week(self) -> str:
        return f"since={self.now - timedelta(days=7):%Y-%m-%dT%H:%M:%SZ}&until={self.now:%Y-%m-%dT%H:%M:%SZ}"

    def get(self, address: str) -> str:
        return self.client.get(address).content.decode()


@pytest.mark.django_db
def test_an_address_that_asks_for_nonsense_is_not_found(client: Any) -> None:
    client.force_login(base.carla())
    for query in (
        "since=x&until=y",
        "since=2026-01-01T00:00:00Z",
        "since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z",
        "since=2020-01-01T00:00:00Z&until=2026-01-01T00:00:00Z",
        "since=2026-01-01T00:00:00&until=2026-01-02T00:00:00",
        "facility=x",
        "system=x",
        "source=x",
        "sentiment=x",
        "case=x",
    ):
        assert client.get(f"{reverse('mention-list')}?{query}").status_code == 404, query
    for address in (f"{reverse('charts')}?over=x", f"{reverse('board-topics')}?over=x"):
        assert client.get(address).status_code == 404
