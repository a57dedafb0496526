"""What members of staff say in public is stored without its author, and stays what it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.test import TestCase

from listening.models import Author, Mention
from listening.reading.lanes import Lane
from tests import base
from tests.base import post
from tests.listening.polling import page, poll_once

WRITER = {"author_id": "7", "author_handle": "nightnurse_rae", "author_name": "Rae"}


@contextmanager
def read_as(lane: str) -> Iterator[None]:
    with mock.patch("listening.reading.lanes.read", return_value=Lane(lane, 30, "P3", ())):
        yield


class RestrictedTests(TestCase):
    def setUp(self) -> None:
        base.watchlist("northfield")

    def poll(self, lane: str, text: str, **fields: Any) -> Mention:
        with read_as(lane):
            poll_once(page(post(text, "1", **{**WRITER, **fields})))
        return Mention.objects.get()

    def test_its_author_is_nowhere(self) -> None:
        self.assertIsNone(self.poll("staff_voice", "I work at Northfield").author)
        self.assertFalse(Author.objects.exists())

    def test_an_author_who_is_known_is_not_joined_to_it(self) -> None:
        with read_as("complaint"):
            poll_once(page(post("Northfield again", "2", **WRITER)))
        with read_as("staff_voice"):
            poll_once(page(post("I work at Northfield", "1", **WRITER)))
        self.assertIsNone(Mention.objects.get(external_id="1").author)

    def test_an_edit_does_not_make_it_a_post_like_any_other(self) -> None:
        self.poll("staff_voice", "I work at Northfield")
        edited = self.poll("complaint", "Northfield is short of staff")
        self.assertEqual((edited.lane, edited.author), ("staff_voice", None))
        self.assertEqual(edited.text, "Northfield is short of staff")

    def test_but_danger_comes_first(self) -> None:
        self.poll("staff_voice", "I work at Northfield")
        self.assertEqual(self.poll("emergency", "Northfield, there is a fire").lane, "emergency")

    def test_nobody_sees_it_among_mentions(self) -> None:
        self.poll("staff_voice", "I work at Northfield")
        self.assertFalse(Mention.objects.within(None).exists())
        self.assertFalse(Mention.objects.for_wall().exists())

    def test_the_reader_itself_keeps_its_author_out(self) -> None:
        poll_once(page(post("I work at Northfield and nobody checks the crash cart at night.", **WRITER)))
        self.assertEqual(Mention.objects.get().lane, "staff_voice")
        self.assertFalse(Author.objects.exists())
