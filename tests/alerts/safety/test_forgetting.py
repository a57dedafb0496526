from datetime import timedelta

from django.contrib.auth.models import User
from django.test import TestCase

from alerts import cases, defaults, forgetting, protocol
from alerts.models import AuthorNote, Case, SafetyStep
from listening import changes
from listening.models import Author, Mention
from tests.alerts.safety.base import urgent
from tests.base import NOW, mention, pete

DUE = NOW + forgetting.KEPT_AFTER_CLOSING


class ForgettingTests(TestCase):
    pete: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete = pete()

    def closed(self, lane: str) -> Case:
        case = urgent(lane, reasons=["says “can't breathe”"])
        if lane == "self_harm":
            protocol.choose(case, risk="high", by=self.pete, at=NOW)
        cases.close(case, outcome="phone", note="Spoke to them.", by=self.pete, at=NOW)
        return case

    def test_thirty_days_after_closing_the_urgent_labels_are_gone(self) -> None:
        for lane in ("emergency", "self_harm", "threat"):
            with self.subTest(lane):
                case = self.closed(lane)
                before = case.mention.wall_seq
                self.assertEqual(forgetting.sweep(DUE), 1)
                mention, now = Mention.objects.get(case=case), Case.objects.get(pk=case.pk)
                self.assertEqual((mention.lane, mention.level, mention.severity), ("other", "P4", 0))
                self.assertEqual(mention.reasons, [])
                self.assertGreater(mention.wall_seq, before)
                self.assertEqual((now.queue.slug, now.facts["lane"], now.priority), ("unsorted", "other", 0))

    def test_a_day_earlier_they_stand(self) -> None:
        self.closed("emergency")
        self.assertEqual(forgetting.sweep(DUE - timedelta(days=1)), 0)

    def test_an_open_case_keeps_them(self) -> None:
        urgent("self_harm")
        self.assertEqual(forgetting.sweep(DUE + timedelta(days=90)), 0)

    def test_what_was_chosen_goes_and_what_was_done_stays(self) -> None:
        case = self.closed("self_harm")
        forgetting.sweep(DUE)
        self.assertEqual(SafetyStep.objects.get(case=case, key="risk").value, "")
        self.assertEqual(case.events.filter(kind="dropped").count(), 1)

    def test_it_is_done_once(self) -> None:
        self.closed("emergency")
        forgetting.sweep(DUE)
        self.assertEqual(forgetting.sweep(DUE), 0)

    def test_no_later_reading_of_the_same_words_brings_them_back(self) -> None:
        case = self.closed("emergency")
        forgetting.sweep(DUE)
        mention = Mention.objects.get(case=case)
        before = {"lane": "other", "level": "P4", "severity": 0, "reasons": []}
        after = {"lane": "emergency", "level": "P0", "severity": 95, "reasons": ["says so"]}
        self.assertEqual(changes.changed(before, after, mention.set_by_people), ({}, True))

    def test_notes_on_an_author_go_with_the_time_that_is_looked_back(self) -> None:
        author = Author.objects.create(network="fake", external_id="1")
        mention(author=author)
        for days in (91, 89):
            kept = {"text": "Likes short answers.", "by": self.pete}
            AuthorNote.objects.create(author=author, at=NOW - timedelta(days=days), **kept)
        forgetting.sweep(NOW)
        self.assertEqual(AuthorNote.objects.get().at, NOW - timedelta(days=89))

    def test_whose_posts_are_all_removed_has_no_notes_either(self) -> None:
        author = Author.objects.create(network="fake", external_id="1")
        AuthorNote.objects.create(author=author, at=NOW, text="Likes short answers.", by=self.pete)
        post = mention(author=author)
        forgetting.sweep(NOW)
        self.assertTrue(AuthorNote.objects.exists())
        Mention.objects.filter(pk=post.pk).update(is_gone=True)
        forgetting.sweep(NOW)
        self.assertFalse(AuthorNote.objects.exists())
