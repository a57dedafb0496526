from datetime import timedelta
from typing import Any
from unittest import mock

from django.test import TestCase

from alerts import cases, defaults, triage
from alerts.models import Case, CaseEvent, Queue, Rule
from listening import removal, stories
from listening.models import Author, Mention, MentionVersion
from listening.reading import lanes
from tests.base import NOW, facility, mention, pete, source

COMPLAINT: dict[str, Any] = {"lane": "complaint", "sentiment": "negative", "severity": 45}


class RouteTests(TestCase):
    def setUp(self) -> None:
        defaults.ensure()

    def test_a_complaint_becomes_one_case_in_one_queue(self) -> None:
        place = facility()
        post = mention(**COMPLAINT, facility=place)
        triage.route(post.pk, NOW)
        case = Case.objects.get(mention=post)
        self.assertEqual((case.queue.slug, case.priority, case.facility), ("complaints", 45, place))
        self.assertEqual(case.due_at, NOW + timedelta(hours=2))
        event = case.events.get()
        self.assertEqual((event.kind, event.detail["queue"]), ("opened", "Complaints"))
        self.assertIn("read as complaint", event.detail["why"])

    def test_twice_is_once(self) -> None:
        post = mention(**COMPLAINT)
        triage.route(post.pk, NOW)
        self.assertIsNone(triage.route(post.pk, NOW))
        self.assertEqual(Case.objects.count(), 1)

    def test_safety_comes_before_every_rule(self) -> None:
        Rule.objects.create(name="All", position=0, queue=Queue.objects.get(slug="praise"))
        expected = {
            "emergency": "emergency",
            "self_harm": "self-harm",
            "threat": "safety",
            "in_building": "in-the-building",
            "safety_event": "safety-events",
            "device_event": "safety-events",
            "abuse": "abuse",
            "privacy_incident": "privacy",
        }
        self.assertEqual(set(expected), lanes.SAFETY)
        for lane, queue in expected.items():
            with self.subTest(lane):
                case = triage.route(mention(lane=lane).pk, NOW)
                assert case is not None
                self.assertEqual(case.queue.slug, queue)

    def test_each_lane_reaches_one_queue_and_small_talk_none(self) -> None:
        expected = {
            "civil_rights": "rights",
            "media": "media",
            "staff_voice": "staff-voice",
            "access_wait": "access",
            "billing": "billing",
            "staff_conduct": "staff-conduct",
            "complaint": "complaints",
            "question": "questions",
            "praise": "praise",
            "noise": None,
            "other": None,
        }
        self.assertEqual(set(expected), set(lanes.LANES) - lanes.SAFETY)
        for lane, queue in expected.items():
            with self.subTest(lane):
                case = triage.route(mention(lane=lane, sentiment="negative", rating=1).pk, NOW)
                self.assertEqual(case and case.queue.slug, queue)

    def test_what_no_rule_takes_is_decided_without_a_case(self) -> None:
        post = mention(lane="other", sentiment="neutral")
        self.assertIsNone(triage.route(post.pk, NOW))
        post.refresh_from_db()
        self.assertEqual(post.processed_at, NOW)

    def test_our_own_posts_open_nothing(self) -> None:
        us = Author.objects.create(network="fake", external_id="1", handle="NorthfieldHlth")
        ours = source(options={"own_handle": "@northfieldhlth"})
        self.assertIsNone(triage.route(mention(**COMPLAINT, author=us, source=ours).pk, NOW))

    def test_a_removed_post_opens_nothing(self) -> None:
        self.assertIsNone(triage.route(mention(**COMPLAINT, is_gone=True).pk, NOW))

    def test_an_inactive_rule_is_not_asked(self) -> None:
        Rule.objects.update(is_active=False)
        self.assertIsNone(triage.route(mention(**COMPLAINT).pk, NOW))

    def test_a_missing_queue_is_made_again(self) -> None:
        Queue.objects.filter(slug="emergency").delete()
        case = triage.route(mention(lane="emergency").pk, NOW)
        assert case is not None
        self.assertEqual(case.queue.slug, "emergency")


