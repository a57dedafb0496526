from datetime import timedelta
from unittest import mock

from django.contrib.auth.models import User
from django.core import mail
from django.test import TestCase

from alerts import cases, defaults, paging
from alerts.models import Case, Duty, Notification
from alerts.paging import next_on
from alerts.refusals import Refused
from listening.models import Author
from tests.alerts.safety.base import SECRET, duty, urgent
from tests.base import NOW, ada, facility, person, pete, priya

LATER = NOW + paging.ANSWERED_WITHIN


class WhomTests(TestCase):
    """`next_on`, which is pure."""

    def setUp(self) -> None:
        self.duties = [Duty(pk=1), Duty(pk=2), Duty(pk=3)]

    def chosen(self, paged: dict[int | None, int], last: int | None) -> int | None:
        found = next_on(self.duties, paged, last)
        return found.pk if found else None

    def test_the_list_is_gone_through_in_order_and_twice(self) -> None:
        paged: dict[int | None, int] = {}
        last, went = None, []
        while (pk := self.chosen(paged, last)) is not None:
            paged[pk], last = paged.get(pk, 0) + 1, pk
            went.append(pk)
        self.assertEqual(went, [1, 2, 3, 1, 2, 3])

    def test_one_alone_is_paged_again(self) -> None:
        self.duties = [Duty(pk=7)]
        self.assertEqual(self.chosen({7: 1}, 7), 7)
        self.assertIsNone(self.chosen({7: 2}, 7))

    def test_nobody_is_chosen_of_none(self) -> None:
        self.duties = []
        self.assertIsNone(self.chosen({}, None))


class Paging(TestCase):
    pete: User
    priya: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete, cls.priya = pete(), priya()

    def kinds(self, case: Case) -> list[str]:
        return list(case.events.values_list("kind", flat=True))


class PageTests(Paging):
    def test_each_lane_that_cannot_wait_pages_its_role(self) -> None:
        for lane, role in (
            ("emergency", Duty.Role.DESK),
            ("self_harm", Duty.Role.RESPONDER),
            ("threat", Duty.Role.SECURITY),
            ("in_building", Duty.Role.NURSE),
        ):
            with self.subTest(lane):
                on, case = duty(self.pete, role), urgent(lane)
                self.assertEqual(len(paging.sweep(NOW)), 1)
                row = Notification.objects.get(case=case)
                self.assertEqual((row.duty_id, row.role, row.state), (on.pk, role, "waiting"))
                self.assertIn("paged", self.kinds(case))
                row.delete()
                case.delete()

    def test_an_ordinary_case_pages_nobody(self) -> None:
        duty(self.pete)
        urgent("safety_event")
        self.assertEqual(paging.sweep(NOW), [])

    def test_of_many_the_gravest_are_paged_for_first(self) -> None:
        duty(self.pete)
        waits, dying = urgent("in_building"), urgent("self_harm")
        with mock.patch.object(paging, "MOST_OWED", 1):
            for case in (dying, waits):
                paging.sweep(NOW)
                self.assertEqual(Notification.objects.latest("pk").case_id, case.pk)

    def test_two_sweeps_page_once(self) -> None:
        duty(self.pete)
        case = urgent()
        paging.sweep(NOW)
        paging.sweep(NOW)
        self.assertIsNone(paging.page(case.pk, at=NOW))
        self.assertEqual(Notification.objects.count(), 1)

    def test_the_duty_of_the_place_comes_first_and_the_desk_stands_in(self) -> None:
        here = facility()
        duty(self.priya)
        local = duty(self.pete, facility=here)
        case = urgent("self_harm", facility=here)
        paging.sweep(NOW)
        self.assertEqual(Notification.objects.get(case=case).duty_id, local.pk)

    def test_who_is_not_on_duty_now_is_not_paged(self) -> None:
        duty(self.pete, starts_at=NOW - timedelta(hours=9), ends_at=NOW)
        case = urgent()
        paging.sweep(NOW)
        self.assertEqual(Notification.objects.get(case=case).state, "nobody")


class MessageTests(Paging):
    def sent(self, lane: str, text: str) -> mail.EmailMessage:
        duty(self.pete, Duty.Role.DESK)
        author = Author.objects.create(network="fake", external_id=lane, handle=f"{SECRET}_handle")
        urgent(lane, text, author=author, facility=facility(), topics=["waiting"], title=SECRET)
        for pk in paging.sweep(NOW):
            paging.deliver(pk, NOW)
        (message,) = mail.outbox
        return message

    def test_it_says_where_which_queue_and_how_urgent_and_no_word_of_the_post(self) -> None:
        for lane in ("emergency", "self_harm", "threat"):
            with self.subTest(lane):
                mail.outbox.clear()
                Case.objects.all().delete()
                message = self.sent(lane, f"{SECRET} in the emergency room")
                whole = f"{message.subject} {message.body}"
                self.assertNotIn(SECRET, whole)
                self.assertIn("Northfield Main Campus", whole)
                self.assertIn("Level P0", whole)
                self.assertIn("/cases/", whole)

    def test_in_the_building_it_adds_unit_and_gist_alone(self) -> None:
        message = self.sent("in_building", f"six hours in your ER waiting room 12, bed 4 {SECRET}")
        self.assertIn("emergency department, waiting room", message.body)
        self.assertIn("about waiting", message.body)
        # The link carries the number of the case, which may hold those of the room.
        self.assertNotIn("12", " ".join(line for line in message.body.split("\n") if "/cases/" not in line))
        self.assertNotIn(SECRET, f"{message.subject} {message.body}")


