from datetime import timedelta
from typing import Any
from unittest import mock

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from alerts import defaults
from dashboard import reveals
from hospital.models import AuditEntry, Membership
from listening.models import Mention
from tests import base
from tests.alerts.desk import open_case
from tests.base import FakeSource, registered

TEXT = "My son Jacob waited. Call 555-0142."
WHY = {"why": "help", "words": "which ward"}


class RevealTests(TestCase):
    mention: Mention

    def setUp(self) -> None:
        defaults.ensure()
        fake = registered(FakeSource())
        fake.__enter__()
        self.addCleanup(fake.__exit__, None, None, None)
        self.case = open_case(text=TEXT, facility=base.facility())
        self.mention = self.case.mention
        self.client.force_login(base.carla())

    def page(self, **asked: Any) -> str:
        return self.client.get(reverse("mention-detail", args=[self.mention.pk]), **asked).content.decode()

    def ask(self, **asked: str) -> Any:
        return self.client.post(reverse("mention-reveal", args=[self.mention.pk]), asked)

    def test_it_shows_the_words_after_a_reason_was_given(self) -> None:
        self.assertNotIn("Jacob", self.page())
        self.assertRedirects(self.ask(**WHY), reverse("mention-detail", args=[self.mention.pk]))
        self.assertIn(TEXT, self.page())

    def test_the_page_comes_back_masked_after_five_minutes(self) -> None:
        self.ask(**WHY)
        answer = self.client.get(reverse("mention-detail", args=[self.mention.pk]))
        seconds, _, url = answer.headers["Refresh"].partition("; url=")
        self.assertLessEqual(int(seconds), 300)
        self.assertEqual(url, reverse("mention-detail", args=[self.mention.pk]))
        with mock.patch.object(timezone, "now", return_value=timezone.now() + timedelta(minutes=5)):
            self.assertNotIn("Jacob", self.page())

    def test_without_a_reason_it_says_what_is_missing(self) -> None:
        answer = self.ask(why="other", words="")
        self.assertContains(answer, "Say why you need to see it", status_code=409)
        self.assertNotContains(answer, "Jacob", status_code=409)
        self.assertEqual(AuditEntry.objects.count(), 0)

    def test_it_can_be_hidden_again_at_once(self) -> None:
        self.ask(**WHY)
        self.ask(hide="1")
        self.assertNotIn("Jacob", self.page())
        self.assertEqual(AuditEntry.objects.count(), 1)

    def test_it_opens_this_mention_and_no_other(self) -> None:
        other = base.mention("Her name is Wilhelmina.", facility=base.facility())
        self.ask(**WHY)
        page = self.client.get(reverse("mention-detail", args=[other.pk])).content.decode()
        self.assertNotIn("Wilhelmina", page)

    def test_it_opens_it_for_this_person_and_no_other(self) -> None:
        self.ask(**WHY)
        sealed = self.client.session[reveals.SESSION_KEY]
        self.client.force_login(base.pete())
        session = self.client.session
        session[reveals.SESSION_KEY] = sealed
        session.save()
        self.assertNotIn("Jacob", self.page())

    def test_what_was_not_sealed_here_opens_nothing(self) -> None:
        session = self.client.session
        session[reveals.SESSION_KEY] = {str(self.mention.pk): "made:up:leave"}
        session.save()
        self.assertNotIn("Jacob", self.page())

    def test_a_right_that_was_taken_away_ends_it(self) -> None:
        self.ask(**WHY)
        Membership.objects.filter(user=base.carla()).update(role="viewer")
        self.assertNotIn("Jacob", self.page())

    def test_who_only_watches_is_not_asked_for_a_reason(self) -> None:
        self.client.force_login(base.wes())
        page = self.page()
        self.assertNotIn("Show names and numbers", page)
        self.assertIn("[name]", page)

    def test_there_is_nothing_to_press_where_nothing_is_hidden(self) -> None:
        Mention.objects.filter(pk=self.mention.pk).update(text="Nobody came.")
        self.assertNotIn("Show names and numbers", self.page())

    def test_the_wall_never_shows_it(self) -> None:
        self.ask(**WHY)
        for address in ("/", "/?view=wall", "/wall/status/", reverse("case-rows")):
            with self.subTest(address):
                self.assertNotIn("Jacob", self.client.get(address).content.decode())

    def test_mallory_is_turned_away(self) -> None:
        self.client.force_login(base.mallory())
        self.assertEqual(self.ask(**WHY).status_code, 403)


class CaseRevealTests(RevealTests):
    """The same, from the case."""

    def page(self, **asked: Any) -> str:
        return self.client.get(reverse("case-detail", args=[self.case.pk]), **asked).content.decode()

    def ask(self, **asked: str) -> Any:
        return self.client.post(reverse("case-reveal", args=[self.case.pk]), asked)

    def test_it_shows_the_words_after_a_reason_was_given(self) -> None:
        self.assertNotIn("Jacob", self.page())
        self.assertEqual(self.ask(**WHY).status_code, 302)
        self.assertIn(TEXT, self.page())
        self.assertIn("looked at the names and numbers", self.page())

    def test_the_page_comes_back_masked_after_five_minutes(self) -> None:
        self.ask(**WHY)
        thread = reverse("case-thread", args=[self.case.pk])
        page = self.client.get(thread).content.decode()
        self.assertIn(TEXT, page)
        self.assertRegex(page, r'hx-trigger="load delay:(29\d|300)s"')
        with mock.patch.object(timezone, "now", return_value=timezone.now() + timedelta(minutes=5)):
            self.assertNotIn("Jacob", self.client.get(thread).content.decode())

    def test_who_only_watches_is_not_asked_for_a_reason(self) -> None:
        self.client.force_login(base.ada())
        self.assertNotIn("Show names and numbers", self.page())