class OneOwnerTests(TestCase):
    """Of a story that somebody works on, what comes later is theirs too."""

    def setUp(self) -> None:
        defaults.ensure()
        first = mention(**COMPLAINT)
        self.story = stories.of(first)
        triage.route(first.pk, NOW)
        self.first = Case.objects.get(mention=first)

    def later(self, **values: Any) -> Case:
        case = triage.route(mention(**{**COMPLAINT, "story": self.story, **values}).pk, NOW)
        assert case is not None
        return case

    def test_it_goes_to_whoever_has_the_first(self) -> None:
        cases.claim(self.first, by=(at_work := pete()), at=NOW)
        case = self.later()
        case.refresh_from_db()
        self.assertEqual((case.owner, case.state), (at_work, Case.State.CLAIMED))
        self.assertEqual(case.events.latest("pk").detail, {"story_case": self.first.pk})

    def test_it_waits_with_the_others_when_nobody_has_it(self) -> None:
        self.assertIsNone(self.later().owner)

    def test_it_waits_when_it_is_of_another_facility(self) -> None:
        cases.claim(self.first, by=pete(), at=NOW)
        self.assertIsNone(self.later(facility=facility()).owner)

    def test_an_emergency_waits_for_whoever_is_first(self) -> None:
        Mention.objects.update(lane="emergency")
        Case.objects.update(queue=Queue.objects.get(slug="emergency"))
        cases.claim(Case.objects.get(), by=pete(), at=NOW)
        self.assertIsNone(self.later(lane="emergency").owner)


