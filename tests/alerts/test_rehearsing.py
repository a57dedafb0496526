from typing import Any

from django.test import TestCase

from alerts import defaults, rehearsing, rulesets
from alerts.models import Case
from alerts.rehearsing import Rehearsal
from tests.base import facility, mention

ALL = "rules:\n- name: All\n  queue: praise\n"


class RehearseTests(TestCase):
    def setUp(self) -> None:
        defaults.ensure()

    def rehearse(self, body: str = ALL, **fields: Any) -> Rehearsal:
        draft = rulesets.conditions(rulesets.checked(body))
        return rehearsing.rehearse(draft, facility_ids=fields.pop("facility_ids", None), **fields)

    def test_it_says_what_would_move_and_writes_nothing(self) -> None:
        complaint, _ = mention("rude", lane="complaint"), mention("hello", lane="other")
        mention("thanks", lane="praise")
        told = self.rehearse()
        self.assertEqual((told.tried, told.moved, told.opened, told.opened_now), (3, 2, 3, 2))
        self.assertEqual(told.moves[("Complaints", "Praise")], 1)
        self.assertEqual(told.moves[("No case", "Praise")], 1)
        self.assertEqual((told.fired["All"], told.fired_now["Complaints"]), (3, 1))
        shown = next(each for each in told.samples if each.mention_id == complaint.pk)
        self.assertEqual((shown.after, shown.why), ("Praise", "Rule “All”: takes everything"))
        self.assertFalse(Case.objects.exists())

    def test_safety_stands_aside(self) -> None:
        mention("help", lane="emergency", level="P0")
        told = self.rehearse()
        self.assertEqual((told.for_safety, told.moved, told.fired["All"]), (1, 0, 0))

    def test_voices_of_staff_and_what_is_out_of_reach_are_not_tried(self) -> None:
        mention("we are short", lane="staff_voice")
        mention("here", facility=facility())
        mention("nowhere")
        self.assertEqual(self.rehearse().tried, 2)
        self.assertEqual(self.rehearse(facility_ids=frozenset({facility().pk})).tried, 1)

    def test_the_posts_behind_one_move_can_be_asked_for(self) -> None:
        mention("rude", lane="complaint")
        mention("hello", lane="other")
        told = self.rehearse(shown=("Complaints", "Praise"))
        self.assertEqual([each.before for each in told.samples], ["Complaints"])
        self.assertEqual(told.moved, 2)

    def test_it_says_when_there_was_time_for_no_more(self) -> None:
        for _ in range(3):
            mention("hello")
        ticks = iter([0.0, 9.0])
        told = self.rehearse(timer=lambda: next(ticks))
        self.assertEqual((told.tried, told.wanted, told.is_cut), (1, 3, True))
