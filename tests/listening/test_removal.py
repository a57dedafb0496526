from django.test import TestCase

from listening.models import Mention, MentionVersion
from listening.sources.contract import Page
from tests import base
from tests.listening.polling import counts, poll_once


class RemovalTests(TestCase):
    def setUp(self) -> None:
        base.watchlist("northfield")
        said = base.post("Northfield kept us waiting", external_id="t1_a", author_id="7", author_handle="sam")
        edited = base.post("Northfield kept us waiting, again", external_id="t1_a", author_id="7")
        poll_once(Page([said], {}))
        poll_once(Page([edited], {}))
        self.gone = base.post("[deleted]", external_id="t1_a", is_removed=True)

    def test_what_its_author_deleted_says_nothing_here_either(self) -> None:
        poll = poll_once(Page([self.gone], {}))
        mention = Mention.objects.get()
        self.assertEqual(counts(poll), (0, 1, 0, 0, 0))
        self.assertEqual(
            (mention.is_gone, mention.text, mention.author, mention.reasons), (True, "", None, [])
        )
        self.assertFalse(MentionVersion.objects.exists())
        self.assertEqual([match.spans for match in mention.matches.all()], [[]])

    def test_a_screen_learns_of_it(self) -> None:
        before = Mention.objects.get().wall_seq
        poll_once(Page([self.gone], {}))
        self.assertGreater(Mention.objects.get().wall_seq, before)

    def test_told_again_it_is_nothing_new(self) -> None:
        poll_once(Page([self.gone], {}))
        self.assertEqual(counts(poll_once(Page([self.gone], {}))), (0, 0, 1, 0, 0))
