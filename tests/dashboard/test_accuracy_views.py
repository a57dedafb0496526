import re
from datetime import timedelta
from typing import Any

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from dashboard.accuracy_views import behind_url
from hospital.models import Facility
from listening import labels, sampling
from listening.models import Mention
from tests import base

PAGE = reverse("accuracy")
ANSWERS = {"negative": "negative", "positive": "neutral", "neutral": "neutral"}


class AccuracyTestCase(TestCase):
    def setUp(self) -> None:
        self.now = timezone.now()
        self.carla = base.carla()
        self.client.force_login(self.carla)

    def fill(self, number: int, sentiment: str, place: Facility | None = None, **fields: Any) -> None:
        at = sampling.week_of(self.now) - timedelta(hours=2)
        for _ in range(number):
            base.mention(sentiment=sentiment, published_at=at, facility=place, reader_version="2", **fields)

    def answer_all(self) -> None:
        sampling.draw_due(self.now)
        while item := sampling.next_for(self.carla, self.now, facility_ids=None):
            sampling.answer(item, ANSWERS[item.said], by=self.carla, at=self.now)

    def page(self, url: str = PAGE) -> str:
        return self.client.get(url).content.decode()

    def count_behind(self, **asked: str) -> int:
        return int(re.search(r'<h1><span class="num">(\d+)', self.page(behind_url(asked)))[1])  # type: ignore[index]


class FiguresTests(AccuracyTestCase):
    def test_with_no_answers_it_says_so(self) -> None:
        page = self.page()
        self.assertIn("No answers yet.", page)
        self.assertNotIn("%</b>", page)

    def test_too_few_give_no_figure_but_their_count(self) -> None:
        self.fill(19, "negative")
        self.answer_all()
        page = self.page()
        self.assertIn("too few to judge", page)
        self.assertIn(">19</a>", page)
        self.assertNotIn("%</b>", page)

    def test_enough_give_one_with_its_interval(self) -> None:
        self.fill(30, "negative")
        self.fill(10, "positive", source=base.source("other", name="Other"))
        self.answer_all()
        page = self.page()
        self.assertIn("<b>75 %</b>", page)
        self.assertIn("60–86 %", page)

    def test_one_tone_alone_is_shown(self) -> None:
        self.fill(25, "neutral")
        self.answer_all()
        self.assertIn("<b>100 %</b>", self.page())

    def test_many_sources_each_have_a_line(self) -> None:
        for each in range(60):
            self.fill(1, "negative", source=base.source(f"s{each}", name=f"Source {each}"))
        self.answer_all()
        page = self.page()
        for each in range(60):
            self.assertIn(f">Source {each}</th>", page)

    def test_the_zone_is_printed(self) -> None:
        self.assertIn("America/New_York", self.page())

    def test_relabels_by_hand_stand_apart(self) -> None:
        mention = base.mention(sentiment="negative")
        labels.put(mention.pk, "sentiment", "positive", by=self.carla, at=self.now)
        page = self.page()
        self.assertIn("Changed by hand, not counted above", page)
        self.assertIn("No answers yet.", page)
        self.assertEqual((self.count_behind(kind="hand"), self.count_behind()), (1, 0))

    def test_one_version_can_be_looked_at_alone(self) -> None:
        self.fill(30, "negative")
        self.answer_all()
        self.assertIn("version 2</a>", self.page())
        self.assertIn("No answers yet.", self.page(f"{PAGE}?version=1"))

    def test_mallory_is_turned_away(self) -> None:
        self.client.force_login(base.mallory())
        self.assertEqual(self.client.get(PAGE).status_code, 403)


class BehindTests(AccuracyTestCase):
    def test_every_number_leads_to_as_many_mentions(self) -> None:
        self.fill(20, "negative")
        self.fill(15, "positive", source=base.source("other", name="Other"))
        self.fill(5, "neutral")
        self.answer_all()
        labels.put(base.mention().pk, "sentiment", "negative", by=self.carla, at=self.now)
        page = self.page()
        links = re.findall(r'href="(/accuracy/mentions/[^"]*)">(\d+)</a>', page)
        self.assertGreater(len(links), 15)
        for url, number in set(links):
            with self.subTest(url):
                found = self.page(url.replace("&amp;", "&"))
                self.assertIn(f'<h1><span class="num">{number}</span>', found)

    def test_right_ones_alone(self) -> None:
        self.fill(3, "negative")
        self.fill(2, "positive")
        self.answer_all()
        self.assertEqual((self.count_behind(right="yes"), self.count_behind(right="no")), (3, 2))

    def test_only_what_is_within_reach_is_counted_and_listed(self) -> None:
        here, there = base.facility(), base.facility("Northfield North", "north")
        self.fill(2, "negative", here, text="ours to see")
        self.fill(3, "negative", there, text="not ours to see")
        self.answer_all()
        self.client.force_login(base.wes(here))
        self.assertEqual(self.count_behind(), 2)
        self.assertNotIn("not ours", self.page(behind_url({})))
        self.assertIn(">2</a>", self.page())

    def test_words_that_were_removed_or_must_not_be_met_unprepared_are_not_shown(self) -> None:
        self.fill(2, "negative", text="words to keep away")
        self.answer_all()
        first, second = Mention.objects.all()
        Mention.objects.filter(pk=first.pk).update(lane="self_harm")
        Mention.objects.filter(pk=second.pk).update(is_gone=True)
        self.assertNotIn("words to keep away", self.page(behind_url({})))

    def test_a_strange_address_finds_nothing_and_breaks_nothing(self) -> None:
        for query in ("said=x", "page=zzz", "month=%00", "source=%F0%9F%98%80", "right=perhaps"):
            with self.subTest(query):
                self.assertEqual(self.client.get(f"/accuracy/mentions/?{query}").status_code, 200)
        self.assertEqual(self.client.get("/accuracy/mentions/?kind=x").status_code, 404)

    def test_a_long_list_has_pages(self) -> None:
        for _ in range(60):
            mention = base.mention(sentiment="negative")
            labels.put(mention.pk, "sentiment", "neutral", by=self.carla, at=self.now)
        page = self.page(behind_url({"kind": "hand"}))
        self.assertIn("Page 1 of 2", page)
        self.assertIn("?kind=hand&amp;page=2", page)
