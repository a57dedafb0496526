from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import TestCase

from alerts import cases, defaults, outbox, replies, staffvoice, triage
from alerts.models import Case, CaseEvent, Queue, Reply
from alerts.refusals import Refused
from listening.models import Author, Mention, MentionVersion
from tests.alerts.desk import ANSWER, approved, open_case
from tests.base import NOW, FakeSource, facility, mention, person, pete, priya, registered

WORDS = "I work at Northfield and nobody checks the crash cart on the fourth floor at night."
NOTE = "Emergency equipment may go unchecked on the fourth floor."


def voice(text: str = WORDS, **fields: Any) -> Case:
    return open_case(text=text, **{"lane": "staff_voice", **fields})


class StaffVoiceTests(TestCase):
    compliance: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.compliance = person("cora")

    def answer(self, case: Case, answer: str, note: str = "") -> Case:
        staffvoice.answer(case, answer=answer, note=note, by=self.compliance, at=NOW)
        return Case.objects.select_related("mention", "queue").get(pk=case.pk)

    def kinds(self, case: Case) -> list[str]:
        return list(case.events.values_list("kind", flat=True))


class RoutingTests(StaffVoiceTests):
    def test_it_comes_to_the_restricted_queue_before_any_rule(self) -> None:
        case = voice(sentiment="negative", rating=1)
        self.assertEqual((case.queue.slug, case.is_restricted), ("staff-voice", True))

    def test_its_author_is_forgotten(self) -> None:
        author = Author.objects.create(network="fake", external_id="1", handle="nightnurse_rae")
        case = voice(author=author)
        self.assertIsNone(Mention.objects.get(case=case).author)

    def test_no_list_of_cases_holds_it(self) -> None:
        case = voice(facility=facility())
        self.assertFalse(Case.objects.within(None).filter(pk=case.pk).exists())
        self.assertTrue(Case.objects.restricted_within(None).filter(pk=case.pk).exists())
        self.assertFalse(Case.objects.restricted_within(frozenset()).exists())

    def test_one_that_was_set_aside_is_restricted_by_its_lane(self) -> None:
        post = mention(lane="staff_voice")
        triage.set_aside(post.pk, NOW)
        self.assertFalse(Case.objects.within(None).exists())

    def test_a_post_edited_into_one_leaves_every_list(self) -> None:
        with registered(FakeSource()):
            case = open_case()
            reply = approved(case, pete(), priya())
            post = case.mention
            MentionVersion.objects.create(mention=post, text="x", content_hash="0" * 64, replaced_at=NOW)
            Mention.objects.filter(pk=post.pk).update(lane="staff_voice", processed_at=None)
            triage.route(post.pk, NOW)
            case.refresh_from_db()
            self.assertEqual((case.queue.slug, case.state, case.owner), ("staff-voice", "new", None))
            self.assertIsNone(outbox.take(reply.pk, NOW + timedelta(minutes=1)))
            self.assertEqual(Reply.objects.get().state, "returned")


class SweepTests(StaffVoiceTests):
    def test_another_reading_takes_a_case_out_of_every_list(self) -> None:
        author = Author.objects.create(network="fake", external_id="1", handle="nightnurse_rae")
        case, loose = open_case(author=author), mention(author=author)
        Mention.objects.update(lane="staff_voice")
        self.assertFalse(Case.objects.within(None).exists())
        self.assertEqual(staffvoice.sweep(NOW), 2)
        case.refresh_from_db()
        self.assertEqual((case.queue.slug, Mention.objects.get(pk=loose.pk).author), ("staff-voice", None))
        self.assertFalse(Mention.objects.filter(author__isnull=False).exists())
        self.assertEqual(staffvoice.sweep(NOW), 0)

    def test_what_was_passed_on_is_left_where_it_is(self) -> None:
        self.answer(voice(), "safety", NOTE)
        self.assertEqual(staffvoice.sweep(NOW), 0)


