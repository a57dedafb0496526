from django.contrib.auth.models import User
from django.test import TestCase

from alerts import cases, defaults, protocol
from alerts.models import Case, SafetyStep
from alerts.refusals import Refused
from tests.alerts.safety.base import urgent
from tests.base import NOW, pete


class Protocol(TestCase):
    pete: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete = pete()

    def setUp(self) -> None:
        self.case = urgent("self_harm", "I don't want to be here any more.")

    def choose(self, risk: str) -> None:
        protocol.choose(self.case, risk=risk, by=self.pete, at=NOW)

    def take(self, key: str, reason: str = "") -> None:
        protocol.take(self.case, key=key, reason=reason, by=self.pete, at=NOW)

    def close(self, case: Case, note: str = "Spoke to them.") -> None:
        cases.close(case, outcome="phone", note=note, by=self.pete, at=NOW)


class ChoiceTests(Protocol):
    def test_steps_stand_in_their_order_whatever_was_chosen(self) -> None:
        order = ["police", "resource", "private", "report", "evidence", "lead"]
        for risk, owed in (("high", 6), ("medium", 5), ("low", 2), ("", 0)):
            with self.subTest(risk):
                found = protocol.stands(risk, {})
                self.assertEqual([each.step.key for each in found], order)
                self.assertEqual(sum(each.is_owed for each in found), owed)

    def test_a_person_may_change_the_choice_and_the_story_never_holds_its_word(self) -> None:
        self.choose("low")
        self.choose("high")
        self.choose("high")
        self.assertEqual(SafetyStep.objects.get(key="risk").value, "high")
        told = [event.detail for event in self.case.events.filter(kind="stepped")]
        self.assertEqual(told, [{"step": "risk"}, {"step": "risk"}])

    def test_any_other_word_is_refused(self) -> None:
        for risk in ("", "none", "suicidal"):
            with self.subTest(risk), self.assertRaises(Refused):
                self.choose(risk)

    def test_it_is_for_such_posts_alone(self) -> None:
        with self.assertRaises(Refused):
            protocol.choose(urgent("emergency"), risk="low", by=self.pete, at=NOW)


class StepTests(Protocol):
    def test_each_is_timed_once_and_in_the_story(self) -> None:
        self.choose("medium")
        self.take("resource")
        with self.assertRaisesMessage(Refused, "ticked this step already"):
            self.take("resource")
        step = SafetyStep.objects.get(key="resource")
        self.assertEqual((step.at, step.by), (NOW, self.pete))
        self.assertEqual(self.case.events.filter(kind="stepped").count(), 2)

    def test_the_police_are_called_by_a_person_and_for_a_reason(self) -> None:
        self.choose("high")
        with self.assertRaisesMessage(Refused, protocol.WHY):
            self.take("police", "  ")
        self.take("police", "The post names a garage, and tonight.")
        told = self.case.events.filter(kind="stepped").last()
        assert told is not None
        self.assertEqual(told.detail["reason"], "The post names a garage, and tonight.")

    def test_nothing_is_ticked_before_the_choice(self) -> None:
        with self.assertRaisesMessage(Refused, protocol.CHOOSE):
            self.take("lead")


class CloseTests(Protocol):
    def test_self_harm_is_closed_only_after_the_choice_and_with_a_note(self) -> None:
        with self.assertRaisesMessage(Refused, protocol.CHOOSE):
            self.close(self.case)
        self.choose("low")
        with self.assertRaisesMessage(Refused, "An emergency is not closed without"):
            self.close(self.case, note="")
        self.close(self.case)
        self.assertEqual(Case.objects.get(pk=self.case.pk).state, "closed")

    def test_it_holds_in_its_queue_whatever_the_reading_became(self) -> None:
        self.case.mention.lane = "other"
        self.case.mention.save(update_fields=["lane"])
        with self.assertRaisesMessage(Refused, protocol.CHOOSE):
            self.close(self.case)

    def test_other_emergencies_need_the_note_and_an_ordinary_case_neither(self) -> None:
        for lane in ("emergency", "threat"):
            with self.subTest(lane), self.assertRaises(Refused):
                self.close(urgent(lane), note="")
        self.close(urgent("safety_event"), note="")
