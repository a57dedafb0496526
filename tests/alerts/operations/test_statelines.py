from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.test import TestCase
from django.utils import timezone

from alerts import defaults, gatekeeping, replies, statedoubts, statelines
from alerts.models import Case, StateLine, StateLineUse
from alerts.refusals import Refused
from alerts.statelines import Draft
from hospital.models import AuditEntry, Facility, Service, ServiceStatus
from tests.alerts.desk import fresh, open_case, submitted
from tests.alerts.operations.nouns import ago, ed_wait, north, portal, say
from tests.base import NOW, FakeSource, facility, pete, priya, registered

LINE = "Waits at our North emergency department are longer than usual; the latest is {value}."
LOCAL = timezone.localtime(ago(3)).strftime("%H:%M")


class Lines(TestCase):
    pete: User
    priya: User
    north: Facility
    wait: Service

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete, cls.priya = pete(), priya()
        cls.north = north()
        cls.wait = ed_wait(cls.north)

    def save(self, text: str = LINE, kept: StateLine | None = None, **fields: Any) -> StateLine:
        draft = Draft(**{"kind": "ed_wait", "state": "trouble", "text": text, **fields})
        return statelines.save(kept, draft, by=self.priya, at=NOW)

    def case(self, **fields: Any) -> Case:
        return open_case(**{"facility": self.north, "text": "Six hours in your ER waiting room", **fields})

    def insert(self, case: Case | None = None, minutes: float = 0) -> str:
        at = NOW + timedelta(minutes=minutes)
        return statelines.insert(case or self.case(), self.wait, by=self.pete, at=at)

    def refused(self, minutes: float = 0) -> str:
        with pytest.raises(Refused) as caught:
            self.insert(minutes=minutes)
        self.assertFalse(StateLineUse.objects.exists())
        return str(caught.value)


class InsertTests(Lines):
    def test_the_line_of_the_state_is_told_with_value_and_time(self) -> None:
        self.save()
        say(self.wait, 3, 250)
        told = LINE.replace("{value}.", f"4 h 10, as of {LOCAL}.")
        self.assertEqual(self.insert(), told)
        use = StateLineUse.objects.get()
        self.assertEqual((use.text, use.said_at, use.holds_until), (told, ago(3), ago(-12)))

    def test_a_stale_tile_is_refused(self) -> None:
        self.save()
        say(self.wait, 40, 250)
        self.assertIn("The last report of North ED wait is 40 minutes old", self.refused())

    def test_a_silent_one_and_a_state_without_a_line_are_refused(self) -> None:
        self.assertIn("have said nothing of North ED wait", self.refused())
        self.save()
        say(self.wait, 3, 60)
        self.assertIn("No line is approved for ED wait when it is fine", self.refused())

    def test_the_nearest_line_is_taken(self) -> None:
        say(self.wait, 3, 250)
        self.save("Everywhere it is {value}.")
        self.save("At Main it is {value}.", facility=facility())
        self.assertTrue(self.insert().startswith("Everywhere"))
        self.save("At North it is {value}.", facility=self.north)
        self.assertTrue(self.insert().startswith("At North"))
        self.save("En todas partes, {value}.", language="es")
        spanish = self.insert(self.case(language="es"))
        self.assertEqual(spanish, f"En todas partes, 4 h 10, a las {LOCAL}.")

    def test_what_a_feed_says_opens_no_part_to_fill_in(self) -> None:
        self.save("It is {value}.")
        say(self.wait, 3, 250, words="{phone} [call <b>me</b>]")
        self.assertEqual(self.insert(), f"It is phone call b me /b, as of {LOCAL}.")


class SaveTests(Lines):
    def wrong(self, text: str = LINE, **fields: Any) -> str:
        with pytest.raises(Refused) as caught:
            self.save(text, **fields)
        return str(caught.value)

    def test_whoever_saves_it_approves_it(self) -> None:
        line = self.save()
        self.assertEqual((line.approved_by, line.approved_at), (self.priya, NOW))
        self.save("It is {value} at {time}.", kept=line)
        actions = AuditEntry.objects.filter(subject=f"operations line {line.pk}")
        self.assertEqual(
            set(actions.values_list("action", flat=True)), {"stateline.approve", "stateline.change"}
        )

    def test_what_the_check_stops_or_leaves_open_is_no_line(self) -> None:
        self.assertIn("The check stops", self.wrong("Maria Lopez waits in room 412, {value}."))
        self.assertIn("Only {value} and {time}", self.wrong("Call [our desk] about {value}."))
        self.assertIn("may be told", self.wrong("  "))
        self.save()
        self.assertIn("approved for this already", self.wrong("Another one, {value}."))

    def test_the_whole_line_passes_the_check_of_replies(self) -> None:
        self.save()
        say(self.wait, 3, 250)
        case = self.case()
        said = gatekeeping.verdict(case.mention, f"Thank you for telling us. {self.insert(case)}")
        self.assertFalse(said.is_blocked, said)


class OfferTests(Lines):
    def offered(self, **fields: Any) -> list[str]:
        case = self.case(**fields)
        return [offer.tile.service.slug for offer in statelines.offers(case, statelines.tiles_of(case, NOW))]

    def test_what_the_post_speaks_of_comes_first_then_what_is_in_trouble(self) -> None:
        service = portal(order=1)
        say(service, 3, words="Down", is_trouble=True)
        say(self.wait, 3, 60)
        self.assertEqual(self.offered(), ["north-ed-wait", "portal"])
        self.assertEqual(self.offered(text="Nobody was kind"), ["portal"])
        self.assertEqual(self.offered(facility=facility()), ["portal"])


class DoubtTests(Lines):
    def setUp(self) -> None:
        self.save()
        say(self.wait, 3, 250)
        self.answered = self.case()
        self.text = f"Thank you for telling us. {self.insert(self.answered)}"

    def why(self, minutes: float, text: str = "") -> list[str]:
        at = NOW + timedelta(minutes=minutes)
        return [each.why for each in statedoubts.doubts(self.answered.mention, text or self.text, at)]

    def test_nothing_is_said_while_it_holds(self) -> None:
        self.assertEqual(self.why(0), [])
        self.assertEqual(self.why(60, "Thank you."), [])

    def test_an_approver_is_told_its_age(self) -> None:
        [why] = self.why(30)
        self.assertEqual(why, f"Operations said this at {LOCAL}, 33 minutes ago, and it may be no longer so.")

    def test_or_that_operations_say_otherwise_since(self) -> None:
        say(self.wait, -1, 60)
        self.assertEqual(self.why(2), ["Since then operations say otherwise of North ED wait: 1 h 00."])

    def test_it_is_approved_only_with_a_tick(self) -> None:
        with registered(FakeSource()), mock.patch("django.utils.timezone.now", return_value=NOW):
            reply = submitted(self.answered, self.pete, self.text)
        with (
            registered(FakeSource()),
            mock.patch("alerts.gatekeeping.timezone.now", return_value=NOW + timedelta(minutes=30)),
        ):
            with self.assertRaisesMessage(Refused, gatekeeping.NOT_TICKED):
                replies.approve(reply, by=self.priya, text_seen=reply.text, at=NOW)
            replies.approve(reply, by=self.priya, text_seen=reply.text, at=NOW, ticked=[statedoubts.RULE])
        self.assertEqual(fresh(reply).gate["ticked"], [statedoubts.RULE])
        self.assertTrue(ServiceStatus.objects.exists())
