from datetime import timedelta
from typing import Any

from django.test import TestCase

from listening import exclusion_drafts
from listening.exclusion_drafts import Trial, Wish
from listening.labels import Refused
from listening.models import Author, Exclusion, Match, Mention, Query
from tests.base import NOW, ada, facility, mention, watchlist

BAND = "Tonight: now playing North Ed and the Waiting Rooms, tickets 555-0142"


class Drafts(TestCase):
    def setUp(self) -> None:
        watchlist('"north ed"')
        author = Author.objects.create(network="fake", external_id="7", handle="lark")
        where = "https://www.band.example/tour"
        self.mention = mention(BAND, author=author, kind="article", url=where, facility=facility())
        start = BAND.index("North Ed")
        self.match = Match.objects.create(
            mention=self.mention, query=Query.objects.get(), spans=[[start, start + 8]]
        )

    def draft(self, kind: str = "phrase", **fields: Any) -> Exclusion:
        if kind == "phrase":
            fields.setdefault("words", "now playing")
        return exclusion_drafts.draft(Wish(kind, **fields), self.mention, by=ada(), at=NOW)

    def trial(self, made: Exclusion, **fields: Any) -> Trial:
        return exclusion_drafts.trial(made, facility_ids=fields.pop("facility_ids", None), **fields)


class DraftTests(Drafts):
    def test_each_kind_says_what_it_leaves_out(self) -> None:
        context = self.draft("context", words="tickets", query_id=self.match.query_id)
        self.assertEqual(context.expression, '("north ed") AND "tickets"')
        self.assertEqual(self.draft().expression, '"now playing"')
        self.assertEqual(self.draft("site").site, "band.example")
        person = self.draft("author", days=900)
        self.assertEqual((person.author, person.until), (self.mention.author, NOW + timedelta(days=90)))

    def test_what_cannot_be_is_refused_in_words(self) -> None:
        for fields, said in (
            ({"words": ""}, "Write the words"),
            ({"words": '"  "'}, "Write the words"),
            ({"words": "a b"}, "So few letters"),
            ({"words": "ed"}, "So few letters"),
            ({"words": "not in it"}, "does not hold these words"),
            ({"words": "((" * 60}, ""),
            ({"kind": "context", "words": "tickets", "query_id": 0}, "Choose the query"),
            ({"kind": "everything"}, "Choose one of those"),
        ):
            with self.subTest(fields), self.assertRaisesMessage(Refused, said):
                self.draft(**fields)

    def test_quotes_do_not_escape_from_the_phrase(self) -> None:
        with self.assertRaises(Refused):
            self.draft(words='now" OR "the')

    def test_only_a_post_with_an_author_offers_its_author(self) -> None:
        self.mention.author = None
        self.mention.kind = "post"
        self.assertEqual(exclusion_drafts.kinds(self.mention), ["phrase", "context"])

    def test_a_person_needs_a_reason(self) -> None:
        with self.assertRaises(Refused):
            exclusion_drafts.check_reason(self.draft("author", reason="spam"))
        exclusion_drafts.check_reason(self.draft("author", reason="Sells concert tickets"))

    def test_the_suggestion_holds_what_was_found_and_nobodys_number(self) -> None:
        self.assertEqual(exclusion_drafts.suggestion(self.mention), "now playing North Ed and the")
        start = BAND.index("playing")
        self.mention.identifiers = {"text": [["name", start, start + 7]]}
        self.assertEqual(exclusion_drafts.suggestion(self.mention), "North Ed and the")
        self.mention.identifiers = {"text": [["name", start, start + 12]]}
        self.assertEqual(exclusion_drafts.suggestion(self.mention), "")


class TrialTests(Drafts):
    def test_it_counts_what_would_go_and_what_is_kept(self) -> None:
        mention("now playing elsewhere")
        mention("now playing, and my father collapsed", lane="emergency", level="P0")
        mention("a nurse")
        told = self.trial(self.draft())
        self.assertEqual((told.looked_at, told.found, told.removed, told.kept_for_safety), (4, 3, 2, 1))
        self.assertEqual(len(told.sample_ids), 3)
        self.assertFalse(Mention.objects.filter(exclusion__isnull=False).exists())

    def test_nothing_out_of_reach_is_counted(self) -> None:
        mention("now playing elsewhere", facility=facility("Northfield North Hospital", "north"))
        mention("now playing nowhere")
        told = self.trial(self.draft(), facility_ids=frozenset({facility().pk}))
        self.assertEqual(told.found, 1)

    def test_it_says_how_far_it_looked_when_time_runs_out(self) -> None:
        from listening import exclusions

        before, exclusions.CHUNK = exclusions.CHUNK, 1
        self.addCleanup(setattr, exclusions, "CHUNK", before)
        mention("now playing elsewhere")
        ticks = iter([0.0, 9.0])
        told = self.trial(self.draft(), timer=lambda: next(ticks))
        self.assertEqual((told.looked_at, told.is_whole), (1, False))

    def test_what_is_too_wide_is_refused(self) -> None:
        told = Trial(looked_at=100, found=60)
        with self.assertRaisesMessage(Refused, "60 % of what was looked at"):
            exclusion_drafts.check_width(self.draft(), told)
        exclusion_drafts.check_width(self.draft(), Trial(looked_at=1000, found=60))
        exclusion_drafts.check_width(self.draft("author", reason="x" * 10), told)
