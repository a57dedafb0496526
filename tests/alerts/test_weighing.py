from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.test import TestCase

from alerts import cases, defaults, priority, triage, weighing
from alerts.models import Case, PriorityWeights, Reply
from alerts.priority import Weights
from alerts.refusals import Refused
from hospital.models import AuditEntry
from listening.models import Author, Mention
from tests.alerts.desk import open_case
from tests.base import NOW, ada, mention, pete

HOUR = timedelta(hours=1)


class WeighingTests(TestCase):
    pete: User
    author: Author

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete = pete()
        cls.author = Author.objects.create(network="fake", external_id="1", handle="sam")

    def said(self, case: Case, now: Any = NOW) -> list[str]:
        case.refresh_from_db()
        return [str(each) for each in weighing.factors(case, weighing.current(), now)]


class FactsTests(WeighingTests):
    def test_a_case_opens_with_its_factors(self) -> None:
        case = open_case(lane="emergency", severity=72, text="My son fell and nobody came")
        self.assertEqual(self.said(case), ["severity 72", "emergency lane +40", "a child is mentioned +15"])
        self.assertEqual(case.priority, 127)

    def test_posts_of_the_same_author_count_within_a_day(self) -> None:
        for hours in (30, 20, 1):
            mention(author=self.author, published_at=NOW - hours * HOUR)
        self.assertIn("3rd post by this author today +10", self.said(open_case(author=self.author)))

    def test_writing_again_after_our_reply_counts_for_a_week(self) -> None:
        first = open_case(author=self.author, published_at=NOW - 30 * HOUR)
        Reply.objects.create(
            case=first,
            author=self.pete,
            approved_by=ada(),
            approved_hash="x",
            state="sent",
            sent_at=NOW - 26 * HOUR,
        )
        self.assertIn("wrote again after our reply +10", self.said(open_case(author=self.author)))
        late = open_case(author=self.author, published_at=NOW + timedelta(days=9))
        self.assertNotIn("wrote again after our reply +10", self.said(late))

    def test_waiting_grows_until_a_reply(self) -> None:
        case = open_case()
        self.assertIn("no reply for 2 h +5", self.said(case, NOW + 3 * HOUR))
        Case.objects.filter(pk=case.pk).update(first_replied_at=NOW + HOUR)
        self.assertEqual(self.said(case, NOW + 3 * HOUR), ["severity 45"])

    def test_an_edit_that_is_worse_weighs_more_and_one_that_is_milder_changes_nothing(self) -> None:
        case = open_case(severity=45)
        for severity, counted in ((60, 60), (10, 60)):
            Mention.objects.filter(case=case).update(severity=severity, processed_at=None)
            triage.route(case.mention_id, NOW)
            case.refresh_from_db()
            self.assertEqual(case.priority, counted)


class OrderTests(WeighingTests):
    def test_the_list_is_in_the_order_of_the_scores_it_shows(self) -> None:
        for severity, hours in ((45, 0), (43, 3), (44, 9), (46, 1), (20, 99)):
            case = open_case(severity=severity)
            Case.objects.filter(pk=case.pk).update(opened_at=NOW - hours * HOUR)
        weights = weighing.current()
        listed = list(Case.objects.within(None).in_order(NOW, waiting=weights.waiting))
        shown = [priority.score(weighing.factors(case, weights, NOW)) for case in listed]
        self.assertEqual(shown, sorted(shown, reverse=True))
        self.assertEqual(shown, [case.score for case in listed])  # type: ignore[attr-defined]
        self.assertEqual(shown, [64, 48, 46, 45, 40])


class OverrideTests(WeighingTests):
    def test_a_persons_severity_stands_over_what_was_read(self) -> None:
        case = open_case(severity=45)
        weighing.set_severity(case, key=1, by=self.pete, at=NOW)
        self.assertEqual(self.said(case), ["severity, set by pete (read as 45) 95"])
        self.assertEqual(case.priority, 95)
        event = case.events.get(kind="weighed")
        self.assertEqual((event.actor, event.detail["word"]), (self.pete, "Emergency"))

    def test_and_can_be_taken_back(self) -> None:
        case = open_case(severity=45)
        weighing.set_severity(case, key=4, by=self.pete, at=NOW)
        weighing.set_severity(case, key=None, by=self.pete, at=NOW)
        self.assertEqual(self.said(case), ["severity 45"])

    def test_the_same_twice_is_told_once(self) -> None:
        case = open_case()
        for _ in range(2):
            weighing.set_severity(case, key=2, by=self.pete, at=NOW)
        self.assertEqual(case.events.filter(kind="weighed").count(), 1)

    def test_a_closed_case_or_a_fifth_severity_is_refused(self) -> None:
        case = open_case()
        with self.assertRaises(Refused):
            weighing.set_severity(case, key=5, by=self.pete, at=NOW)
        cases.close(case, outcome="phone", note="", by=self.pete, at=NOW)
        with self.assertRaises(Refused):
            weighing.set_severity(case, key=1, by=self.pete, at=NOW)


class WeightsTests(WeighingTests):
    def test_a_preview_says_who_moves_and_changes_nothing(self) -> None:
        high, low = open_case(severity=50), open_case(severity=45, text="My son waited")
        other = weighing.preview(Weights.of({"child": 2}), None, NOW)
        moved = {each.case.pk: (each.was_place, each.place, each.places) for each in other.moved}
        self.assertEqual(moved, {high.pk: (2, 1, 1), low.pk: (1, 2, -1)})
        low.refresh_from_db()
        self.assertEqual((low.priority, PriorityWeights.objects.count()), (60, 0))

    def test_what_a_preview_promises_is_what_saving_does(self) -> None:
        for severity in (50, 45, 48):
            open_case(severity=severity, text="My son waited" if severity == 45 else "Waited")
        weights = Weights.of({"child": 4})
        promised = {each.case.pk: each.place for each in weighing.preview(weights, None, NOW).moved}
        weighing.save(weights, note="", by=ada(), at=NOW)
        listed = Case.objects.within(None).in_order(NOW, waiting=weights.waiting)
        places = {case.pk: place for place, case in enumerate(listed, start=1)}
        self.assertEqual(promised, {pk: places[pk] for pk in promised})
        self.assertTrue(promised)

    def test_saving_is_kept_and_audited(self) -> None:
        weighing.save(Weights.of({"child": 30}), note="Winter", by=ada(), at=NOW)
        self.assertEqual(weighing.current().child, 30)
        entry = AuditEntry.objects.get(action="priority.save")
        self.assertEqual(entry.detail["values"]["child"], 30)

    def test_a_preview_names_no_restricted_case(self) -> None:
        open_case(lane="staff_voice", severity=50)
        open_case(severity=45)
        self.assertEqual(weighing.preview(Weights(), None, NOW).looked_at, 1)