class AnswerTests(StaffVoiceTests):
    def test_working_conditions_are_closed_as_a_theme(self) -> None:
        case = self.answer(voice(), "conditions")
        self.assertEqual((case.state, case.outcome, case.is_restricted), ("closed", "theme", True))
        self.assertEqual(self.kinds(case), ["opened", "answered", "closed"])

    def test_a_safety_concern_goes_on_as_a_note_alone(self) -> None:
        case = self.answer(voice(severity=30), "safety", NOTE)
        self.assertEqual((case.queue.slug, case.state, case.passed_on), ("safety-events", "new", NOTE))
        self.assertEqual(case.priority, 30 + 25)
        self.assertFalse(case.is_restricted)
        self.assertEqual(self.kinds(case), ["opened", "answered", "moved"])

    def test_praise_goes_to_praise(self) -> None:
        case = self.answer(voice(), "praise", "Thanks to the night team of the fourth floor.")
        self.assertEqual(case.queue.slug, "praise")

    def test_a_note_that_leads_to_its_author_stays(self) -> None:
        case = voice()
        for note in ("", "Ask @nightnurse_rae", "nobody checks the crash cart on the fourth floor"):
            with self.subTest(note), self.assertRaises(Refused):
                self.answer(case, "safety", note)
        self.assertEqual(self.kinds(case), ["opened"])

    def test_privacy_stays_and_presses(self) -> None:
        case = self.answer(voice(), "privacy")
        self.assertEqual((case.queue.slug, case.state, case.is_restricted), ("staff-voice", "new", True))
        self.assertEqual(case.due_at, NOW + timedelta(hours=1))
        staffvoice.settle_privacy(case, note="Asked for removal.", by=self.compliance, at=NOW)
        case.refresh_from_db()
        self.assertEqual((case.state, case.outcome), ("closed", "privacy"))
        self.assertEqual(self.kinds(case), ["opened", "answered", "closed"])

    def test_the_privacy_officer_says_what_was_done(self) -> None:
        case = self.answer(voice(), "privacy")
        with self.assertRaises(Refused):
            staffvoice.settle_privacy(case, note=" ", by=self.compliance, at=NOW)
        with self.assertRaises(Refused):
            staffvoice.settle_privacy(voice(), note="Done.", by=self.compliance, at=NOW)

    def test_the_second_answer_is_told(self) -> None:
        case = voice()
        self.answer(case, "conditions")
        with self.assertRaisesRegex(Refused, "first"):
            self.answer(case, "praise", NOTE)

    def test_a_wrong_answer_can_be_taken_back(self) -> None:
        case = self.answer(voice(), "conditions")
        staffvoice.ask_again(case, by=self.compliance, at=NOW)
        self.assertEqual(self.answer(case, "praise", NOTE).queue.slug, "praise")

    def test_an_answer_nobody_offered_is_refused(self) -> None:
        for answer in ("", "fire them", "none"):
            with self.subTest(answer), self.assertRaises(Refused):
                self.answer(voice(), answer)

    def test_what_was_passed_on_stays_where_it_is_when_its_post_is_edited(self) -> None:
        case = self.answer(voice(), "safety", NOTE)
        Mention.objects.filter(pk=case.mention_id).update(processed_at=None)
        triage.route(case.mention_id, NOW)
        case.refresh_from_db()
        self.assertEqual((case.queue.slug, case.passed_on), ("safety-events", NOTE))


class CorrectionTests(StaffVoiceTests):
    def test_a_person_restricts_what_the_reading_missed(self) -> None:
        author = Author.objects.create(network="fake", external_id="1", handle="nightnurse_rae")
        case = open_case(author=author)
        staffvoice.restrict(case, by=pete(), at=NOW)
        post = Mention.objects.get(case=case)
        self.assertEqual((post.lane, post.author, post.set_by_people), ("staff_voice", None, ["lane"]))
        self.assertFalse(Case.objects.within(None).filter(pk=case.pk).exists())
        self.assertGreater(post.wall_seq, case.mention.wall_seq)

    def test_what_is_no_voice_of_staff_is_a_post_like_any_other(self) -> None:
        case = voice()
        staffvoice.not_staff(case, by=self.compliance, at=NOW)
        self.assertEqual(Case.objects.within(None).get().queue.slug, "unsorted")
        self.assertEqual(Mention.objects.within(None).get().set_by_people, ["lane"])

    def test_no_hand_moves_it_in_or_out(self) -> None:
        complaints, staff = Queue.objects.get(slug="complaints"), Queue.objects.get(slug="staff-voice")
        for case, queue in ((voice(), complaints), (open_case(), staff)):
            with self.assertRaises(Refused):
                cases.move(case, queue=queue, by=pete(), at=NOW)

    def test_no_reply_is_written_to_it(self) -> None:
        case = self.answer(voice(), "safety", NOTE)
        cases.claim(case, by=pete(), at=NOW)
        with self.assertRaisesRegex(Refused, "not answered in public"):
            replies.save_draft(case, text=ANSWER, post_seen="", by=pete(), at=NOW)

    def test_its_outcomes_are_nobody_elses(self) -> None:
        with self.assertRaises(Refused):
            cases.close(open_case(), outcome="theme", note="x", by=pete(), at=NOW)

    def test_no_note_travels_without_an_answer(self) -> None:
        with self.assertRaises(IntegrityError), transaction.atomic():
            Case.objects.filter(pk=voice().pk).update(passed_on=WORDS)


class ThemeTests(StaffVoiceTests):
    def test_a_theme_counts_from_five(self) -> None:
        for topics in (["staffing", "pay"],) * 4 + (["staffing"],):
            mention(lane="staff_voice", topics=topics)
        mention(lane="complaint", topics=["pay"])
        self.assertEqual(staffvoice.themes(None, NOW - timedelta(days=90)), [("staffing", 5)])

    def test_it_counts_only_what_is_within_reach(self) -> None:
        for _ in range(5):
            mention(lane="staff_voice", topics=["staffing"], facility=facility())
        self.assertEqual(staffvoice.themes(frozenset(), NOW - timedelta(days=90)), [])

    def test_every_step_is_in_the_story(self) -> None:
        case = self.answer(voice(), "conditions")
        told = CaseEvent.objects.get(case=case, kind="answered")
        self.assertEqual((told.actor, told.detail), (self.compliance, {"answer": "conditions"}))
