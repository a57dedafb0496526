from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import TestCase
from django.utils import timezone

from alerts import defaults, expired, facts, gatekeeping, replies
from alerts.facts import Draft
from alerts.models import ApprovedFact
from alerts.refusals import Refused
from hospital.models import AuditEntry
from tests.alerts.desk import fresh, open_case, submitted
from tests.base import NOW, FakeSource, facility, pete, priya, registered

TEXT = "Visiting hours are 9 a.m. to 8 p.m."
DAY = timezone.localdate(NOW)
LONG_AGO, FAR = date(2020, 1, 31), date(2199, 1, 31)


class FactTests(TestCase):
    priya: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.priya = priya()

    def save(self, text: str = TEXT, kept: ApprovedFact | None = None, **fields: Any) -> ApprovedFact:
        values: dict[str, Any] = {"topic": "Visits", "owner": "Front desk", "valid_until": FAR, **fields}
        return facts.save(kept, Draft(text, **values), by=self.priya, at=NOW)

    def refused(self, text: str = TEXT, **fields: Any) -> str:
        with pytest.raises(Refused) as caught:
            self.save(text, **fields)
        return str(caught.value)

    def over(self) -> ApprovedFact:
        fact = self.save()
        ApprovedFact.objects.update(valid_until=LONG_AGO)
        fact.refresh_from_db()
        return fact

    def test_whoever_saves_it_approves_it_and_it_is_told(self) -> None:
        fact = self.save()
        self.assertEqual((fact.approved_by, fact.approved_at), (self.priya, NOW))
        self.assertEqual(AuditEntry.objects.get(action="fact.approve").detail["text"], TEXT)

    def test_what_the_check_stops_is_no_fact(self) -> None:
        self.assertIn("The check stops", self.refused("Maria Lopez is in room 412."))
        self.assertIn("The check stops", self.refused("Ask for help at 555-0199."))
        self.assertFalse(ApprovedFact.objects.exists())

    def test_it_is_whole_and_ends_later(self) -> None:
        self.assertIn("brackets", self.refused("Open at [hour]."))
        self.assertEqual(self.refused(valid_until=DAY - timedelta(days=1)), facts.ENDED)
        self.assertIn("who keeps it true", self.refused(owner=" "))

    def test_it_holds_through_its_last_day_in_the_hospitals_zone(self) -> None:
        fact = self.save(valid_until=DAY)
        self.assertEqual(facts.ready(fact, NOW), TEXT)
        self.assertEqual(facts.for_facility(None, NOW), [fact])
        tomorrow = NOW + timedelta(days=1)
        self.assertEqual(facts.for_facility(None, tomorrow), [])
        with self.assertRaisesMessage(Refused, "This fact ended on 02 March 2026."):
            facts.ready(fact, tomorrow)

    def test_it_holds_at_its_facility_and_everywhere_if_it_names_none(self) -> None:
        here, there = facility(), facility("Northfield North Hospital", "north")
        self.save()
        self.save("Parking is free.", facility=there)
        self.assertEqual(len(facts.for_facility(here.pk, NOW)), 1)
        self.assertEqual(len(facts.for_facility(there.pk, NOW)), 2)
        self.assertEqual(len(facts.for_facility(None, NOW)), 1)

    def test_a_draft_that_tells_one_that_ended_is_doubted_and_ticked(self) -> None:
        self.over()
        draft = "Thank you for asking.\nVISITING hours are 9 a.m.  to 8 p.m., each day."
        [reason] = gatekeeping.verdict(open_case().mention, draft).reasons
        self.assertEqual((reason.rule, reason.is_block), ("expired-fact", False))
        self.assertTrue(draft[reason.start : reason.end].startswith("VISITING"))

    def test_it_is_approved_only_with_its_tick(self) -> None:
        self.over()
        with registered(FakeSource()):
            reply = submitted(open_case(), pete(), f"Thank you for asking. {TEXT}")
            with self.assertRaisesMessage(Refused, gatekeeping.NOT_TICKED):
                replies.approve(reply, by=self.priya, text_seen=reply.text, at=NOW)
            replies.approve(reply, by=self.priya, text_seen=reply.text, at=NOW, ticked=["expired-fact"])
            self.assertEqual(fresh(reply).gate["ticked"], ["expired-fact"])

    def test_approved_anew_the_same_words_hold(self) -> None:
        self.over()
        self.save()
        self.assertEqual(expired.found_in(TEXT, NOW), [])
