"""What colleagues do with a case between them: give it, put it off, note, mute, leave it lying."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import TestCase

from alerts import assigning, cases, defaults, idle, muting, notes, outbox, snoozing, tasks, triage
from alerts.models import Case, CaseEvent, Queue, Reply
from alerts.refusals import Refused
from hospital import absences, teams
from hospital.models import Absence, Role
from listening.models import Story
from tests.alerts.desk import approved, drafted, open_case, sending, submitted
from tests.base import NOW, FakeSource, ada, carla, mallory, mention, person, pete, priya, registered

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Hands(TestCase):
    pete: User
    carla: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete, cls.carla = pete(), carla()

    def setUp(self) -> None:
        fake = registered(FakeSource())
        fake.__enter__()
        self.addCleanup(fake.__exit__, None, None, None)

    def away(self, who: User, deputy: User | None = None) -> None:
        absences.leave(who, from_at=NOW, until_at=NOW + DAY, deputy=deputy, by=who, at=NOW)

    def last(self, case: Case) -> CaseEvent:
        return case.events.order_by("-id")[0]

    def refused(self, verb: Any, *args: Any, **fields: Any) -> str:
        with pytest.raises(Refused) as refusal:
            verb(*args, **fields)
        return str(refusal.value)


class AssignTests(Hands):
    def give(self, case: Case, to: User) -> Case:
        assigning.to_person(case, person=to, by=self.pete, at=NOW)
        case.refresh_from_db()
        return case

    def test_a_person_gets_it(self) -> None:
        case = self.give(open_case(), self.carla)
        self.assertEqual((case.owner, case.state, case.claimed_at), (self.carla, "claimed", NOW))
        self.assertEqual(self.last(case).detail, {"to": "carla"})

    def test_a_draft_goes_with_it(self) -> None:
        case = open_case()
        drafted(case, self.pete)
        self.assertEqual(self.give(case, self.carla).state, "drafting")
        self.assertEqual(case.replies.count(), 1)

    def test_whoever_is_away_is_passed_over_for_the_deputy(self) -> None:
        self.away(self.carla, deputy=priya())
        case = self.give(open_case(), self.carla)
        self.assertEqual(case.owner, priya())
        self.assertEqual(self.last(case).detail["instead_of"], "carla")

    def test_with_nobody_there_it_goes_back_to_its_queue(self) -> None:
        self.away(self.carla)
        case = open_case()
        cases.claim(case, by=self.pete, at=NOW)
        case = self.give(case, self.carla)
        self.assertEqual((case.owner, case.state), (None, "new"))
        self.assertEqual(self.last(case).detail["back"], "Complaints")

    def test_deputies_who_are_away_or_go_in_circles_are_nobody(self) -> None:
        self.away(self.carla, deputy=priya())
        self.away(priya(), deputy=self.carla)
        self.assertIsNone(self.give(open_case(), self.carla).owner)

    def test_whoever_is_away_gets_no_more_of_their_story_either(self) -> None:
        story = Story.objects.create(first_seen_at=NOW, last_seen_at=NOW, count=2)
        cases.claim(open_case(story=story), by=self.carla, at=NOW)
        self.assertEqual(open_case(story=story).owner, self.carla)
        self.away(self.carla)
        self.assertIsNone(open_case(story=story).owner)

    def test_an_absence_that_is_over_counts_no_more(self) -> None:
        self.away(self.carla)
        Absence.objects.update(from_at=NOW - DAY, until_at=NOW)
        self.assertEqual(self.give(open_case(), self.carla).owner, self.carla)

    def test_whoever_does_not_work_on_cases_gets_none(self) -> None:
        for who in (ada(), mallory()):
            self.assertIn("cannot work on cases", self.refused(self.give, open_case(), who))

    def test_a_team_gets_it_and_nobody_of_it_yet(self) -> None:
        team = teams.make("Evening", facility=None, members=[self.carla], by=ada(), at=NOW)
        case = open_case()
        drafted(case, self.pete)
        assigning.to_team(case, team=team, by=self.pete, at=NOW)
        case.refresh_from_db()
        self.assertEqual((case.team, case.owner, case.state), (team, None, "new"))

    def test_not_while_a_reply_is_under_way(self) -> None:
        case = open_case()
        submitted(case, self.pete)
        self.assertIn("waits for approval", self.refused(self.give, case, self.carla))

    def test_an_absence_has_an_end_and_another_deputy(self) -> None:
        for until, deputy in ((NOW, None), (NOW + DAY, self.pete)):
            with pytest.raises(absences.Mistaken):
                absences.leave(self.pete, from_at=NOW, until_at=until, deputy=deputy, by=self.pete, at=NOW)


class SnoozeTests(Hands):
    def test_it_is_away_until_then_and_back_by_itself(self) -> None:
        case = open_case()
        snoozing.snooze(case, until=NOW + HOUR, by=self.pete, at=NOW)
        self.assertFalse(Case.objects.awake(NOW + HOUR - timedelta(seconds=1)).exists())
        self.assertTrue(Case.objects.awake(NOW + HOUR).exists())

    def test_never_what_speaks_of_danger(self) -> None:
        for lane in ("emergency", "self_harm", "threat", "safety_event", "abuse", "privacy_incident"):
            said = self.refused(snoozing.snooze, open_case(lane=lane), until=NOW + HOUR, by=self.pete, at=NOW)
            self.assertIn("somebody's safety", said, lane)

    def test_not_for_ever_nor_into_the_past_nor_anothers(self) -> None:
        case = open_case()
        for until in (NOW, NOW + timedelta(days=8)):
            self.refused(snoozing.snooze, case, until=until, by=self.pete, at=NOW)
        cases.claim(case, by=self.carla, at=NOW)
        said = self.refused(snoozing.snooze, case, until=NOW + HOUR, by=self.pete, at=NOW)
        self.assertEqual(said, "carla has this case.")

    def test_a_post_that_grows_dangerous_wakes_it(self) -> None:
        case = open_case()
        snoozing.snooze(case, until=NOW + HOUR, by=self.pete, at=NOW)
        case.mention.lane, case.mention.processed_at = "emergency", None
        case.mention.save()
        triage.route(case.mention_id, NOW)
        case.refresh_from_db()
        self.assertEqual((case.snoozed_until, case.queue.slug), (None, "emergency"))


class MuteTests(Hands):
    def setUp(self) -> None:
        super().setUp()
        self.story = Story.objects.create(first_seen_at=NOW, last_seen_at=NOW, count=2)
        self.case = open_case(story=self.story)

    def mute(self) -> None:
        muting.mute(self.case, lasts=DAY, by=self.pete, at=NOW)

    def later(self, at: Any = NOW + HOUR, **fields: Any) -> Case:
        values = {"lane": "complaint", "sentiment": "negative", "severity": 45, "story": self.story}
        case = triage.route(mention(**{**values, **fields}).pk, at)
        assert case is not None
        return case

    def test_what_is_said_later_is_closed_as_it_comes_and_says_why(self) -> None:
        self.mute()
        case = self.later()
        self.assertEqual((case.state, case.outcome), ("closed", "none"))
        self.assertEqual(case.outcome_note, "Muted story, by pete")
        self.assertEqual(list(case.events.values_list("kind", flat=True)), ["opened", "closed"])

    def test_it_ends_by_itself(self) -> None:
        self.mute()
        self.assertEqual(self.later(NOW + DAY).state, "new")

    def test_danger_is_heard_all_the_same(self) -> None:
        self.mute()
        for fields in ({"lane": "emergency"}, {"lane": "self_harm"}, {"level": "P0"}, {"level": "P1"}):
            self.assertEqual(self.later(**fields).state, "new", fields)

    def test_another_story_is_heard(self) -> None:
        self.mute()
        other = Story.objects.create(first_seen_at=NOW, last_seen_at=NOW, count=1)
        self.assertEqual(self.later(story=other).state, "new")

    def test_to_end_it_opens_again_what_nobody_touched(self) -> None:
        self.mute()
        first, touched = self.later(), self.later()
        cases.reopen(touched, by=self.carla, at=NOW + HOUR)
        cases.close(touched, outcome="phone", note="", by=self.carla, at=NOW + HOUR)
        self.assertEqual(muting.unmute(self.case, by=self.pete, at=NOW + 2 * HOUR), 1)
        first.refresh_from_db()
        touched.refresh_from_db()
        self.assertEqual((first.state, touched.state), ("new", "closed"))

    def test_a_story_of_danger_or_none_at_all_is_not_muted(self) -> None:
        self.refused(muting.mute, self.later(lane="self_harm"), lasts=DAY, by=self.pete, at=NOW)
        self.refused(muting.mute, self.later(story=None), lasts=DAY, by=self.pete, at=NOW)


class NoteTests(Hands):
    def test_it_is_a_line_of_the_story(self) -> None:
        case = open_case()
        notes.add(case, text=" Rang the ward twice. ", by=self.pete, at=NOW)
        self.assertEqual(self.last(case).detail, {"text": "Rang the ward twice."})

    def test_nothing_that_ties_a_post_to_a_record(self) -> None:
        for text in ("MRN 4482913, ward 4", "DOB 04/12/1961", "SSN 512-44-9083", "born 12 April 1961"):
            self.assertIn("tied to a patient's record", notes.objection(text), text)

    def test_an_ordinary_note_passes(self) -> None:
        for text in ("Asked the ED lead at 14:30, she calls back.", "Third post about parking since Monday."):
            self.assertEqual(notes.objection(text), "", text)

    def test_nor_none_nor_a_novel(self) -> None:
        self.assertEqual((notes.objection(" "), notes.objection("a " * 900)), (notes.EMPTY, notes.TOO_LONG))


class IdleTests(Hands):
    LATER = NOW + 4 * HOUR

    def release(self, now: Any = LATER) -> list[int]:
        return idle.release(now, after=4 * HOUR)

    def test_what_lay_untouched_goes_back_and_keeps_its_draft(self) -> None:
        claimed, written = open_case(), open_case()
        cases.claim(claimed, by=self.pete, at=NOW)
        reply = drafted(written, self.pete)
        Reply.objects.filter(pk=reply.pk).update(updated_at=NOW)
        self.assertEqual(self.release(), [claimed.pk, written.pk])
        written.refresh_from_db()
        self.assertEqual((written.owner, written.state, written.replies.count()), (None, "new", 1))
        self.assertEqual((self.last(written).kind, self.last(written).actor), ("released", None))

    def test_what_was_touched_since_stays(self) -> None:
        early, noted, typed = open_case(), open_case(), open_case()
        for case in (early, noted):
            cases.claim(case, by=self.pete, at=NOW)
        notes.add(noted, text="Waiting for a call.", by=self.carla, at=NOW + HOUR)
        drafted(typed, self.pete)  # its text is kept with the time of the clock, which is later
        self.assertEqual(self.release(self.LATER - timedelta(seconds=1)), [])
        self.assertEqual(self.release(), [early.pk])

    def test_never_while_a_reply_is_on_its_way(self) -> None:
        submitted(open_case(), self.pete)
        approved(open_case(), self.pete, priya())
        sending(open_case(), self.pete, priya())
        unknown = sending(open_case(), self.pete, priya())
        outbox.settle_unknown(unknown, "No answer came.", NOW)
        self.assertIn("unknown", Reply.objects.values_list("state", flat=True))
        Reply.objects.update(updated_at=NOW)
        self.assertEqual(self.release(NOW + DAY), [])
        Case.objects.update(state="drafting")
        self.assertEqual(self.release(NOW + DAY), [], "the reply alone decides")

    def test_one_that_sleeps_is_left_to_its_owner(self) -> None:
        case = open_case()
        cases.claim(case, by=self.pete, at=NOW)
        snoozing.snooze(case, until=NOW + DAY, by=self.pete, at=NOW)
        self.assertEqual(self.release(), [])
        self.assertEqual(self.release(NOW + DAY + 5 * HOUR), [case.pk])

    def test_beat_asks_and_a_hospital_may_say_never(self) -> None:
        case = open_case()
        cases.claim(case, by=self.pete, at=NOW)
        with self.settings(MURMUR_RELEASE_AFTER=timedelta(0)):
            tasks.release_idle()
        self.assertEqual(Case.objects.get().owner, self.pete)
        tasks.release_idle()
        self.assertIsNone(Case.objects.get().owner)

    def test_a_queue_stays_its_queue(self) -> None:
        case = open_case()
        cases.claim(case, by=self.pete, at=NOW)
        self.release()
        self.assertEqual(Case.objects.get().queue, Queue.objects.get(slug="complaints"))


class StandInTests(TestCase):
    def test_of_a_chain_the_first_who_is_there(self) -> None:
        people = [person(f"p{n}", Role.RESPONDER) for n in range(8)]
        chain = {a.pk: Absence(user=a, deputy=b) for a, b in pairwise(people)}
        three = {one.pk: chain[one.pk] for one in people[:3]}
        self.assertEqual(absences.stand_in(people[0], three, fits=lambda _: True), people[3])
        self.assertIsNone(absences.stand_in(people[0], chain, fits=lambda _: True))
        self.assertIsNone(absences.stand_in(people[0], three, fits=lambda _: False))
