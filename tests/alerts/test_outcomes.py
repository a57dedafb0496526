from datetime import timedelta

import pytest
from django.test import TestCase

from alerts import cases, defaults, outcomes
from alerts.models import CaseEvent
from alerts.outcomes import Closing, Contact
from alerts.refusals import Refused
from tests.alerts.desk import open_case
from tests.base import NOW, pete

EARLIER = NOW - timedelta(hours=3)


@pytest.mark.parametrize(
    ("outcome", "contact", "said"),
    [
        ("phone", Contact("Pete", EARLIER), ""),
        ("in_person", Contact("Pete", NOW + timedelta(minutes=4)), ""),
        ("phone", Contact(" ", EARLIER), outcomes.WHO),
        ("in_person", Contact("Pete", None), outcomes.WHEN),
        ("phone", Contact("Pete", NOW + timedelta(hours=1)), outcomes.NOT_YET),
        ("online", Contact("", None), ""),
        ("relations", Contact("", None), ""),
        ("none", Contact("", None), ""),
    ],
)
def test_who_and_when_are_asked_where_somebody_was_spoken_to(
    outcome: str, contact: Contact, said: str
) -> None:
    assert outcomes.objection(outcome, contact, NOW) == said


@pytest.mark.parametrize(
    ("outcome", "lane", "counts"),
    [
        ("phone", "complaint", True),
        ("phone", "praise", True),
        ("in_person", "access_wait", True),
        ("relations", "billing", True),
        ("online", "question", True),
        ("online", "praise", False),
        ("none", "complaint", False),
        ("theme", "staff_voice", False),
        ("privacy", "staff_voice", False),
    ],
)
def test_who_counts_as_helped(outcome: str, lane: str, counts: bool) -> None:
    assert bool(outcomes.helped([Closing(1, outcome, lane, 7)])) is counts


def test_a_person_with_several_cases_is_one() -> None:
    same = [Closing(1, "none", "complaint", 7), Closing(2, "phone", "complaint", 7)]
    closings = [*same, Closing(3, "online", "complaint", 7), Closing(4, "phone", "complaint", 8)]
    assert [each.case_id for each in outcomes.helped(closings)] == [2, 4]


def test_whoever_has_no_name_here_is_one_for_each_case() -> None:
    assert len(outcomes.helped([Closing(n, "phone", "complaint", None) for n in (1, 2)])) == 2


class CloseTests(TestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.case, self.pete = open_case(), pete()

    def close(self, contact: Contact | None = None, outcome: str = "phone") -> None:
        cases.close(self.case, outcome=outcome, note="", by=self.pete, at=NOW, contact=contact)
        self.case.refresh_from_db()

    def test_it_keeps_who_spoke_to_them_and_when(self) -> None:
        self.close(Contact("  Rosa  from Patient Relations ", EARLIER))
        self.assertEqual(
            (self.case.contacted_by, self.case.contacted_at), ("Rosa from Patient Relations", EARLIER)
        )
        told = CaseEvent.objects.get(kind="closed").detail
        self.assertEqual((told["who"], told["when"]), (self.case.contacted_by, EARLIER.isoformat()))

    def test_it_is_whoever_closes_it_unless_said_otherwise(self) -> None:
        self.close()
        self.assertEqual((self.case.contacted_by, self.case.contacted_at), ("pete", NOW))

    def test_a_blank_name_is_refused(self) -> None:
        with self.assertRaisesMessage(Refused, outcomes.WHO):
            self.close(Contact("", NOW))
        self.case.refresh_from_db()
        self.assertEqual(self.case.state, "new")

    def test_no_outcome_but_a_conversation_keeps_a_contact(self) -> None:
        self.close(Contact("Rosa", EARLIER), outcome="relations")
        self.assertEqual((self.case.contacted_by, self.case.contacted_at), ("", None))

    def test_reopening_forgets_it(self) -> None:
        self.close()
        cases.reopen(self.case, by=self.pete, at=NOW)
        self.case.refresh_from_db()
        self.assertEqual((self.case.contacted_by, self.case.contacted_at), ("", None))
