from datetime import timedelta

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from alerts import defaults
from dashboard import cards, masks
from dashboard.cards import Card, Piece, pieces
from dashboard.cases.rows import Row
from listening import sampling
from listening.models import Match, Mention, MentionVersion, Query
from listening.reading.identifiers import Identifier
from tests import base
from tests.alerts.desk import open_case

TEXT = "My son Jacob waited. Call 555-0142."
SPANS = {"text": [["name", 7, 12], ["phone", 26, 34]], "title": []}
SECRETS = ("Jacob", "555-0142", "0142")


class PiecesTests(TestCase):
    def test_of_what_is_hidden_not_a_character_is_left(self) -> None:
        found = pieces("call 555-0142 now", [], [Identifier("phone", 5, 13)])
        self.assertEqual(found, [Piece("call "), Piece("[phone]", "mask"), Piece(" now")])

    def test_what_a_query_matched_is_marked_beside_it(self) -> None:
        found = pieces("wait for Emma here", [(0, 4), (9, 18)], [Identifier("name", 9, 13)])
        kinds = [(piece.text, piece.kind) for piece in found]
        self.assertEqual(
            kinds, [("wait", "match"), (" for ", "plain"), ("[name]", "mask"), (" here", "match")]
        )

    def test_a_span_that_reaches_beyond_the_text_hides_to_its_end(self) -> None:
        found = pieces("call 555-01", [], [Identifier("phone", 5, 13), Identifier("name", 20, 24)])
        self.assertEqual(found, [Piece("call "), Piece("[phone]", "mask")])


class CardTests(TestCase):
    def card(self, mention: Mention) -> Card:
        return Card(cards.for_cards(Mention.objects.filter(pk=mention.pk)).get())

    def test_a_card_names_what_was_found_when_it_was_stored(self) -> None:
        card = self.card(base.mention("Ask Zzyzx.", identifiers={"text": [["name", 4, 9]], "title": []}))
        self.assertEqual([piece.text for piece in card.pieces], ["Ask ", "[name]", "."])

    def test_what_was_stored_before_is_read_as_it_is_shown(self) -> None:
        card = self.card(base.mention(TEXT, title="For Emma Lee"))
        shown = "".join(piece.text for piece in (*card.pieces, *card.title_pieces))
        self.assertEqual(shown, "My son [name] waited. Call [phone].For [name]")

    def test_our_own_names_are_shown_there_too(self) -> None:
        mention = base.mention("@northfield keeps us waiting")
        query = Query.objects.create(watchlist=base.watchlist(), expression="@northfield")
        Match.objects.create(mention=mention, query=query, spans=[[0, 11]])
        self.assertEqual(self.card(mention).pieces[0], Piece("@northfield", "match"))

    def test_a_number_cut_in_two_at_the_end_of_a_beginning_is_not_half_shown(self) -> None:
        for before in range(cards.EXCERPT - 12, cards.EXCERPT + 2):
            with self.subTest(before):
                card = self.card(base.mention("x" * (before - 1) + " 555-0142 and more " + "y" * 200))
                self.assertNotIn("555", "".join(piece.text for piece in card.pieces))

    def test_rendered_for_the_stream_it_holds_no_secret(self) -> None:
        mention = self.card(base.mention(TEXT, identifiers=SPANS)).mention
        for is_named in (True, False):
            html = cards.rendered(mention, is_named=is_named)
            self.assertEqual([secret for secret in SECRETS if secret in html], [])
            self.assertIn('<span class="mask">[phone]</span>', html)


class PagesTests(TestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.case = open_case(text=TEXT, title="About Emma Lee", identifiers={})
        MentionVersion.objects.create(
            mention=self.case.mention, text="Call Emma at 555-0199.", content_hash="1", replaced_at=base.NOW
        )
        self.client.force_login(base.carla())

    def test_no_page_shows_who_it_is(self) -> None:
        pk, case = self.case.mention_id, self.case.pk
        for address in (
            reverse("wall"),
            reverse("wall") + "?view=wall",
            reverse("wall-status"),
            reverse("mention-detail", args=[pk]),
            reverse("case-list"),
            reverse("case-rows"),
            reverse("case-detail", args=[case]),
            reverse("case-thread", args=[case]),
        ):
            with self.subTest(address):
                page = self.client.get(address).content.decode()
                self.assertEqual([each for each in (*SECRETS, "Emma", "0199") if each in page], [])

    def test_the_weekly_sample_shows_it_neither(self) -> None:
        now = timezone.now()
        week = sampling.week_of(now) - timedelta(hours=1)
        mention = base.mention(TEXT, sentiment="positive", published_at=week, collected_at=week)
        Mention.objects.exclude(pk=mention.pk).update(published_at=week - timedelta(days=90))
        sampling.draw(week - sampling.WEEK, week + sampling.WEEK, now)
        page = self.client.get(reverse("sample-read")).content.decode()
        self.assertIn("[phone]", page)
        self.assertEqual([each for each in SECRETS if each in page], [])

    def test_a_row_says_it_in_words(self) -> None:
        self.assertEqual(Row(self.case, timezone.now(), 0).text, "About [name]")
        page = self.client.get(reverse("case-rows")).content.decode()
        self.assertIn("My son [name] waited. Call [phone].", page)


class WordsTests(TestCase):
    def test_each_kind_is_named_in_brackets(self) -> None:
        self.assertEqual(masks.words("staff_name"), "[staff name]")
