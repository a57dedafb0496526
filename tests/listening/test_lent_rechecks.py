"""What a feed heard is looked up by a kin of the same hospital that can."""

from dataclasses import replace
from datetime import timedelta

from django.test import TestCase

from listening import rechecking, terms
from listening.models import Mention, Poll, Recheck, Source
from listening.sources.contract import Fate, Unavailable
from listening.sources.sheet import Terms
from tests import base
from tests.listening.polling import HandClock
from tests.listening.test_kin import KinCase
from tests.listening.test_rechecking import AskedSource

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
SHEET = replace(base.FakeSource.sheet, ids="fake", terms=Terms(recheck_every=DAY))


class Api(AskedSource):
    kind, sheet = "fake_api", SHEET


class Feed(base.FakeSource):
    kind, sheet = "fake_feed", SHEET


class LentTests(KinCase):
    def setUp(self) -> None:
        super().setUp()
        self.asked = Api()
        self.fakes |= {"fake_api": self.asked, "fake_feed": Feed()}
        for fake in (self.asked, self.fakes["fake_feed"]):
            self.enterContext(base.registered(fake))
        self.clock = HandClock()
        self.hear(self.feed, *[base.post(f"northfield {n}", f"p{n}") for n in range(3)], clock=self.clock)
        self.clock.move(days=1, minutes=1)

    def look_up(self, fates: dict[str, Fate] | Unavailable) -> Recheck | None:
        self.asked.told = [fates]
        return rechecking.recheck(self.api.pk, clock=self.clock)

    def text(self, number: int) -> str:
        return Mention.objects.get(external_id=f"p{number}").text

    def test_it_is_due_with_the_one_that_can(self) -> None:
        self.assertEqual(rechecking.due(self.clock.now), [self.api.pk])
        self.assertEqual(rechecking.due(self.clock.now - 2 * MINUTE), [])

    def test_what_was_deleted_there_is_erased(self) -> None:
        done = self.look_up({"p0": Fate("deleted"), "p1": Fate("live"), "p2": Fate("protected")})
        assert done
        self.assertEqual((done.source, done.asked, done.erased), (self.api, 3, 2))
        self.assertEqual([self.text(number) for number in range(3)], ["", "northfield 1", ""])
        self.assertEqual(rechecking.due(self.clock.now + 2 * MINUTE), [])

    def test_an_edit_made_since_enters_by_the_door_of_the_feed(self) -> None:
        edited = base.post("northfield, edited", "p0", edited_at=base.NOW + DAY)
        done = self.look_up({"p0": Fate("edited", edited)})
        assert done
        self.assertEqual((done.edited, self.text(0)), (1, "northfield, edited"))
        poll = Poll.objects.order_by("-pk")[0]
        self.assertEqual((poll.source, poll.fetched, poll.updated), (self.feed, 1, 1))
        self.assertEqual(Mention.objects.get(external_id="p0").source, self.feed)

    def test_an_edit_that_was_heard_is_no_news(self) -> None:
        edited = base.post("**northfield** 0", "p0", edited_at=base.NOW - MINUTE)
        done = self.look_up({"p0": Fate("edited", edited)})
        assert done
        self.assertEqual((done.edited, self.text(0)), (0, "northfield 0"))

    def test_a_network_that_is_away_leaves_it_due(self) -> None:
        self.look_up(Unavailable("Away."))
        self.assertEqual(Mention.objects.filter(recheck_at__lte=self.clock.now).count(), 3)

    def test_one_that_is_switched_off_looks_nothing_up(self) -> None:
        Source.objects.filter(pk=self.api.pk).update(paused_reason="Paused by Ada.")
        self.assertEqual(rechecking.due(self.clock.now), [])

    def test_no_account_of_another_hospital_looks_it_up(self) -> None:
        east, west = base.facility("Briar Glen", "east"), base.facility("Alder Point", "west")
        Source.objects.filter(pk=self.api.pk).update(facility=east)
        Mention.objects.update(facility=west)
        self.assertEqual(rechecking.due(self.clock.now), [])
        Mention.objects.filter(external_id="p1").update(facility=east)
        self.look_up({"p0": Fate("deleted"), "p1": Fate("deleted")})
        self.assertEqual(self.asked.asked, [["p1"]])
        self.assertEqual((self.text(0), self.text(1)), ("northfield 0", ""))

    def test_two_hospitals_lose_one_each(self) -> None:
        own = Mention.objects.get(external_id="p0")
        again = base.mention("northfield 0", external_id="p0", source=self.api, recheck_at=base.NOW)
        self.look_up({"p0": Fate("deleted")})
        self.assertEqual(Mention.objects.filter(pk__in=[own.pk, again.pk], is_gone=True).count(), 2)

    def test_what_can_look_up_itself_is_left_to_it(self) -> None:
        other = base.source("other", "fake_api")
        Mention.objects.update(source=other)
        self.assertEqual(rechecking.due(self.clock.now), [other.pk])


class RedditTests(TestCase):
    def test_posts_of_a_feed_are_looked_up_as_often_as_those_of_the_api(self) -> None:
        at = [terms.recheck_at(kind, base.NOW, base.NOW) for kind in ("reddit_feed", "reddit")]
        self.assertEqual(at[0], at[1])

    def test_the_catalogue_says_who_looks_them_up(self) -> None:
        self.assertIn("where another source of this network can", terms.words("reddit_feed"))
