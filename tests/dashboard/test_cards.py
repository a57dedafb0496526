from datetime import timedelta
from unittest import TestCase

from dashboard.cards import Card, Piece, pieces, span_in_words
from listening.models import Mention
from tests.base import NOW


def card(**fields: object) -> Card:
    values = {"level": "P4", "lane": "other", "sentiment": "neutral", "score": 0.0, "text": "", **fields}
    return Card(Mention(published_at=NOW, collected_at=NOW, **values))


class PiecesTests(TestCase):
    def test_matched_words_are_set_apart(self) -> None:
        found = pieces("a waiting room b", [(2, 14)])
        self.assertEqual(found, [Piece("a "), Piece("waiting room", "match"), Piece(" b")])

    def test_overlapping_spans_lose_and_double_nothing(self) -> None:
        text = "the waiting room"
        found = pieces(text, [(4, 11), (8, 16), (0, 99), (-5, 2)])
        self.assertEqual("".join(piece.text for piece in found), text)

    def test_what_turns_or_hides_text_is_shown(self) -> None:
        for character in "\u202e\u2066\u200b\ufeff\u00ad\u0000\u0007":
            with self.subTest(character=repr(character)):
                self.assertEqual(
                    pieces(f"a{character}b", []),
                    [Piece("a"), Piece(f"U+{ord(character):04X}", "unseen"), Piece("b")],
                )

    def test_emoji_and_persian_keep_their_joiners(self) -> None:
        for text in ("👩‍👩‍👧", "می‌خواهم", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "line\nline\ttab"):
            with self.subTest(text=text):
                self.assertEqual(pieces(text, []), [Piece(text)])


class CardTests(TestCase):
    def test_severity_has_a_word_for_every_level(self) -> None:
        cases = [
            ("P0", "emergency", "Emergency"),
            ("P1", "complaint", "Urgent"),
            ("P2", "praise", "Watch"),
            ("P3", "question", "Question"),
            ("P4", "praise", "Praise"),
            ("P4", "complaint", "Complaint"),
            ("P4", "never heard of", "Comment"),
        ]
        for level, lane, word in cases:
            with self.subTest(level=level, lane=lane):
                self.assertEqual(card(level=level, lane=lane).word, word)

    def test_a_narrow_column_has_room_for_the_begin_of_a_word(self) -> None:
        cases = [("access_wait", ("Access", " and wait")), ("billing", ("Billing", ""))]
        for lane, parts in cases:
            with self.subTest(lane=lane):
                self.assertEqual(card(level="P3", lane=lane).word_parts, parts)

    def test_it_says_whether_its_age_is_that_of_its_post(self) -> None:
        mention = card().mention
        told_again = Card(mention, stands_at=NOW + timedelta(minutes=5))
        self.assertEqual([Card(mention).said, told_again.said], ["posted", "last said"])

    def test_the_tone_bar_is_full_when_all_is_bad(self) -> None:
        self.assertEqual([card(score=score).fill for score in (-1.0, 0.0, 1.0)], [20, 10, 0])

    def test_a_post_about_self_harm_is_withheld(self) -> None:
        self.assertTrue(card(lane="self_harm").is_withheld)
        self.assertFalse(card(lane="emergency").is_withheld)

    def test_spans_of_time_are_short_and_never_negative(self) -> None:
        cases = [(-5, "0 s"), (0, "0 s"), (59, "59 s"), (60, "1 min"), (7_200, "2 h"), (200_000, "2 d")]
        for seconds, words in cases:
            with self.subTest(seconds=seconds):
                self.assertEqual(span_in_words(timedelta(seconds=seconds)), words)
