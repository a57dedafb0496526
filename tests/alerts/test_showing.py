from datetime import timedelta
from unittest import mock

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import TestCase, TransactionTestCase

from alerts import cases, defaults, notes, showing, staffvoice, tasks
from alerts.models import Case
from alerts.signals import walls_changed
from listening.models import Mention
from tests.alerts.desk import drafted, open_case
from tests.base import NOW, pete


def number_of(case: Case) -> int:
    return Mention.objects.values_list("wall_seq", flat=True).get(pk=case.mention_id)


class RenewTests(TestCase):
    pete: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete = pete()

    def setUp(self) -> None:
        self.case = open_case()
        showing.renew([self.case.pk])

    def test_a_claimed_case_is_shown_anew_once(self) -> None:
        before = number_of(self.case)
        cases.claim(self.case, by=self.pete, at=NOW)
        self.assertEqual([showing.renew([self.case.pk]) for _ in range(3)], [1, 0, 0])
        self.assertGreater(number_of(self.case), before)

    def test_what_no_card_shows_changes_no_number(self) -> None:
        before = number_of(self.case)
        notes.add(self.case, text="Asked the front desk.", by=self.pete, at=NOW)
        self.assertEqual(showing.renew([self.case.pk]), 0)
        self.assertEqual(number_of(self.case), before)

    def test_who_types_on_is_drafting_once(self) -> None:
        for text in ("We are sorry to hear this.", "We are sorry to hear this. Please call us."):
            drafted(self.case, self.pete, text)
        self.assertEqual([showing.renew([self.case.pk]) for _ in range(2)], [1, 0])
        drafted(self.case, self.pete, "We are sorry. Please call our patient line.")
        self.assertEqual(showing.renew([self.case.pk]), 0)

    def test_what_is_restricted_is_shown_to_no_wall(self) -> None:
        staffvoice.restrict(self.case, by=self.pete, at=NOW)
        before = number_of(self.case)
        self.assertEqual(showing.renew([self.case.pk]), 0)
        self.assertEqual(number_of(self.case), before)

    def test_numbers_rise_and_are_never_shared(self) -> None:
        many = [open_case() for _ in range(showing.AT_ONCE + 2)]
        self.assertEqual(showing.renew(case.pk for case in many), len(many))
        self.assertEqual(len({number_of(case) for case in many}), len(many))

    def test_of_very_many_the_newest_are_shown(self) -> None:
        old = open_case(published_at=NOW - timedelta(days=3))
        new = [open_case(), open_case()]
        with mock.patch.object(showing, "MOST", 2):
            showing.renew([old.pk, *(case.pk for case in new)])
        shown = Case.objects.exclude(shown="").exclude(pk=self.case.pk)
        self.assertEqual(set(shown.values_list("pk", flat=True)), {case.pk for case in new})

    def test_the_sweep_finds_what_a_lost_bell_forgot(self) -> None:
        cases.claim(self.case, by=self.pete, at=NOW)
        self.assertEqual(showing.sweep(NOW + timedelta(hours=1)), 0)
        self.assertEqual(showing.sweep(NOW + timedelta(minutes=1)), 1)

    def test_the_walls_are_rung_where_something_changed(self) -> None:
        rung = mock.Mock()
        walls_changed.connect(rung)
        self.addCleanup(walls_changed.disconnect, rung)
        showing.renew([self.case.pk])
        rung.assert_not_called()
        cases.claim(self.case, by=self.pete, at=NOW)
        showing.renew([self.case.pk])
        rung.assert_called_once()

    def test_a_step_rings_the_worker_after_its_commit(self) -> None:
        with mock.patch.object(tasks, "ring") as ring, self.captureOnCommitCallbacks(execute=True):
            cases.claim(self.case, by=self.pete, at=NOW)
        ring.assert_called_once_with(tasks.show_cases, [self.case.pk], queue="urgent")


class LockTests(TransactionTestCase):
    def test_a_case_that_somebody_holds_is_not_waited_for(self) -> None:
        defaults.ensure()
        case = open_case()
        held = connection.copy()
        try:
            with transaction.atomic():
                with held.cursor() as cursor:
                    held.set_autocommit(False)
                    cursor.execute("SELECT id FROM alerts_case WHERE id = %s FOR UPDATE", [case.pk])
                self.assertEqual(showing.renew([case.pk]), 0)
        finally:
            held.rollback()
            held.close()
        self.assertEqual(showing.renew([case.pk]), 1)
