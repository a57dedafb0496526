from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.test import TestCase, TransactionTestCase

from hospital.models import AuditEntry
from listening import stories, wall_sequence
from listening.models import Mention, Story, StoryMove
from listening.stories import Refused
from tests import base
from tests.alerts.test_races import at_once
from tests.base import NOW, post
from tests.listening.polling import page, poll_once

HOUR = timedelta(hours=1)
TEXT = "Northfield lost the biopsy samples of eleven people and told them in a form letter on Friday evening"
OTHER = "Eleven biopsies gone at Northfield, a form letter on a Friday evening and nobody to ask until Monday"


class HandTests(TestCase):
    """Two stories of two mentions each, and one that stands alone."""

    person: User

    def setUp(self) -> None:
        base.watchlist("northfield")
        self.person = base.carla()
        for hours, text in ((5, TEXT), (4, TEXT), (3, OTHER), (2, OTHER), (1, "Northfield, hello")):
            poll_once(page(post(text, str(hours), published_at=NOW - hours * HOUR)))
        self.one, self.two = Story.objects.order_by("pk")

    def mention(self, external_id: int) -> Mention:
        return Mention.objects.get(external_id=str(external_id))

    def sizes(self) -> list[int]:
        return list(Story.objects.order_by("pk").values_list("count", flat=True))

    def merge(self, **fields: Any) -> StoryMove:
        return stories.merge(self.one, self.two, by=self.person, at=NOW, **fields)

    def refuses(self, words: str, verb: Any, *args: Any) -> None:
        before = self.sizes()
        with self.assertRaisesMessage(Refused, words):
            verb(*args, by=self.person, at=NOW)
        self.assertEqual(self.sizes(), before)


class MergeTests(HandTests):
    def test_the_two_become_one(self) -> None:
        move = self.merge()
        self.one.refresh_from_db()
        self.assertEqual(self.sizes(), [4, 0])
        self.assertEqual((self.one.headline, self.one.last_seen_at), (self.mention(5), NOW - 2 * HOUR))
        self.assertEqual(move.mention_ids, [self.mention(3).pk, self.mention(2).pk])
        self.assertEqual(AuditEntry.objects.latest("pk").action, "story-merge")

    def test_what_says_the_same_as_either_joins_it(self) -> None:
        self.merge()
        poll_once(page(post(TEXT), post(OTHER)))
        self.assertEqual(self.sizes(), [6, 0])

    def test_a_mention_that_stands_alone_can_be_put_to_it(self) -> None:
        lone = stories.of(self.mention(1))
        stories.merge(self.one, lone, by=self.person, at=NOW)
        self.assertEqual(self.sizes(), [3, 2, 0])

    def test_it_refuses_what_cannot_be(self) -> None:
        self.refuses("this story already", stories.merge, self.one, self.one)
        self.merge()
        self.refuses("meanwhile", stories.merge, self.one, self.two)

    def test_it_refuses_two_facilities(self) -> None:
        for story, slug in ((self.one, "main"), (self.two, "north")):
            Story.objects.filter(pk=story.pk).update(facility=base.facility(f"Northfield {slug}", slug))
        self.refuses("two facilities", stories.merge, self.one, self.two)

    def test_open_walls_learn_of_it(self) -> None:
        before = wall_sequence.newest()
        self.merge()
        changed = Mention.objects.filter(wall_seq__gt=before).values_list("external_id", flat=True)
        self.assertEqual(set(changed), {"5", "3", "2"})


