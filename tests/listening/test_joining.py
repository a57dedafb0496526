from datetime import timedelta
from typing import Any
from unittest import mock

from django.test import TestCase, TransactionTestCase

from hospital.models import Facility
from listening import bulk, ingest, joining
from listening.models import Likeness, Mention, Source, Story
from listening.reading import sameness
from tests import base
from tests.base import NOW, post
from tests.listening.polling import HandClock, owe, page, poll_once
from tests.listening.test_leases import in_threads

TEXT = (
    "Northfield portal is down again and I cannot see the biopsy result they promised for this morning, "
    "the line rings out after forty minutes"
)
NORTH, WEST = "Northfield North Hospital", "Northfield West Clinic"


def story_ids() -> list[int | None]:
    return list(Mention.objects.order_by("published_at", "pk").values_list("story_id", flat=True))


class JoinTests(TestCase):
    def setUp(self) -> None:
        base.watchlist("northfield")

    def poll(self, *texts: str, **fields: Any) -> None:
        poll_once(page(*[post(text, **fields) for text in texts]))

    def test_the_second_that_says_it_begins_a_story(self) -> None:
        self.poll(TEXT)
        self.assertEqual(Story.objects.count(), 0)
        self.poll(f"RT @quietcorner: {TEXT}", published_at=NOW)
        story = Story.objects.get()
        first = Mention.objects.earliest("published_at")
        self.assertEqual((story.headline, story.count), (first, 2))
        self.assertEqual((story.first_seen_at, story.last_seen_at), (first.published_at, NOW))
        self.assertEqual(story_ids(), [story.pk, story.pk])

    def test_one_page_is_enough(self) -> None:
        self.poll(TEXT, TEXT.upper(), "Northfield rehab kitchen served the beet salad twice", TEXT + "!")
        story = Story.objects.get()
        self.assertEqual((story.count, story_ids().count(story.pk)), (3, 3))

    def test_it_grows_with_every_poll(self) -> None:
        for _ in range(4):
            self.poll(TEXT, TEXT)
        self.assertEqual((Story.objects.get().count, len(set(story_ids()))), (8, 1))
        self.assertEqual(Likeness.objects.values("mention").distinct().count(), 1)

    def test_what_was_said_in_other_words_stands_alone(self) -> None:
        self.poll(
            TEXT, "Northfield portal down, my biopsy result is in there somewhere and nobody answers the line"
        )
        self.poll("Thank you Northfield!", "Thank you Northfield!")
        self.assertEqual(story_ids(), [None] * 4)

    def test_the_card_that_counts_is_shown_anew(self) -> None:
        self.poll(TEXT)
        before = Mention.objects.get().wall_seq
        self.poll(TEXT, published_at=NOW)
        first, second = Mention.objects.order_by("published_at")
        self.assertGreater(first.wall_seq, second.wall_seq)
        self.assertGreater(second.wall_seq, before)

    def test_after_a_week_it_is_news_again(self) -> None:
        self.poll(TEXT, published_at=NOW - timedelta(days=7, minutes=1))
        self.poll(TEXT, published_at=NOW)
        self.assertEqual(Story.objects.count(), 0)

    def test_what_was_edited_is_read_anew(self) -> None:
        poll_once(page(post("Northfield, hello from the new garage", "1"), post(TEXT, "2")))
        poll_once(page(post(TEXT, "1")))
        self.assertEqual(Story.objects.get().count, 2)
        poll_once(page(post("Northfield, I take it all back", "1")))
        self.assertEqual(Story.objects.get().count, 2)

    def test_what_was_erased_is_found_no_more(self) -> None:
        poll_once(page(post(TEXT, "1", published_at=NOW - timedelta(hours=1)), post(TEXT, "2")))
        poll_once(page(post("", "1", is_removed=True)))
        self.assertEqual(Story.objects.get().headline_id, self.pk_of("2"))
        self.poll(TEXT)
        self.assertEqual(Story.objects.get().count, 2)
        joining.forget(NOW)
        self.assertFalse(Likeness.objects.filter(mention=self.pk_of("1")).exists())

    def pk_of(self, external_id: str) -> int:
        return Mention.objects.get(external_id=external_id).pk

    def test_keys_are_kept_for_a_while(self) -> None:
        self.poll(TEXT)
        self.assertEqual(joining.forget(NOW + timedelta(days=7)), 0)
        self.assertEqual(joining.forget(NOW + timedelta(days=9)), 8)


