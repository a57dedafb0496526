from itertools import count
from unittest import mock

from django.test import TestCase

from listening import readers, trying
from listening.lexicon_kinds import KINDS, BadBody
from listening.models import Mention
from listening.reading import languages
from listening.reading.lanes import Lane
from listening.reading.sentiment import Tone
from listening.trying import Trial
from tests.base import facility, mention
from tests.listening.rereading import FakeReader, in_force, reading

HEALTH = KINDS["health"]
SAME = reading(tone=Tone("neutral", 0.0), lane=Lane("other", 10, "P4"))


class TrialTests(TestCase):
    """A draft under which "rude" is negative, against a reader in force that finds nothing in anything."""

    def setUp(self) -> None:
        self.now_read = FakeReader(SAME)
        rude = reading(tone=Tone("negative", -0.5, ("'rude' -2.1",)), lane=Lane("complaint", 45, "P2"))
        self.draft = FakeReader(SAME, answers={"rude": rude, "odd": ValueError()})
        swap = mock.patch.object(readers, "with_list", return_value=self.draft)
        swap.start()
        self.addCleanup(swap.stop)

    def attempt(self, **options: object) -> Trial:
        with in_force(self.now_read):
            return trying.on_stored(HEALTH, HEALTH.shipped, **{"facility_ids": None, **options})  # type: ignore[arg-type]

    def test_it_counts_what_would_read_otherwise(self) -> None:
        for text in ("rude", "rude", "fine"):
            mention(text, reader_version="new")
        trial = self.attempt()
        self.assertEqual((trial.wanted, trial.tried, trial.changed), (3, 3, 2))
        self.assertEqual(trial.tally.as_stored()["sentiment"], {"neutral>negative": 2})

    def test_a_sample_names_the_words_that_made_the_difference(self) -> None:
        made = mention("rude", reader_version="new", reasons=["tone: 'so' +0.1"])
        sample = self.attempt().samples[0]
        self.assertEqual(sample.mention_id, made.pk)
        self.assertEqual(sample.newly_said, ["tone: 'rude' -2.1"])
        self.assertEqual(sample.no_longer_said, ["tone: 'so' +0.1"])

    def test_samples_can_be_of_one_move(self) -> None:
        mention("rude", reader_version="new")
        self.assertEqual(len(self.attempt(shown="level:P4>P2").samples), 1)
        self.assertEqual(self.attempt(shown="level:P4>P0").samples, [])

    def test_what_another_reader_read_is_read_by_the_one_in_force_first(self) -> None:
        mention("fine", reader_version="old", sentiment="positive", score=0.5)
        trial = self.attempt()
        self.assertEqual((trial.changed, len(self.now_read.asked)), (0, 1))
        Mention.objects.update(reader_version="new")
        self.assertEqual((self.attempt().changed, len(self.now_read.asked)), (1, 1))

    def test_what_people_decided_would_stand(self) -> None:
        mention("rude", reader_version="new", set_by_people=["sentiment", "level"])
        trial = self.attempt()
        self.assertEqual((trial.changed, trial.kept), (0, 1))

    def test_only_what_is_within_reach_is_tried(self) -> None:
        mention("rude", facility=facility())
        mention("rude")
        mention("rude", is_gone=True)
        self.assertEqual(self.attempt(facility_ids=frozenset({facility().pk})).tried, 1)
        self.assertEqual(self.attempt().tried, 2)

    def test_it_ends_when_its_time_is_up(self) -> None:
        mention("fine")
        mention("fine")
        ticks = count(0, 2)
        trial = self.attempt(timer=lambda: next(ticks))
        self.assertEqual((trial.wanted, trial.tried), (2, 1))

    def test_one_that_cannot_be_read_holds_nobody_up(self) -> None:
        mention("rude")
        mention("odd")
        with self.assertLogs("listening.stored"):
            self.assertEqual(self.attempt().changed, 1)

    def test_it_writes_nothing(self) -> None:
        mention("rude", reader_version="new")
        before = list(Mention.objects.values())
        self.attempt()
        self.assertEqual(list(Mention.objects.values()), before)

    def test_a_bad_body_is_not_tried(self) -> None:
        with self.assertRaises(BadBody):
            trying.on_stored(HEALTH, "[", facility_ids=None)

    def test_no_language_is_guessed(self) -> None:
        mention("rude and slow, all afternoon long", reader_version="old")
        mention("rude", reader_version="old", language="en")
        with mock.patch.object(languages, "_guessed") as guess:
            self.attempt()
            read = [languages.read(post.text, post.language) for post in self.draft.asked]
        guess.assert_not_called()
        self.assertEqual(read, ["en", trying.NO_LANGUAGE])
