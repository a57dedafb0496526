from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.core import mail
from django.test import TestCase

from alerts import paging, sourcealarms
from alerts.models import Notification, SourceAlarm
from hospital.models import Role
from listening import ingest, silences
from listening.models import Mention, Poll, Source
from tests import base
from tests.listening.polling import HandClock, owe, page

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)


class Alarms(TestCase):
    """A source that has had ten posts in every hour of eight weeks, and nothing for the last two hours."""

    ada: User
    source: Source

    @classmethod
    def setUpTestData(cls) -> None:
        cls.ada = base.ada()
        cls.ada.email = "ada@northfield.example"
        cls.ada.save()
        cls.source = base.source(
            last_success_at=base.NOW, last_item_at=base.NOW - 2 * HOUR, live_since=base.NOW - 9 * WEEK
        )
        Source.objects.update(created_at=base.NOW - 9 * WEEK)
        for week in range(1, 9):
            for hour in range(-1, 4):
                cls.came(base.NOW - week * WEEK - hour * HOUR, 10)

    @classmethod
    def came(cls, at: datetime, number: int) -> None:
        for minute in range(number):
            base.mention(published_at=at + timedelta(minutes=minute), collected_at=at, source=cls.source)

    def sweep(self, at: datetime = base.NOW) -> list[str]:
        sourcealarms.sweep(at)
        self.source.refresh_from_db()
        return list(SourceAlarm.objects.standing().values_list("kind", flat=True))


class SilenceTests(Alarms):
    def test_it_is_raised_once_and_told_by_mail(self) -> None:
        self.assertEqual(
            [self.sweep(), self.sweep(base.NOW + timedelta(seconds=5))], [["silent"], ["silent"]]
        )
        self.assertEqual(self.source.silent_since, base.NOW - 2 * HOUR)
        for notification_id in paging.sweep(base.NOW):
            paging.deliver(notification_id, base.NOW)
        (message,) = mail.outbox
        self.assertEqual(message.to, ["ada@northfield.example"])
        self.assertIn("nothing failed", message.body)
        self.assertIn(f"/sources/{self.source.pk}/", message.body)
        self.assertEqual(Notification.objects.get().state, Notification.State.SENT)

    def test_a_post_ends_it(self) -> None:
        self.sweep()
        base.watchlist("northfield")
        with base.registered(base.FakeSource(page(base.post("Northfield again")))):
            ingest.poll(owe(self.source).pk, clock=HandClock())
        self.source.refresh_from_db()
        self.assertIsNone(self.source.silent_since)
        self.assertEqual(self.sweep(), [])

    def test_a_source_that_fails_is_not_called_silent(self) -> None:
        Source.objects.update(failures=1)
        self.assertEqual(self.sweep(), [])

    def test_a_source_that_comes_back_after_long_is_given_its_time(self) -> None:
        Source.objects.update(last_success_at=base.NOW - 5 * HOUR)
        with base.registered(base.FakeSource(page())):
            ingest.poll(owe(self.source).pk, clock=HandClock())
        self.assertEqual(self.sweep(base.NOW + timedelta(seconds=30)), [])

    def test_voices_of_staff_do_not_count(self) -> None:
        Mention.objects.update(lane="staff_voice")
        self.assertEqual(silences.expectations([self.source], base.NOW)[self.source.pk].due_at, None)


class StoppedTests(Alarms):
    def test_a_key_that_is_refused_is_told_once(self) -> None:
        Source.objects.update(paused_reason="Fake refuses the key.", last_error_kind="auth_failed")
        self.assertEqual([self.sweep(), self.sweep()], [["stopped"], ["stopped"]])
        self.assertEqual(Notification.objects.count(), 1)
        Source.objects.update(paused_reason="", last_error_kind="", last_item_at=base.NOW)
        self.assertEqual(self.sweep(), [])

    def test_a_person_who_paused_it_need_not_be_told(self) -> None:
        Source.objects.update(paused_reason="Paused by Ada Dunn.")
        self.assertEqual(self.sweep(), [])


class BudgetTests(Alarms):
    def test_it_is_told_before_anything_is_held_back(self) -> None:
        Source.objects.update(monthly_posts=100, last_item_at=base.NOW)
        Poll.objects.create(
            source=self.source, slot=base.NOW - 12 * HOUR, state="done", fetched=80, dropped=80
        )
        self.source.refresh_from_db()
        self.assertEqual(self.sweep(), ["budget"])
        self.assertEqual(self.source.told_at, base.NOW)
        self.assertIn("80 of 100 posts", SourceAlarm.objects.get().words)
        Source.objects.update(monthly_posts=10_000)
        self.assertEqual(self.sweep(), [])


class ManagersTests(TestCase):
    def test_only_who_manages_sources_there_and_has_an_address(self) -> None:
        here, there = base.facility(), base.facility("Northfield North", "north")
        for name, role, place in (
            ("ada", Role.ADMIN, None),
            ("hana", Role.ADMIN, here),
            ("nils", Role.ADMIN, there),
            ("pete", Role.RESPONDER, None),
        ):
            person = base.person(name, role, place)
            person.email = f"{name}@northfield.example"
            person.save()
        base.person("mute", Role.ADMIN)
        self.assertEqual([each.username for each in sourcealarms.managers(here.pk)], ["ada", "hana"])
        self.assertEqual([each.username for each in sourcealarms.managers(None)], ["ada"])
