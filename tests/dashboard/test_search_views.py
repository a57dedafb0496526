import re
from datetime import timedelta
from unittest import mock

from django.http import HttpResponse
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from hospital.models import Role
from listening import searching
from listening.models import Author, Mention
from listening.models.mention import STAFF_VOICE
from tests.base import facility, mallory, mention, person, wes


def said(text: str, hours: int = 0, **fields: object) -> Mention:
    return mention(text, published_at=timezone.now() - timedelta(hours=hours), **fields)


class SearchTests(TestCase):
    def setUp(self) -> None:
        self.client.force_login(wes())

    def search(self, q: str, **fields: str) -> HttpResponse:
        return self.client.get(reverse("mention-search"), {"q": q, **fields})  # type: ignore[return-value]

    def shown(self, answer: HttpResponse) -> list[int]:
        return [int(pk) for pk in re.findall(r'href="/mentions/(\d+)/"', answer.content.decode())]

    def further(self, answer: HttpResponse) -> HttpResponse:
        address = re.search(r'rel="next" href="([^"]+)"', answer.content.decode())
        assert address
        return self.client.get(reverse("mention-search") + address[1].replace("&amp;", "&"))  # type: ignore[return-value]

    def test_it_finds_what_a_query_finds_newest_first_and_marked(self) -> None:
        old, new = said("Northfield <i>waits</i>", 30), said("Northfield, waiting", 1)
        said("Northfield")
        answer = self.search("northfield wait*")
        self.assertEqual(self.shown(answer), [new.pk, old.pk])
        self.assertContains(answer, "<mark>Northfield</mark> &lt;i&gt;<mark>waits</mark>")
        self.assertContains(answer, "No more are stored")

    def test_a_page_goes_on_where_the_last_one_ended(self) -> None:
        made = [said("Northfield", hours).pk for hours in range(5)]
        with mock.patch.object(searching, "PAGE", 2):
            first = self.search("northfield")
            second = self.further(first)
            third = self.further(second)
        self.assertEqual([*self.shown(first), *self.shown(second), *self.shown(third)], made)
        self.assertContains(third, "No more are stored")

    def test_where_time_runs_out_it_says_how_far_it_looked(self) -> None:
        old = mention("Northfield")  # months ago
        with mock.patch.object(searching, "SECONDS", -1):
            answer = self.search("northfield")
        self.assertContains(answer, "Nothing found so far")
        self.assertContains(answer, "Looked back to")
        self.assertEqual(self.shown(self.further(answer)), [old.pk])

    def test_a_mistake_is_pointed_at(self) -> None:
        for query in ("northfield (wait", "NOT northfield", "stars:9", "x" * 5_000):
            with self.subTest(query[:20]):
                answer = self.search(query)
                self.assertContains(answer, 'class="mistake"')
                self.assertContains(answer, 'aria-invalid="true"')

    def test_only_what_one_may_see_is_found(self) -> None:
        here, there = facility(), facility("Northfield North", "north")
        mine = said("Northfield", facility=here)
        for fields in ({"facility": there}, {}, {"facility": here, "lane": STAFF_VOICE}):
            said("Northfield", **fields)
        said("Northfield", facility=here, is_gone=True)
        self.client.force_login(person("viktor", Role.VIEWER, here))
        self.assertEqual(self.shown(self.search("northfield")), [mine.pk])

    def test_names_and_numbers_stay_masked(self) -> None:
        said("Northfield never called me back on 555-0142 today")
        self.assertNotContains(self.search("northfield"), "555-0142")

    def test_it_asks_for_authors(self) -> None:
        ann = Author.objects.create(network="fake", external_id="1", handle="ann")
        made = said("Northfield", author=ann)
        said("Northfield")
        self.assertEqual(self.shown(self.search("author:ann")), [made.pk])

    def test_hostile_addresses_do_no_harm(self) -> None:
        said("Northfield")
        for before in (
            "",
            "x",
            "_",
            "2026-01-01_1",
            "0001-01-01T00:00:00+00:00_1",
            "9999-12-31T23:59:59+00:00_1",
        ):
            with self.subTest(before):
                self.assertEqual(self.search("northfield", before=before).status_code, 200)
        for before in (f"2026-03-01T00:00:00+00:00_{10**30}", "2026-03-01T00:00:00+00:00_-1", "\x00_\x00"):
            self.assertEqual(self.search("northfield", before=before).status_code, 200)
        self.assertEqual(self.search("\x00\u202e").status_code, 200)

    def test_without_a_query_it_only_asks_for_one(self) -> None:
        self.assertNotContains(self.search("  "), "samples")

    def test_mallory_is_turned_away(self) -> None:
        self.client.force_login(mallory())
        self.assertEqual(self.search("northfield").status_code, 403)
