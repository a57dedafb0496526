from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from alerts import cases, defaults, muting, triage
from alerts.models import Case, CaseEvent
from alerts.signals import cases_changed
from listening import stories
from listening.models import Author, Mention, Story
from tests.base import NOW, facility, mention, pete

COMPLAINT: dict[str, Any] = {"lane": "complaint", "sentiment": "negative", "severity": 45}
POSTS: tuple[dict[str, Any], ...] = (
    {**COMPLAINT, "level": "P2"},
    {**COMPLAINT, "text": "My son waited all night.", "network": "news"},
    {"lane": "emergency", "level": "P0", "severity": 95},
    {"lane": "staff_voice", "severity": 30},
    {"lane": "praise", "level": "P4", "sentiment": "positive"},
    {"lane": "other", "level": "P1", "severity": 70, "set_by_people": ["level"]},
    {"lane": "noise"},
)


class ManyAtOnceTests(TestCase):
    pete: User
    author: Author

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete, cls.author = pete(), Author.objects.create(network="fake", external_id="1", handle="sam")

    def story(self, **fields: Any) -> Story:
        """Of a complaint that has a case."""
        first = mention(**COMPLAINT, **fields)
        story = stories.of(first)
        triage.route(first.pk, NOW)
        return story

    def test_they_become_what_each_would_alone(self) -> None:
        place = facility()
        alone = [mention(**values, author=self.author, facility=place) for values in POSTS]
        for post in alone:
            triage.route(post.pk, NOW)
        Mention.objects.all().update(author=None)
        together = [mention(**values, author=self.author, facility=place) for values in POSTS]
        self.assertEqual(triage.route_due(NOW), len(POSTS))
        self.assertEqual([said(post) for post in together], [said(post) for post in alone])
        self.assertFalse(Mention.objects.unrouted().exists())

    def test_many_ask_no_more_than_one(self) -> None:
        story = self.story()
        counts = []
        for number in (1, 30):
            for _ in range(number):
                mention(**COMPLAINT, author=self.author, story=story)
            with CaptureQueriesContext(connection) as asked:
                self.assertEqual(triage.route_due(NOW), number)
            counts.append(len(asked))
        self.assertEqual(counts[0], counts[1])

    def test_they_ring_once(self) -> None:
        heard: list[list[int]] = []
        hear = lambda ids, **_: heard.append(ids)  # noqa: E731
        cases_changed.connect(hear, weak=False)
        self.addCleanup(cases_changed.disconnect, hear)
        for _ in range(5):
            mention(**COMPLAINT)
        with self.captureOnCommitCallbacks(execute=True):
            triage.route_due(NOW)
        self.assertEqual(heard, [list(Case.objects.order_by("pk").values_list("pk", flat=True))])

    def test_of_two_stories_each_goes_to_its_own(self) -> None:
        kept, heard = self.story(), self.story()
        cases.claim(Case.objects.get(mention__story=kept), by=self.pete, at=NOW)
        posts = [mention(**COMPLAINT, story=story) for story in (kept, heard)]
        triage.route_due(NOW)
        owners = [Case.objects.get(mention=post).owner for post in posts]
        self.assertEqual(owners, [self.pete, None])

    def test_a_muted_story_closes_what_does_not_press(self) -> None:
        story = self.story()
        muting.mute(Case.objects.get(), lasts=timedelta(hours=2), by=self.pete, at=NOW)
        calm, pressing = (mention(**COMPLAINT, story=story, level=level) for level in ("P4", "P1"))
        triage.route_due(NOW + timedelta(hours=1))
        self.assertEqual(
            [Case.objects.get(mention=post).state for post in (calm, pressing)], ["closed", "new"]
        )
        kinds = CaseEvent.objects.filter(case__mention=calm).values_list("kind", flat=True)
        self.assertEqual(list(kinds), ["opened", "closed"])

    def test_what_has_a_case_is_looked_at_with_the_others(self) -> None:
        edited = mention(**COMPLAINT)
        triage.route(edited.pk, NOW)
        Mention.objects.update(lane="threat", severity=90, processed_at=None)
        fresh = mention(**COMPLAINT)
        self.assertEqual(triage.route_due(NOW), 2)
        slugs = [Case.objects.get(mention=post).queue.slug for post in (edited, fresh)]
        self.assertEqual(slugs, ["safety", "complaints"])


class UrgentFirstTests(TestCase):
    def setUp(self) -> None:
        defaults.ensure()

    def test_what_must_not_wait_is_decided_on_before_a_backlog(self) -> None:
        waits = [mention(**COMPLAINT) for _ in range(3)]
        urgent = [
            mention(**values) for values in ({**COMPLAINT, "level": "P1"}, {"lane": "threat", "level": "P0"})
        ]
        self.assertEqual([case.mention for case in triage.route_urgent(NOW, limit=1)], [urgent[1]])
        self.assertEqual([case.mention for case in triage.route_urgent(NOW)], [urgent[0]])
        self.assertEqual(set(Mention.objects.unrouted()), set(waits))


def said(post: Mention) -> Any:
    """All that was decided about a post."""
    case = Case.objects.filter(mention=post).select_related("queue", "owner").first()
    if case is None:
        return None
    events = [(event.kind, event.at, event.detail) for event in case.events.all()]
    facts = (case.queue.slug, case.rule_id, case.facility_id, case.state, case.priority, case.facts)
    return (*facts, case.opened_at, case.due_at, events)
