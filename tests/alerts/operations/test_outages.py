from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import SimpleTestCase, TestCase

from alerts import joining, outages, paging, voices
from alerts.models import Notification, OutageAlarm
from alerts.outages import Past
from alerts.refusals import Refused
from alerts.voices import Voice
from hospital.models import AuditEntry, Service, ServiceStatus
from hospital.operations import Tile
from tests.alerts.operations.nouns import ago, author, on_duty, outage_posts, portal, post, say
from tests.base import NOW, ada, mention, pete

PORTAL = Service(kind="portal", slug="portal", name="Portal")


def voice(minutes_ago: float, author: int | None, words: str = "") -> Voice:
    return Voice(ago(minutes_ago), author, words or f"it is down {author} {minutes_ago}")


def up(minutes_ago: float = 1, *, is_trouble: bool = False) -> Tile:
    words = "Down" if is_trouble else "Up"
    status = ServiceStatus(at=ago(minutes_ago), received_at=NOW, words=words, is_trouble=is_trouble)
    return Tile(PORTAL, NOW, (status,))


class VoiceTests(SimpleTestCase):
    def test_one_author_and_one_text_are_one_voice(self) -> None:
        cases: list[tuple[list[Voice], int]] = [
            ([voice(1, 1), voice(2, 2), voice(3, 3)], 3),
            ([voice(1, 1), voice(2, 1), voice(3, 1)], 1),
            ([voice(1, 1, "down"), voice(2, 2, "down"), voice(3, 3, "down")], 1),
            ([voice(1, None, "down"), voice(2, None, "down")], 1),
            ([voice(1, None, "down"), voice(2, None, "down too")], 2),
            ([voice(3, 1, "a"), voice(2, 1, "b"), voice(1, 2, "a"), voice(1, 3, "c")], 2),
        ]
        for heard, count in cases:
            with self.subTest(count=count, of=len(heard)):
                self.assertEqual(len(voices.distinct(heard)), count)

    def test_a_repost_says_the_same_words(self) -> None:
        said = "Portal DOWN again!"
        for repost in (
            "RT @someone: portal down again",
            "portal down again https://x.example/1",
            "@you Portal, down. Again",
        ):
            with self.subTest(repost):
                self.assertEqual(voices.plain(repost), voices.plain(said))
        self.assertNotEqual(voices.plain("portal down for me"), voices.plain(said))

    def test_the_loudest_ten_minutes_count(self) -> None:
        spread = [voice(minutes, minutes) for minutes in range(0, 30, 4)]
        self.assertEqual(len(voices.loudest(spread, outages.WITHIN)), 3)
        self.assertEqual(voices.loudest([], outages.WITHIN), [])


class RaisingTests(SimpleTestCase):
    heard = [voice(minutes, minutes) for minutes in range(1, 7)]

    def raised(self, tile: Tile, needed: int = 6, **past: Any) -> int:
        return len(outages.raising(tile, self.heard, needed, Past(**past)))

    def test_enough_voices_beside_a_tile_that_is_not_red_raise_it(self) -> None:
        self.assertEqual(self.raised(up()), 6)
        self.assertEqual(self.raised(up(minutes_ago=60)), 6)
        self.assertEqual(self.raised(Tile(PORTAL, NOW, ())), 6)
        self.assertEqual(self.raised(up(is_trouble=True)), 0)
        self.assertEqual(self.raised(up(), needed=7), 0)

    def test_it_is_quiet_after_trouble_that_is_known(self) -> None:
        self.assertEqual(self.raised(up(), alarm_ended_at=ago(59)), 0)
        self.assertEqual(self.raised(up(), alarm_ended_at=ago(60)), 6)
        self.assertEqual(self.raised(up(), link_ended_at=ago(29)), 0)
        self.assertEqual(self.raised(up(), link_ended_at=ago(30)), 6)
        self.assertEqual(self.raised(up(), is_linked=True), 0)

    def test_it_ends_when_the_tile_turns_red_or_posts_stop(self) -> None:
        self.assertEqual(outages.ending(up(is_trouble=True), ago(1)), "red")
        self.assertEqual(outages.ending(up(), ago(21)), "stopped")
        self.assertEqual(outages.ending(up(), ago(19)), "")


