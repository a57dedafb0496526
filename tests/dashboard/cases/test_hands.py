"""The doors between colleagues, many at once, and where an action leads to."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.test import SimpleTestCase, TestCase
from django.urls import reverse
from django.utils import timezone

from alerts import bulk, cases, defaults, muting
from alerts.models import BulkMove, Case, CaseEvent
from dashboard.cases.tools import read_time, snooze_times
from hospital import absences, teams
from hospital.models import Habits
from listening.models import Story
from tests.alerts.desk import drafted, open_case, submitted
from tests.base import NOW, FakeSource, ada, carla, facility, mallory, pete, priya, registered


class Desk(TestCase):
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
        self.client.force_login(self.pete)

    def post(self, route: str, *args: object, **values: Any) -> str:
        answer = self.client.post(reverse(route, args=args), values, follow=True)
        self.status = answer.status_code
        self.at = answer.redirect_chain[-1][0] if answer.redirect_chain else ""
        return answer.content.decode()

    def page(self, case: Case) -> str:
        return self.client.get(reverse("case-detail", args=[case.pk])).content.decode()


class HandsTests(Desk):
    def test_the_picker_offers_people_who_work_here_and_teams(self) -> None:
        place, elsewhere = facility(), facility("Northfield North Hospital", "north")
        pete(place)
        teams.make("Evening desk", facility=place, members=[], by=ada(), at=NOW)
        teams.make("North desk", facility=elsewhere, members=[], by=ada(), at=NOW)
        page = self.page(open_case(facility=place)).partition('id="assign-to"')[2].partition("</select>")[0]
        self.assertIn("Evening desk", page)
        self.assertIn(f'<option value="person-{self.carla.pk}">carla</option>', page)
        for other in ("North desk", ">mallory<", ">ada<"):
            self.assertNotIn(other, page)

    def test_given_to_whoever_is_away_the_page_says_who_has_it_instead(self) -> None:
        now = timezone.now()
        absences.leave(
            self.carla,
            from_at=now,
            until_at=now + timedelta(days=1),
            deputy=priya(),
            by=self.carla,
            at=now,
        )
        case = open_case()
        page = self.post("case-assign", case.pk, to=f"person-{self.carla.pk}")
        self.assertIn("priya stands in.", page)
        self.assertIn("(away)", page)
        self.assertEqual(Case.objects.get().owner, priya())

    def test_a_team_finds_it_under_mine(self) -> None:
        team = teams.make("Evening desk", facility=None, members=[self.pete], by=ada(), at=NOW)
        case = open_case()
        self.post("case-assign", case.pk, to=f"team-{team.pk}")
        mine = self.client.get(reverse("case-list"), {"queue": "mine"}).content.decode()
        self.assertIn(f'id="row-{case.pk}"', mine)

    def test_nobody_in_particular_is_refused_in_words(self) -> None:
        for to in ("", "person-0", "team-99", "person-x", "queue-1", "person-" + "9" * 30):
            self.assertIn("Choose who should have it.", self.post("case-assign", open_case().pk, to=to))
            self.assertEqual(self.status, 409)

    def test_a_refused_note_is_not_lost(self) -> None:
        page = self.post("case-note", open_case().pk, words="MRN 4482913 called")
        self.assertIn("Leave out the record number", page)
        self.assertIn(">MRN 4482913 called</textarea>", page)
        self.assertFalse(CaseEvent.objects.filter(kind="noted").exists())

    def test_what_is_put_off_waits_under_snoozed_and_can_be_taken_back(self) -> None:
        case = open_case()
        self.post("case-snooze", case.pk, until="1h")
        self.assertNotIn(f'id="row-{case.pk}"', self.client.get(reverse("case-list")).content.decode())
        snoozed = self.client.get(reverse("case-list"), {"queue": "snoozed"}).content.decode()
        self.assertIn(f'id="row-{case.pk}"', snoozed)
        self.post("case-wake", case.pk)
        self.assertIn(f'id="row-{case.pk}"', self.client.get(reverse("case-list")).content.decode())

    def test_a_case_whose_time_came_is_counted_as_new(self) -> None:
        case, now = open_case(), timezone.now()
        Case.objects.filter(pk=case.pk).update(snoozed_until=now - timedelta(seconds=30))
        since = {"since": int((now - timedelta(minutes=1)).timestamp())}
        Case.objects.filter(pk=case.pk).update(snoozed_until=now + timedelta(hours=1))
        self.client.get(reverse("case-rows"), since)
        Case.objects.filter(pk=case.pk).update(snoozed_until=now - timedelta(seconds=1))
        self.assertContains(self.client.get(reverse("case-rows"), since), '<span class="num">1</span> new')

    def test_what_speaks_of_danger_offers_neither(self) -> None:
        page = self.page(open_case(lane="emergency"))
        self.assertNotIn("/snooze/", page)
        self.assertNotIn("/mute/", page)

    def test_a_story_is_muted_and_heard_again(self) -> None:
        story = Story.objects.create(first_seen_at=NOW, last_seen_at=NOW, count=2)
        case = open_case(story=story)
        self.assertIn("Its story is muted until", self.post("case-mute", case.pk, hours="24"))
        self.assertIsNotNone(muting.standing(story.pk, timezone.now()))
        self.assertNotIn("Its story is muted", self.post("case-unmute", case.pk))

    def test_mallory_is_turned_away(self) -> None:
        case = open_case()
        self.client.force_login(mallory())
        for route in ("case-assign", "case-note", "case-snooze", "case-wake", "case-mute", "case-unmute"):
            self.post(route, case.pk)
            self.assertEqual(self.status, 403)


class NextTests(Desk):
    def setUp(self) -> None:
        super().setUp()
        self.cases = [open_case(severity=90 - number) for number in range(4)]

    def close(self, case: Case, **values: Any) -> str:
        return self.post("case-close", case.pk, outcome="phone", note="Rang.", **values)

    def test_after_closing_the_next_one_opens_with_the_keyboard_at_its_row(self) -> None:
        page = self.close(self.cases[1])
        following = self.cases[2].pk
        self.assertTrue(self.at.startswith(f"/cases/{following}/"), self.at)
        self.assertRegex(page, rf'id="row-{following}"[^>]* aria-current="true" autofocus')
        self.assertEqual(page.count("autofocus>"), 2, "that row, and the heading of the page of keys")

    def test_what_another_has_or_waits_for_approval_is_passed_by(self) -> None:
        cases.claim(self.cases[1], by=self.carla, at=NOW)
        submitted(self.cases[2], self.pete)
        self.close(self.cases[0])
        self.assertTrue(self.at.startswith(f"/cases/{self.cases[3].pk}/"), self.at)

    def test_from_the_last_it_goes_on_at_the_top(self) -> None:
        self.close(self.cases[3])
        self.assertTrue(self.at.startswith(f"/cases/{self.cases[0].pk}/"), self.at)

    def test_with_nothing_left_the_list_says_so(self) -> None:
        for case in self.cases:
            page = self.close(case)
        self.assertIn("No one is waiting.", page)

    def test_whoever_prefers_it_stays(self) -> None:
        Habits.objects.create(user=self.pete, stays=True)
        self.close(self.cases[1])
        self.assertTrue(self.at.startswith(f"/cases/{self.cases[1].pk}/"), self.at)

    def test_a_refusal_stays_with_what_was_typed(self) -> None:
        page = self.post("case-close", self.cases[1].pk, outcome="none", note="")
        self.assertEqual(self.status, 409)
        self.assertIn("Not done.", page)

    def test_what_left_the_queue_keeps_its_row(self) -> None:
        since = int(timezone.now().timestamp())
        asked: dict[str, Any] = {"queue": "complaints", "since": since}
        self.client.get(reverse("case-rows"), asked)
        self.post("case-move", self.cases[0].pk, to="billing", **asked)
        page = self.client.get(reverse("case-rows"), asked).content.decode()
        self.assertIn("No longer here: now in Billing.", page)
        order = [page.index(f'id="row-{case.pk}"') for case in self.cases]
        self.assertEqual(order, sorted(order))

    def test_a_list_kept_by_another_shows_nothing_out_of_reach(self) -> None:
        asked = {"since": int(timezone.now().timestamp())}
        self.client.get(reverse("case-rows"), asked)
        self.pete.memberships.update(facility=facility())
        page = self.client.get(reverse("case-rows"), asked).content.decode()
        self.assertNotIn('id="row-', page)


class BulkTests(Desk):
    def setUp(self) -> None:
        super().setUp()
        self.cases = [open_case() for _ in range(3)]
        self.ids = [case.pk for case in self.cases]

    def test_it_says_what_was_done_and_what_was_not_and_offers_to_undo(self) -> None:
        cases.claim(self.cases[0], by=self.carla, at=NOW)
        page = self.post("case-bulk", case=self.ids, do="claim")
        self.assertIn("2</b> claimed.", page)
        self.assertIn("carla was first and has this case.", page)
        self.assertIn('data-key="z"', page)
        page = self.post("bulk-undo", BulkMove.objects.get().pk)
        self.assertIn("2</b> put back as before.", page)

    def test_each_way_of_the_bar(self) -> None:
        for values in (
            {"do": "assign", "to": f"person-{self.carla.pk}"},
            {"do": "assign", "to": f"person-{self.pete.pk}"},
            {"do": "move", "queue_to": "billing"},
            {"severity": "2"},
            {"do": "snooze", "until": "1h"},
            {"do": "close", "reason": "One storm."},
        ):
            self.assertIn("3</b> ", self.post("case-bulk", case=self.ids, **values), values)

    def test_no_public_word_goes_to_many(self) -> None:
        drafted(self.cases[0], self.pete)
        for do in ("reply", "submit", "approve", "send", "publish", ""):
            page = self.post("case-bulk", case=self.ids, do=do, text="Sorry!")
            self.assertIn("Nothing public is ever said to many at once.", page)
        self.assertFalse(BulkMove.objects.exists())

    def test_too_many_or_none_is_said(self) -> None:
        many = list(range(1, bulk.LIMIT + 2))
        self.assertIn("Take 500 at most", self.post("case-bulk", case=many, do="claim"))
        self.assertIn("Select some cases first.", self.post("case-bulk", do="claim"))
        self.assertIn("Select some cases first.", self.post("case-bulk", case=["x", "9" * 30], do="claim"))

    def test_what_is_out_of_reach_or_staff_voice_is_left_alone(self) -> None:
        north = open_case(facility=facility("Northfield North Hospital", "north"))
        voice = open_case(lane="staff_voice", text="I work here.")
        here = facility()
        self.pete.memberships.update(facility=here)
        mine = open_case(facility=here)
        self.post("case-bulk", case=[north.pk, voice.pk, mine.pk], do="claim")
        self.assertEqual(list(Case.objects.filter(owner=self.pete)), [mine])

    def test_the_undo_of_somebody_else_is_not_there(self) -> None:
        self.post("case-bulk", case=self.ids, do="claim")
        self.client.force_login(self.carla)
        self.post("bulk-undo", BulkMove.objects.get().pk)
        self.assertEqual(self.status, 404)


class TimeTests(SimpleTestCase):
    def test_what_is_offered(self) -> None:
        monday, friday, sunday = (datetime(2026, 3, day, 14) for day in (2, 6, 8))
        words = [[said for _, said in snooze_times(day)] for day in (monday, friday, sunday)]
        self.assertEqual(words[0][2:], ["Tomorrow at 9:00", "On Monday at 9:00"])
        self.assertEqual(words[1][2:], ["Tomorrow at 9:00", "On Monday at 9:00"])
        self.assertEqual(words[2][2:], ["Tomorrow at 9:00"])

    def test_what_is_read(self) -> None:
        self.assertEqual(read_time("3h", NOW), NOW + timedelta(hours=3))
        morning = read_time("2026-03-03", NOW)
        assert morning is not None
        self.assertEqual((morning.hour, morning.day), (9, 3))
        self.assertIsNotNone(read_time("2026-03-03T15:30", NOW))
        for text in ("", "h", "99999h", "soon", "2026-13-01", "\x00"):
            self.assertIsNone(read_time(text, NOW), text)