class EditTests(TestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.mention = mention(**COMPLAINT)
        triage.route(self.mention.pk, NOW)
        self.case = Case.objects.get()

    def edit(self, **changes: Any) -> None:
        MentionVersion.objects.create(
            mention=self.mention, text=self.mention.text, content_hash="0" * 64, replaced_at=NOW
        )
        Mention.objects.filter(pk=self.mention.pk).update(content_hash="1" * 64, **changes)

    def edits(self) -> int:
        return self.case.events.filter(kind=CaseEvent.Kind.EDITED_AT_SOURCE).count()

    def test_it_is_told_once_for_each_change(self) -> None:
        self.edit()
        triage.note_edits([self.mention.pk], NOW)
        triage.note_edits([self.mention.pk], NOW)
        self.assertEqual(self.edits(), 1)
        self.edit()
        triage.note_edits([self.mention.pk], NOW)
        self.assertEqual(self.edits(), 2)

    def test_an_edit_that_speaks_of_danger_moves_the_case(self) -> None:
        self.edit(lane="self_harm", severity=95, processed_at=None)
        triage.route(self.mention.pk, NOW)
        self.case.refresh_from_db()
        self.assertEqual((self.case.queue.slug, self.case.priority), ("self-harm", 95 + 40))
        self.assertEqual(self.case.due_at, NOW + timedelta(minutes=10))
        moved = self.case.events.get(kind=CaseEvent.Kind.MOVED)
        self.assertEqual((moved.detail["was"], moved.detail["now"]), ("Complaints", "Self-harm"))

    def test_a_closed_case_opens_again_for_danger(self) -> None:
        cases.close(self.case, outcome="phone", note="", by=pete(), at=NOW)
        self.edit(lane="threat", severity=80, processed_at=None)
        triage.route(self.mention.pk, NOW)
        self.case.refresh_from_db()
        self.assertEqual((self.case.state, self.case.owner, self.case.queue.slug), ("new", None, "safety"))
        self.assertEqual(self.case.events.filter(kind=CaseEvent.Kind.REOPENED).count(), 1)

    def test_a_closed_case_stays_closed_for_less(self) -> None:
        cases.close(self.case, outcome="phone", note="", by=pete(), at=NOW)
        self.edit(processed_at=None)
        triage.route(self.mention.pk, NOW)
        self.case.refresh_from_db()
        self.assertEqual(self.case.state, "closed")

    def test_a_removed_post_is_told_once(self) -> None:
        removal.erase([self.mention.pk])
        triage.note_edits([self.mention.pk], NOW)
        triage.note_edits([self.mention.pk], NOW)
        event = self.case.events.get(kind=CaseEvent.Kind.EDITED_AT_SOURCE)
        self.assertEqual(event.detail, {"removed": True})


class RouteDueTests(TestCase):
    def setUp(self) -> None:
        defaults.ensure()

    def test_one_that_raises_does_not_stop_its_neighbours(self) -> None:
        first, bad, last = mention(**COMPLAINT), mention(**COMPLAINT), mention(**COMPLAINT)
        with self.raising_for(bad):
            triage.route_due(NOW)
        self.assertEqual(set(Case.objects.values_list("mention", flat=True)), {first.pk, last.pk})
        bad.refresh_from_db()
        self.assertEqual((bad.route_attempts, bad.processed_at), (1, None))

    def test_after_three_times_a_person_looks(self) -> None:
        bad = mention(**COMPLAINT)
        with self.raising_for(bad):
            for _ in range(4):
                triage.route_due(NOW)
        case = Case.objects.get(mention=bad)
        self.assertEqual(case.queue.slug, "unsorted")
        self.assertEqual(case.events.get().detail["why"], triage.UNREADABLE)

    def test_it_takes_the_oldest_up_to_the_limit(self) -> None:
        posts = [mention(**COMPLAINT) for _ in range(5)]
        self.assertEqual(triage.route_due(NOW, limit=3), 3)
        routed = Mention.objects.filter(processed_at=NOW).values_list("pk", flat=True)
        self.assertEqual(set(routed), {post.pk for post in posts[:3]})

    def raising_for(self, bad: Mention) -> Any:
        def facts(post: Mention) -> Any:
            if post.pk == bad.pk:
                raise ValueError("an odd post")
            return real(post)

        real = triage.facts_of
        return mock.patch.object(triage, "facts_of", facts)


class DefaultsTests(TestCase):
    def test_twice_is_once(self) -> None:
        defaults.ensure()
        before = (Queue.objects.count(), Rule.objects.count())
        defaults.ensure()
        self.assertEqual((Queue.objects.count(), Rule.objects.count()), before)

    def test_an_admin_s_rules_are_kept(self) -> None:
        defaults.ensure()
        Rule.objects.exclude(name="Questions").delete()
        defaults.ensure()
        self.assertEqual(Rule.objects.count(), 1)

    def test_an_admin_s_queues_are_kept_and_a_missing_one_is_made_again(self) -> None:
        defaults.ensure()
        changed = Queue.objects.filter(slug="billing")
        changed.update(name="Money", position=40)
        Rule.objects.filter(queue__slug="praise").delete()
        Queue.objects.filter(slug="praise").delete()
        defaults.ensure()
        self.assertEqual(changed.values_list("name", "position").get(), ("Money", 40))
        self.assertEqual(Queue.objects.get(slug="praise").policy.name, "Praise")

    def test_looking_is_all_it_does_when_nothing_is_missing(self) -> None:
        defaults.ensure()
        with self.assertNumQueries(7):  # a savepoint and its end; policies twice, queues twice, rules
            defaults.ensure()


class PressedByAPersonTests(TestCase):
    def setUp(self) -> None:
        defaults.ensure()

    def test_what_no_rule_takes_still_reaches_a_person(self) -> None:
        post = mention(lane="other", level="P1", severity=70, set_by_people=["level"])
        case = triage.route(post.pk, NOW)
        assert case is not None
        self.assertEqual(case.queue.slug, "unsorted")
        self.assertIn("A person set it to urgent", case.events.get().detail["why"])

    def test_an_open_case_stands_higher_and_says_why(self) -> None:
        post = mention(**COMPLAINT)
        triage.route(post.pk, NOW)
        Mention.objects.update(level="P1", severity=70, set_by_people=["level"], processed_at=None)
        triage.route(post.pk, NOW)
        case = Case.objects.get()
        self.assertEqual((case.queue.slug, case.priority), ("complaints", 70))
        event = case.events.get(kind=CaseEvent.Kind.MOVED)
        self.assertEqual(event.detail, {"what": "severity", "was": 45, "now": 70})

    def test_one_that_becomes_an_emergency_goes_to_that_queue(self) -> None:
        post = mention(**COMPLAINT)
        triage.route(post.pk, NOW)
        Mention.objects.update(
            level="P0", severity=90, lane="emergency", set_by_people=["level"], processed_at=None
        )
        triage.route(post.pk, NOW)
        self.assertEqual(Case.objects.get().queue.slug, "emergency")