class SweepTests(TestCase):
    def setUp(self) -> None:
        self.portal = portal()
        say(self.portal, 4, words="Up")

    def look(self, minutes: float = 0) -> None:
        joining.look(NOW + timedelta(minutes=minutes))

    def raised(self) -> OutageAlarm:
        outage_posts(6)
        self.look()
        return OutageAlarm.objects.get()

    def test_six_people_raise_it_once(self) -> None:
        outage_posts(5)
        one = author()
        for words in ("portal is down", "portal still down", "and the portal is down"):
            post(words, author=one)
        self.look()
        alarm = OutageAlarm.objects.get()
        self.assertEqual((alarm.voices, alarm.state, alarm.said), (6, "fine", "Up"))
        self.look(minutes=1)
        self.assertEqual(OutageAlarm.objects.count(), 1)

    def test_one_person_or_one_text_never_does(self) -> None:
        one = author()
        for number in range(12):
            post(f"portal down, try {number}", author=one)
            post("Portal down again: RT everybody")
        for number in range(12):
            mention(f"portal down {number}", lane="staff_voice", author=author(), published_at=ago(3))
        self.look()
        self.assertFalse(OutageAlarm.objects.exists())

    def test_a_silent_tile_says_nothing(self) -> None:
        ServiceStatus.objects.all().delete()
        self.assertEqual((self.raised().state, self.raised_said()), ("silent", ""))

    def raised_said(self) -> str:
        return OutageAlarm.objects.get().said

    def test_it_counts_on_while_it_stands(self) -> None:
        self.raised()
        post("the portal is not loading", minutes_ago=-2)
        self.look(minutes=3)
        alarm = OutageAlarm.objects.get()
        self.assertEqual((alarm.voices, alarm.last_at), (7, ago(-2)))

    def test_it_ends_when_operations_say_it_too_and_stays_quiet(self) -> None:
        self.raised()
        say(self.portal, -1, words="Down", is_trouble=True)
        self.look(minutes=2)
        self.assertEqual(OutageAlarm.objects.get().ended_as, "red")
        say(self.portal, -10, words="Up")
        outage_posts(6, minutes_ago=-11)
        self.look(minutes=12)
        self.look(minutes=20)
        self.assertEqual(OutageAlarm.objects.count(), 1)

    def test_it_ends_when_nobody_says_it_any_more(self) -> None:
        self.raised()
        self.look(minutes=16)
        self.assertEqual(OutageAlarm.objects.get().ended_as, "stopped")

    def test_its_sensor_is_set_by_service_or_switched_off(self) -> None:
        outages.set_sensor(self.portal, voices=7, is_on=True, by=ada(), at=NOW)
        outage_posts(6)
        self.look()
        self.assertFalse(OutageAlarm.objects.exists())
        outages.set_sensor(self.portal, voices=3, is_on=False, by=ada(), at=NOW)
        self.look()
        self.assertFalse(OutageAlarm.objects.exists())
        outages.set_sensor(self.portal, voices=3, is_on=True, by=ada(), at=NOW)
        self.look()
        self.assertTrue(OutageAlarm.objects.exists())
        with pytest.raises(Refused, match="Choose 3 to 50"):
            outages.set_sensor(self.portal, voices=2, is_on=True, by=ada(), at=NOW)
        self.assertEqual(AuditEntry.objects.filter(action="outage.sensor").count(), 3)


class PageTests(TestCase):
    def setUp(self) -> None:
        say(portal(), 4, words="Up")

    def raised(self) -> OutageAlarm:
        outage_posts(6)
        joining.look(NOW)
        return OutageAlarm.objects.get()

    def test_the_service_desk_is_paged_in_numbers_and_a_link(self) -> None:
        on_duty("service", pete())
        alarm = self.raised()
        [page] = alarm.notifications.all()
        self.assertEqual((page.role, page.person, page.state), ("service", pete(), "waiting"))
        paging.deliver(page.pk, NOW)
        [sent] = mail.outbox
        self.assertIn("Portal, people say otherwise than operations", sent.subject)
        self.assertIn("6 people say that the portal is down, operations say Up.", sent.body)
        self.assertIn(f"/operations/alarms/{alarm.pk}/", sent.body)
        self.assertNotIn("number 3", sent.body)

    def test_the_duty_desk_stands_in_and_else_it_stands_with_nobody(self) -> None:
        self.assertEqual(self.raised().notifications.get().state, Notification.State.NOBODY)
        on_duty("desk", pete())
        joining.look(NOW + timedelta(minutes=6))
        self.assertEqual(Notification.objects.standing().get().person, pete())

    def test_the_next_is_paged_when_nobody_answers(self) -> None:
        on_duty("service", pete(), position=0)
        on_duty("service", ada(), position=1)
        self.raised()
        joining.look(NOW + timedelta(minutes=5))
        self.assertEqual(Notification.objects.standing().get().person, ada())
        self.assertEqual(
            paging.sweep(NOW + timedelta(minutes=5)), [each.pk for each in Notification.objects.all()]
        )

    def test_whoever_has_it_ends_the_paging_once(self) -> None:
        on_duty("service", pete())
        alarm = self.raised()
        outages.acknowledge(alarm, by=pete(), at=NOW)
        joining.look(NOW + timedelta(minutes=6))
        self.assertEqual(alarm.notifications.count(), 1)
        with pytest.raises(Refused, match="answered this alarm already"):
            outages.acknowledge(alarm, by=ada(), at=NOW)
        joining.look(NOW + timedelta(minutes=30))
        with pytest.raises(Refused, match="over"):
            outages.acknowledge(alarm, by=ada(), at=NOW)
        self.assertTrue(AuditEntry.objects.filter(action="outage.acknowledge").exists())
