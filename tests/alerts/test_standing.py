from datetime import timedelta
from unittest import TestCase as PlainTestCase

from django.contrib.auth.models import User
from django.test import TestCase

from alerts import building, cases, defaults, standing, thanks
from alerts.models import Case, Queue
from alerts.models.queue import STAFF_VOICE
from alerts.standing import Standing
from tests.alerts.desk import approved, drafted, open_case, submitted
from tests.alerts.safety.base import urgent
from tests.base import NOW, carla, pete, priya


def said_of(case: Case) -> Standing:
    return standing.of(standing.read(Case.objects.all()).get(pk=case.pk))


class WordsTests(PlainTestCase):
    def test_every_state_at_work_has_words(self) -> None:
        without = {Case.State.NEW, Case.State.CLOSED}
        self.assertEqual(set(standing.AT_WORK), {str(state) for state in Case.State if state not in without})

    def test_every_step_in_the_building_has_words(self) -> None:
        self.assertEqual(set(standing.HERE), set(building.ORDER) - {building.HEARD})

    def test_a_first_name_is_enough_on_a_wall(self) -> None:
        self.assertEqual(standing.first_name("Sam Lee", "sam"), "Sam")
        self.assertEqual(standing.first_name("", "sam"), "Sam")
        self.assertEqual(standing.initials(User(first_name="Sam", last_name="Kim", username="x")), "SK")
        self.assertEqual(standing.initials(User(username="sam")), "SA")


class StandingTests(TestCase):
    sam: User
    priya: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.sam, cls.priya = pete(), priya()
        User.objects.filter(pk=cls.sam.pk).update(first_name="Sam", last_name="Kim")

    def test_nobody_has_it(self) -> None:
        case = open_case()
        self.assertEqual(said_of(case), Standing("Unowned", due_at=case.due_at, is_unowned=True))

    def test_whoever_has_it_and_what_they_do(self) -> None:
        case = open_case()
        cases.claim(case, by=self.sam, at=NOW)
        self.assertEqual((said_of(case).words, said_of(case).who), ("Sam", "SK"))
        drafted(case, self.sam)
        self.assertEqual(said_of(case).words, "Sam drafting")
        self.assertEqual(said_of(submitted(open_case(), self.sam).case).words, "Sam, for approval")
        to_post = approved(open_case(), self.sam, self.priya).case
        self.assertEqual(said_of(to_post).words, "Sam, to post by hand")

    def test_what_is_closed_has_no_clock(self) -> None:
        case = open_case()
        cases.close(case, outcome="none", note="Spam", by=self.sam, at=NOW)
        self.assertEqual(said_of(case), Standing("Closed", "SK", at=NOW))

    def test_somebody_in_the_building_has_fifteen_minutes(self) -> None:
        case = urgent("in_building", "been sitting in your ER for six hours")
        building.advance(case, to="paged", by=self.sam, at=NOW)
        self.assertEqual(said_of(case).words, "Paged")
        building.advance(case, to="on_the_way", by=self.sam, at=NOW)
        here = said_of(case)
        self.assertEqual((here.words, here.due_at), ("Sam is on the way", NOW + timedelta(minutes=15)))
        building.advance(case, to="spoken", by=self.sam, at=NOW)
        self.assertEqual(said_of(case).words, "Sam spoke to them")

    def test_praise_says_when_it_was_passed_on(self) -> None:
        case = open_case(
            lane="praise", sentiment="positive", text="The night nurse on 5 North sang to my dad."
        )
        at = NOW + timedelta(minutes=6)
        thanks.pass_on(case, unit="5 North", first_name="", words="You sang.", by=carla(), at=at)
        self.assertEqual((said_of(case).words, said_of(case).at), ("Passed on", at))

    def test_what_is_restricted_is_not_even_read(self) -> None:
        case = open_case()
        Case.objects.filter(pk=case.pk).update(queue=Queue.objects.get(slug=STAFF_VOICE))
        self.assertFalse(standing.read(Case.objects.filter(pk=case.pk)).exists())

    def test_the_mark_differs_where_a_card_would(self) -> None:
        plain = Standing("Sam", "SK", due_at=NOW)
        others = [Standing("Sam", "SK"), Standing("Sam drafting", "SK", due_at=NOW), Standing("Sam", "SA")]
        self.assertEqual(len({plain.mark, *(each.mark for each in others)}), 4)
        self.assertEqual(plain.mark, Standing("Sam", "SK", due_at=NOW).mark)
