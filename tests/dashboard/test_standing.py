"""What stands in a column, by the rule in Python and by the database: the same over many mentions."""

import random
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

from django.test import SimpleTestCase, TestCase
from django.utils import timezone

from dashboard import arrivals, folding, rows
from dashboard.faces import Face
from dashboard.kinds import KINDS
from dashboard.looking import Looker
from dashboard.standing import LEVELS, SEVEREST, Slot, Subject, standing
from dashboard.wall_filters import WallFilter
from dashboard.wall_views import Look
from hospital.models import Facility
from listening.models import Author, Mention, Source
from listening.queries.asked import Asked
from listening.reading.lanes import LANES
from tests import base

WORDS = [
    "bill",
    "parking",
    "nurse",
    "wait",
    "hours",
    "portal",
    "thanks",
    "Mary's",
    "C-diff",
    "ER",
    "pain",
    "#flu",
    "@northfield",
    "kind",
    "long",
]
EXPRESSIONS = (
    "",
    "bill* OR parking",
    "nurse NOT thanks",
    "wait NEAR/3 hours",
    '"long wait" OR =ER',
    "author:ann OR source:reddit",
    "facility:north -portal",
    "lang:es OR stars:<=2",
    "NOT bill",
    "#flu OR @northfield OR c-diff",
)


class SubjectTests(SimpleTestCase):
    def subject(self, **fields: Any) -> Subject:
        told = {"level": "P3", "lane": "other", "sentiment": "neutral", "network": "x", **fields}
        text = told.pop("text", "")
        return Subject(**told, facility_id=1, source_id=1, asked=Asked(text))

    def test_each_ready_made_column_has_what_it_says(self) -> None:
        for kind, fields in (
            ("emergency", {"level": "P0", "lane": "self_harm"}),
            ("safety", {"level": "P1", "lane": "safety_event"}),
            ("needs", {"sentiment": "negative"}),
            ("says", {"lane": "question"}),
            ("access", {"lane": "access_wait"}),
            ("billing", {"lane": "billing"}),
            ("media", {"lane": "media"}),
            ("communities", {"network": "reddit"}),
            ("praise", {"sentiment": "positive", "lane": "praise"}),
            ("all", {}),
        ):
            with self.subTest(kind):
                self.assertTrue(standing(kind).holds(self.subject(**fields)))
                other = self.subject(level="P4", lane="noise", sentiment="positive")
                self.assertEqual(standing(kind).holds(other), kind in ("all", "says"))

    def test_all_of_it_must_be_so(self) -> None:
        asked = standing("billing", "insurance", frozenset({1}), frozenset({1}), "P3")
        said = {"lane": "billing", "text": "My insurance says no"}
        self.assertTrue(asked.holds(self.subject(**said)))
        for other in ({"lane": "media"}, {"level": "P4"}, {"text": "The bill"}):
            self.assertFalse(asked.holds(self.subject(**{**said, **other})))
        for places in ({"sources": frozenset({2})}, {"facilities": frozenset({2})}):
            self.assertFalse(standing("billing", **places).holds(self.subject(**said)))

    def test_equal_ones_are_one(self) -> None:
        self.assertIs(standing("all", "bill"), standing("all", "bill"))