class FacilityTests(TestCase):
    def setUp(self) -> None:
        base.watchlist("northfield")
        self.north, self.west = base.facility(NORTH, "north"), base.facility(WEST, "west")

    def poll(self, source: Source) -> None:
        owed = owe(source)
        with base.registered(base.FakeSource(page(post(TEXT)))):
            ingest.poll(owed.pk, clock=HandClock())

    def of(self, place: Facility | None) -> Source:
        return base.source(f"source-{place}".lower().replace(" ", "-"), facility=place)

    def test_another_facility_is_another_story(self) -> None:
        for place in (self.north, self.west):
            self.poll(self.of(place))
        self.assertEqual(Story.objects.count(), 0)

    def test_one_that_names_none_joins_and_takes_the_place_of_the_first_that_does(self) -> None:
        for place in (None, self.north, self.west, None):
            self.poll(self.of(place))
        story = Story.objects.get()
        self.assertEqual((story.facility, story.count), (self.north, 3))


class TogetherTests(TransactionTestCase):
    """Workers that store the same words at the same moment, on real connections."""

    def test_they_begin_one_story(self) -> None:
        base.watchlist("northfield")
        sources = [base.source(f"fake-{at}") for at in range(6)]
        for turn in range(10):
            text = f"{turn} {TEXT} {' '.join(str(turn * at) for at in range(1, 30))}"
            polls = [owe(source) for source in sources]
            fake = base.FakeSource(*[page(post(text), post(text)) for _ in sources])
            with base.registered(fake):
                done = in_threads(6, lambda left=polls: ingest.poll(left.pop().pk, clock=HandClock()))  # type: ignore[misc]
            self.assertEqual([owed.state for owed in done if owed], ["done"] * 6)
            self.assertEqual((Story.objects.count(), Story.objects.latest("pk").count), (turn + 1, 12))
        self.assertEqual(Mention.objects.filter(story__isnull=True).count(), 0)


class CostTests(TestCase):
    def test_a_page_costs_as_many_statements_as_two_posts(self) -> None:
        base.watchlist("northfield")
        asked = []
        for size in (1, 40):
            words = " ".join(f"{{0}}{letter}{size}" for letter in "abcdefghijklmnopqrs")
            texts = [f"Northfield {words}".format(at) for at in range(size) for _ in "ab"]
            with (
                mock.patch.object(bulk, "write", wraps=bulk.write) as written,
                mock.patch.object(joining, "_asked", wraps=joining._asked) as read,
            ):
                poll_once(page(*[post(text) for text in texts]))
            asked.append((written.call_count, read.call_count))
        self.assertEqual(asked[0], asked[1])
        self.assertEqual(Story.objects.count(), 41)

    def test_texts_that_only_begin_alike_do_not_stop_a_poll(self) -> None:
        base.watchlist("northfield")
        for turn in range(2):
            begin = "Northfield and nobody else on this long and rainy evening in March"
            words = [[f"{turn}{letter}{at}" for letter in "abcdefghijklmnopqrs"] for at in range(200)]
            with mock.patch.object(sameness, "why", wraps=sameness.why) as compared:
                poll_once(page(*[post(f"{begin} {' '.join(own)}") for own in words]))
            self.assertLessEqual(compared.call_count, 200 * joining.MOST_COMPARED)
            self.assertGreater(compared.call_count, 1000)
        self.assertEqual(Story.objects.count(), 0)