class SplitTests(HandTests):
    def test_the_mention_stands_in_a_story_of_its_own(self) -> None:
        move = stories.split(self.mention(4), by=self.person, at=NOW)
        self.assertEqual(self.sizes(), [1, 2, 1])
        self.assertEqual((move.left, move.entered.headline), (self.one, self.mention(4)))

    def test_it_stays_out_whatever_comes(self) -> None:
        stories.split(self.mention(4), by=self.person, at=NOW)
        poll_once(page(post(TEXT), post(TEXT)))
        poll_once(page(post(f"{TEXT}!", "4", published_at=NOW - 4 * HOUR)))
        self.assertNotEqual(self.mention(4).story_id, self.one.pk)
        self.assertEqual(sum(self.sizes()), 6)

    def test_the_first_one_can_go_and_leaves_the_rest_a_headline(self) -> None:
        stories.split(self.mention(5), by=self.person, at=NOW)
        self.one.refresh_from_db()
        self.assertEqual((self.one.headline, self.one.count), (self.mention(4), 1))

    def test_one_alone_cannot_be_taken_out(self) -> None:
        self.refuses("alone already", stories.split, self.mention(1))
        stories.split(self.mention(5), by=self.person, at=NOW)
        self.refuses("alone already", stories.split, self.mention(4))


class UndoTests(HandTests):
    def undo(self, move: StoryMove) -> None:
        stories.undo(move, by=self.person, at=NOW + 11 * HOUR)

    def as_it_was(self) -> list[tuple[str, int | None]]:
        return list(Mention.objects.order_by("pk").values_list("external_id", "story_id"))

    def test_a_merge_undone_leaves_two_as_before(self) -> None:
        before = self.as_it_was(), self.sizes()
        move = self.merge()
        self.undo(move)
        self.assertEqual((self.as_it_was(), self.sizes()), before)
        move.refresh_from_db()
        self.assertEqual((move.undone_by, move.undone_at), (self.person, NOW + 11 * HOUR))
        self.assertEqual(AuditEntry.objects.latest("pk").action, "story-undo")

    def test_a_split_undone_leaves_one_as_before(self) -> None:
        before = self.as_it_was(), self.sizes()
        self.undo(stories.split(self.mention(5), by=self.person, at=NOW))
        self.assertEqual((self.as_it_was(), self.sizes()), (before[0], [*before[1], 0]))

    def test_what_joined_meanwhile_stays_where_it_is(self) -> None:
        move = self.merge()
        poll_once(page(post(OTHER)))
        self.undo(move)
        self.assertEqual(self.sizes(), [3, 2])

    def test_only_once_and_the_last_one_first(self) -> None:
        merged = self.merge()
        taken = stories.split(self.mention(3), by=self.person, at=NOW)
        self.refuses("undo the later change first", stories.undo, merged)
        self.undo(taken)
        self.refuses("undone already", stories.undo, taken)
        self.undo(merged)
        self.assertEqual(self.sizes(), [2, 2, 0])


class CandidateTests(HandTests):
    def test_what_is_near_in_words_comes_first_and_each_story_once(self) -> None:
        found = stories.candidates(self.one, Mention.objects.all())
        self.assertEqual([each.mention.story_id for each in found], [self.two.pk])
        self.assertGreater(found[0].percent, 50)

    def test_what_is_far_in_time_or_of_another_facility_is_none(self) -> None:
        Mention.objects.filter(story=self.two).update(published_at=NOW - 80 * HOUR)
        self.assertEqual(stories.candidates(self.one, Mention.objects.all()), [])


class RaceTests(TransactionTestCase):
    def test_two_people_and_a_poll_leave_true_counts(self) -> None:
        base.watchlist("northfield")
        carla, pete = base.carla(), base.pete()
        poll_once(page(*[post(text, published_at=NOW) for text in (TEXT, TEXT, OTHER, OTHER)]))
        one, two = Story.objects.order_by("pk")
        for _ in range(5):
            at_once(
                partial(self.merge, one, two, carla),
                partial(self.merge, two, one, pete),
                partial(poll_once, page(post(TEXT), post(OTHER))),
            )
            for move in StoryMove.objects.filter(undone_at__isnull=True):
                stories.undo(move, by=carla, at=NOW)
            for story in Story.objects.all():
                self.assertEqual(story.count, story.mentions.count())

    def merge(self, story: Story, other: Story, by: User) -> object:
        try:
            return stories.merge(story, other, by=by, at=NOW)
        except Refused as refusal:
            return refusal