class AgreementTests(TestCase):
    """A few hundred mentions of every sort, some of them of stories, asked both ways."""

    now: datetime
    north: Facility
    reddit: Source

    @classmethod
    def setUpTestData(cls) -> None:
        chance = random.Random(7)
        cls.north, cls.reddit = base.facility("Northfield North", "north"), base.source("reddit", "reddit")
        places, sources = [None, cls.north, base.facility()], [base.source("x", "x"), cls.reddit]
        authors = [None, Author.objects.create(network="x", external_id="1", handle="ann")]
        cls.now = timezone.now()
        for number in range(300):
            source = chance.choice(sources)
            base.mention(
                " ".join(chance.choices(WORDS, k=chance.randint(1, 9))),
                title=chance.choice(["", "", "Parking again"]),
                level=chance.choice(LEVELS),
                lane=chance.choice([lane for lane in LANES if lane != "staff_voice"]),
                sentiment=chance.choice(Mention.Sentiment.values),
                language=chance.choice(["en", "es", ""]),
                rating=chance.choice([None, 1, 3]),
                source=source,
                network=source.kind,
                author=chance.choice(authors),
                facility=chance.choice(places),
                published_at=cls.now - timedelta(minutes=number // 2),
            )

    def slots(self) -> list[Slot]:
        chance = random.Random(11)
        some = frozenset({self.reddit.pk}), frozenset({self.north.pk})
        made = [standing(kind) for kind in KINDS] + [standing("all", words) for words in EXPRESSIONS]
        made += [
            standing(
                chance.choice([*KINDS]),
                chance.choice(EXPRESSIONS),
                chance.choice([some[0], frozenset()]),
                chance.choice([some[1], frozenset()]),
                chance.choice(["", *LEVELS]),
            )
            for _ in range(15)
        ]
        return [Slot(f"c{at}", "A column", asked, pk=at) for at, asked in enumerate(made, start=1)]

    def look(self, slot: Slot, facility_ids: frozenset[int] | None = None) -> Look:
        looker = Looker(facility_ids, (slot,), Face.DESK, WallFilter())
        return Look(looker, mock.Mock(), self.now)

    def read(self, slot: Slot, look: Look, size: int = 400) -> list[int]:
        places, _ = folding.Column(look.rows(slot), is_folded=False).places(size)
        return [place.shown.pk for place in places]

    def test_the_page_and_the_stream_say_the_same(self) -> None:
        came = arrivals.after(0, limit=1_000)
        mentions = {mention.wall_seq: mention.pk for mention in Mention.objects.all()}
        for slot in self.slots():
            with self.subTest(slot.standing):
                look = self.look(slot)
                streamed = {mentions[each.seq] for each in came if each.among(look.looker, self.now)}
                self.assertEqual(set(self.read(slot, look)), streamed)

    def test_no_column_shows_a_facility_out_of_reach(self) -> None:
        reach = frozenset({self.north.pk})
        for slot in self.slots()[:20]:
            look = self.look(slot, reach)
            shown = Mention.objects.filter(pk__in=self.read(slot, look))
            self.assertEqual(set(shown.values_list("facility", flat=True)) - reach, set())

    def test_pages_follow_one_another_in_every_order(self) -> None:
        for words in ("", "bill* OR nurse OR wait"):
            for sort in ("newest", SEVEREST):
                slot = Slot("c1", "A column", standing("all", words), sort=sort, pk=1)
                with self.subTest(sort=sort, words=words):
                    look, seen, before = self.look(slot), [], None
                    while True:
                        places, before = folding.Column(look.rows(slot), is_folded=False).places(17, before)
                        seen += [place.shown.pk for place in places]
                        if before is None:
                            break
                    self.assertEqual(seen, self.read(slot, look))
                    self.assertEqual(len(seen), len(set(seen)))

    def test_the_most_urgent_stand_first(self) -> None:
        slot = Slot("c1", "A column", standing("all"), sort=SEVEREST, pk=1)
        levels = dict(Mention.objects.values_list("pk", "level"))
        found = [levels[pk] for pk in self.read(slot, self.look(slot))]
        self.assertEqual(found, sorted(found))

    def test_what_is_rare_is_looked_for_no_longer_than_windows_go(self) -> None:
        old = base.mention(lane="media", published_at=self.now - rows.WINDOWS[-1] - timedelta(days=1))
        recent = base.mention(lane="media", published_at=self.now - timedelta(days=20))
        slot = Slot("c1", "A column", standing("media"), pk=1)
        found = self.read(slot, self.look(slot))
        self.assertIn(recent.pk, found)
        self.assertNotIn(old.pk, found)


class FrameTests(TestCase):
    def test_one_arrival_names_all_columns_it_stands_in_and_is_asked_once(self) -> None:
        base.mention("The bill is wrong", lane="billing", sentiment="negative", published_at=timezone.now())
        (came,) = arrivals.after(0, limit=1)
        asked = standing("billing")
        needs, press = standing("needs"), standing("media")
        slots = tuple(Slot(f"c{pk}", "", each, pk=pk) for pk, each in enumerate((needs, asked, press), 1))
        with mock.patch.object(type(asked), "holds", autospec=True, side_effect=type(asked).holds) as holds:
            for _ in range(5):
                sent = came.frame_for(Looker(None, slots), timezone.now()) or b""
        self.assertEqual(holds.call_count, 3)
        self.assertIn(b"event: mention\nid: %d\ndata: c1 c2\n" % came.seq, sent)

    def test_a_mention_that_stands_in_none_leaves_where_it_stood(self) -> None:
        base.mention("calm", published_at=timezone.now())
        (came,) = arrivals.after(0, limit=1)
        looker = Looker(None, (Slot("c3", "Press", standing("media"), pk=3),))
        self.assertEqual(came.frame_for(looker, timezone.now()), came.drop)