class DeliverTests(Paging):
    def row(self) -> Notification:
        duty(self.pete)
        urgent()
        paging.sweep(NOW)
        return Notification.objects.get()

    def test_the_row_is_there_before_anything_leaves(self) -> None:
        row, states = self.row(), []
        with mock.patch("alerts.paging.send_mail") as send:
            send.side_effect = lambda *_: states.append(Notification.objects.get().state)
            paging.deliver(row.pk, NOW)
            paging.deliver(row.pk, NOW)
        self.assertEqual(states, ["sending"])
        self.assertEqual(Notification.objects.get().state, "sent")

    def test_a_folder_that_cannot_be_made_is_a_page_not_sent(self) -> None:
        row = self.row()
        backend = "django.core.mail.backends.filebased.EmailBackend"
        with self.settings(EMAIL_BACKEND=backend, EMAIL_FILE_PATH="/dev/null/mail"):
            paging.deliver(row.pk, NOW)
        row.refresh_from_db()
        self.assertEqual((row.state, row.error), ("waiting", "ImproperlyConfigured"))

    def test_a_mail_server_that_is_away_is_tried_three_times(self) -> None:
        row = self.row()
        with mock.patch("alerts.paging.send_mail", side_effect=ConnectionRefusedError):
            for attempt in range(5):
                paging.deliver(row.pk, NOW + attempt * paging.AGAIN_AFTER)
        row.refresh_from_db()
        self.assertEqual((row.state, row.attempts, row.error), ("failed", 3, "ConnectionRefusedError"))

    def test_what_a_killed_worker_was_sending_is_sent_again(self) -> None:
        row = self.row()
        Notification.objects.update(state="sending", lease_until=NOW)
        self.assertEqual(paging.sweep(NOW + timedelta(seconds=1)), [row.pk])

    def test_one_with_a_telephone_alone_waits_for_a_person(self) -> None:
        duty(None, email="", phone="555-0170")
        case = urgent()
        self.assertEqual(paging.sweep(NOW), [])
        row = Notification.objects.get()
        self.assertEqual((row.state, row.phone), ("phone", "555-0170"))
        self.assertTrue(case.events.get(kind="paged").detail["by_phone"])


class AcknowledgeTests(Paging):
    def setUp(self) -> None:
        self.first, self.second = duty(self.pete), duty(self.priya, position=1)
        self.case = urgent()
        paging.sweep(NOW)

    def test_i_have_it_answers_the_page_and_claims_the_case(self) -> None:
        paging.acknowledge(self.case, by=self.pete, at=NOW)
        self.case.refresh_from_db()
        self.assertEqual((self.case.owner, self.case.state), (self.pete, "claimed"))
        self.assertEqual(self.kinds(self.case)[-2:], ["acked", "claimed"])

    def test_who_may_not_work_on_cases_answers_without_claiming(self) -> None:
        paging.acknowledge(self.case, by=ada(), at=NOW)
        self.case.refresh_from_db()
        self.assertIsNone(self.case.owner)

    def test_the_second_is_told(self) -> None:
        paging.acknowledge(self.case, by=self.pete, at=NOW)
        with self.assertRaisesMessage(Refused, paging.ANSWERED):
            paging.acknowledge(self.case, by=self.priya, at=NOW)

    def test_after_five_minutes_the_next_is_paged_and_both_are_in_the_story(self) -> None:
        paging.sweep(LATER - timedelta(seconds=1))
        self.assertEqual(Notification.objects.count(), 1)
        paging.sweep(LATER)
        rows = list(Notification.objects.values_list("duty_id", flat=True))
        self.assertEqual(rows, [self.first.pk, self.second.pk])
        told = [event.detail["whom"] for event in self.case.events.filter(kind="paged")]
        self.assertEqual(told, ["pete", "priya"])

    def test_one_that_was_answered_is_not_passed_on(self) -> None:
        paging.acknowledge(self.case, by=self.pete, at=NOW)
        paging.sweep(LATER)
        self.assertEqual(Notification.objects.count(), 1)

    def test_one_whose_case_was_closed_is_not_passed_on(self) -> None:
        cases.close(self.case, outcome="phone", note="Spoke to them.", by=self.pete, at=NOW)
        paging.sweep(LATER)
        self.assertEqual(Notification.objects.count(), 1)

    def test_the_first_may_still_say_it_after_it_was_passed_on(self) -> None:
        paging.sweep(LATER)
        paging.acknowledge(self.case, by=self.pete, at=LATER)
        self.assertFalse(Notification.objects.standing().exists())

    def test_when_all_were_paged_twice_it_stands_with_nobody_once(self) -> None:
        for step in range(12):
            paging.sweep(NOW + step * paging.ANSWERED_WITHIN)
        self.assertEqual(Notification.objects.count(), 5)
        self.assertEqual(Notification.objects.standing().get().state, "nobody")

    def test_who_comes_on_duty_then_is_paged(self) -> None:
        for step in range(5):
            paging.sweep(NOW + step * paging.ANSWERED_WITHIN)
        fresh = duty(person("nadia"))
        paging.sweep(NOW + 6 * paging.ANSWERED_WITHIN)
        self.assertEqual(Notification.objects.standing().get().duty_id, fresh.pk)
