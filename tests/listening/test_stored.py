from dataclasses import fields, replace
from typing import Any
from unittest import mock

from django.test import TestCase

from listening import readers, stored
from listening.models import Mention
from listening.reading.analysis import ToRead
from tests import base
from tests.base import post
from tests.listening.polling import page, poll_once
from tests.listening.rereading import FakeReader, in_force


class AskedAgainTests(TestCase):
    """A stored mention is read as the poll read it."""

    def polled(self, **fields: Any) -> ToRead:
        """What the poll asked of this post."""
        base.facility()
        base.watchlist("northfield")
        reader = FakeReader()
        with mock.patch.object(readers, "current", return_value=reader):
            poll_once(page(post("Northfield Main Campus kept us\r\nwaiting.\x00", **fields)))
        return reader.asked[-1]

    def test_in_every_part(self) -> None:
        asked = self.polled(title="Waiting", rating=2, language="en")
        mention = Mention.objects.get()
        Mention.objects.update(language="en")
        mention.refresh_from_db()
        self.assertEqual(stored.asking([mention])(mention), asked)
        self.assertIs(stored.asking([mention])(mention).names, asked.names)

    def test_no_part_of_the_question_is_forgotten(self) -> None:
        plain, asked = ToRead("a"), self.polled(title="Waiting", rating=2, language="en")
        names = [each.name for each in fields(ToRead)]
        same = {name for name in names if getattr(plain, name) == getattr(asked, name)}
        self.assertEqual(same, {"prompt", "thread"})

    def test_with_what_it_answers(self) -> None:
        base.watchlist("northfield")
        reader = FakeReader()
        parent = post("Is Northfield open?", "parent")
        dropped = post("Yes it is.", "dropped", parent_id="parent")
        posts = [post("Northfield, yes.", "a", parent_id="parent"), post("Northfield!", "b", parent_id="a")]
        with in_force(reader):
            poll_once(page(parent, dropped, *posts, post("Northfield?", "c", parent_id="dropped")))
        asked = {each.text: each for each in reader.asked}
        self.assertEqual(asked["Northfield!"].thread, ("Is Northfield open?", "Northfield, yes."))
        mentions = list(Mention.objects.all())
        ask = stored.asking(mentions)
        self.assertEqual(
            [ask(each).thread for each in mentions], [asked[each.text].thread for each in mentions]
        )

    def test_a_language_that_the_poll_guessed_stays(self) -> None:
        asked = self.polled()
        Mention.objects.update(language="es")
        mention = Mention.objects.get()
        self.assertEqual(stored.asking([mention])(mention), replace(asked, language="es"))
