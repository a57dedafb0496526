from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from alerts import cases, paging
from alerts.models import Case, Notification, Reply, SafetyLines, SafetyStep, SafetyTextVersion
from tests.alerts.safety.base import BODY, CRISIS, approved_text, duty, urgent
from tests.base import FakeSource, cora, mallory, priya, registered
from tests.dashboard.cases.test_pages import Desk


class SafetyDesk(Desk):
    approver: User
    version: SafetyTextVersion

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.approver = priya()
        cls.version = approved_text(cls.approver)

    def setUp(self) -> None:
        super().setUp()
        self.network = FakeSource()
        fake = registered(self.network)
        fake.__enter__()
        self.addCleanup(fake.__exit__, None, None, None)

    def fresh(self, lane: str = "emergency", **fields: Any) -> Case:
        case = urgent(lane, **fields)
        Case.objects.filter(pk=case.pk).update(opened_at=timezone.now())
        case.refresh_from_db()
        return case

    def opened(self, case: Case) -> str:
        return self.get(reverse("case-detail", args=[case.pk]))

    def press(self, route: str, case: Case, **said: str) -> int:
        return self.client.post(reverse(route, args=[case.pk]), said).status_code

    def seen(self) -> dict[str, str]:
        return {"version": str(self.version.pk), "seen": self.version.body_hash}


class StatedTests(SafetyDesk):
    def test_the_card_shows_the_exact_text_and_one_form_that_sends_it(self) -> None:
        case = self.fresh()
        page = self.opened(case)
        self.assertIn(BODY, page)
        self.assertIn(f'value="{self.version.body_hash}"', page)
        self.assertEqual(self.press("case-state", case, **self.seen()), 302)
        self.assertEqual(Reply.objects.get().text, BODY)

    def test_the_key_that_sends_acts_in_the_card_alone(self) -> None:
        # keys.js presses what stands in a focused item, and never what stands in another.
        page = self.opened(self.fresh())
        form = page[page.index(f'id="stated-{self.version.pk}"') :]
        form = form[: form.index("</form>")]
        self.assertIn('data-item tabindex="0"', form)
        self.assertIn("data-submit", form)

    def test_the_clock_runs_from_the_first_look_of_who_may_act(self) -> None:
        case = self.fresh()
        self.client.force_login(cora())
        self.opened(case)
        self.assertFalse(SafetyStep.objects.exists())
        self.client.force_login(self.pete)
        self.opened(case)
        self.opened(case)
        self.assertEqual(SafetyStep.objects.get(key="seen").by, self.pete)
        self.assertEqual(case.events.filter(kind="seen").count(), 1)

    def test_an_ordinary_case_has_no_card_and_no_clock(self) -> None:
        page = self.opened(self.fresh("complaint"))
        self.assertNotIn('id="urgent"', page)
        self.assertFalse(SafetyStep.objects.exists())

    def test_where_the_network_takes_no_answer_it_is_copied(self) -> None:
        self.network.reply_way = "none"
        case = self.fresh()
        page = self.opened(case)
        self.assertIn("Copy and open the post", page)
        self.assertNotIn("Send this text now", page)
        self.assertEqual(self.press("case-by-hand", case, **self.seen()), 302)
        self.assertIn("The approved text is public", self.opened(case))

    def test_without_an_approved_text_it_names_the_line_of_the_place(self) -> None:
        SafetyLines.objects.create(emergency="112", crisis="116 123")
        page = self.opened(self.fresh())
        self.assertIn("No approved text for this place", page)
        self.assertIn("112", page)

    def test_whoever_approved_it_is_told_and_a_wild_form_is_refused(self) -> None:
        case = self.fresh()
        for said in ({}, {"version": "1" * 30, "seen": "x"}, {**self.seen(), "seen": "0"}):
            self.assertEqual(self.press("case-state", case, **said), 409)
        self.client.force_login(self.approver)
        self.assertIn("another person sends it", self.opened(case))
        self.assertEqual(self.press("case-state", case, **self.seen()), 409)

    def test_mallory_is_turned_away(self) -> None:
        case = self.fresh()
        self.client.force_login(mallory())
        for route in (
            "case-state",
            "case-by-hand",
            "case-acknowledge",
            "case-risk",
            "case-step",
            "case-advance",
        ):
            with self.subTest(route):
                self.assertEqual(self.press(route, case), 403)


class ProtocolTests(SafetyDesk):
    def test_choice_steps_and_after_care_stand_on_the_card(self) -> None:
        approved_text(self.approver, kind="self_harm", body=CRISIS)
        SafetyLines.objects.create(police="555-0174", support="555-0175")
        case = self.fresh("self_harm")
        page = self.opened(case)
        for said in ("Is there a plan?", "High", "Medium", "Low", "555-0175", CRISIS):
            self.assertIn(said, page)
        self.assertNotIn("telephones the police", page)
        self.assertEqual(self.press("case-risk", case, risk="high"), 302)
        self.assertIn("555-0174", self.opened(case))

    def test_the_police_step_needs_its_reason(self) -> None:
        case = self.fresh("self_harm")
        self.press("case-risk", case, risk="high")
        self.assertEqual(self.press("case-step", case, step="police"), 409)
        self.assertEqual(self.press("case-step", case, step="police", reason="Names a roof, tonight."), 302)
        self.assertIn("Names a roof, tonight.", self.opened(case))

    def test_it_is_not_closed_before_the_choice(self) -> None:
        case = self.fresh("self_harm")
        self.assertEqual(self.press("case-close", case, outcome="phone", note="Done."), 409)

    def test_the_report_leads_to_the_networks_own_form(self) -> None:
        case = self.fresh("self_harm", network="x")
        self.press("case-risk", case, risk="low")
        self.assertIn("https://help.x.com/forms/suicide", self.opened(case))


class BuildingTests(SafetyDesk):
    def test_each_state_is_one_press(self) -> None:
        case = self.fresh("in_building")
        for to in ("paged", "on_the_way", "spoken", "thanked"):
            self.assertIn(f'value="{to}"', self.opened(case))
            self.assertEqual(self.press("case-advance", case, to=to), 302)
        self.assertNotIn(
            'name="to" value=', self.opened(case).split('id="building"')[1].split("</section>")[0]
        )

    def test_what_is_left_of_the_fifteen_minutes_is_said(self) -> None:
        case = self.fresh("in_building")
        self.assertIn("14m left", self.opened(case))
        Case.objects.update(opened_at=timezone.now() - timedelta(minutes=17, seconds=30))
        self.assertIn("late 2m", self.opened(case))


class BellTests(SafetyDesk):
    def setUp(self) -> None:
        super().setUp()
        duty(self.pete, ends_at=timezone.now() + timedelta(hours=1))
        self.case = self.fresh()
        paging.sweep(timezone.now())

    def bell(self, said: str = "", open_id: str = "") -> tuple[int, str]:
        answer = self.client.get(reverse("case-bell"), {"as": said, "open": open_id})
        return answer.status_code, answer.content.decode()

    def digest(self, page: str) -> str:
        return page.split("&amp;as=")[1].split('"')[0]

    def test_two_presses_open_it_and_say_i_have_it(self) -> None:
        self.assertIn('data-key="i"', self.bell()[1])
        page = self.opened(self.case)
        strip = page.split('id="page-strip"')[1].split("</div>")[0]
        self.assertIn('data-key="i"', strip)
        self.assertNotIn('data-key="i"', page.split('id="bell"')[1].split("</aside>")[0])
        self.assertEqual(self.press("case-acknowledge", self.case), 302)
        self.case.refresh_from_db()
        self.assertEqual(self.case.owner, self.pete)

    def test_it_answers_only_when_it_has_changed_and_then_says_who_has_it(self) -> None:
        _, page = self.bell()
        status, _ = self.bell(self.digest(page))
        self.assertEqual(status, 204)
        paging.acknowledge(self.case, by=self.pete, at=timezone.now())
        answer = self.client.get(reverse("case-bell"), {"as": self.digest(page)})
        self.assertEqual(answer.headers["HX-Trigger"], "cases-changed")
        self.assertIn("pete has it", answer.content.decode())

    def test_it_tells_that_nobody_answers(self) -> None:
        Notification.objects.update(state="nobody", person=None, name="")
        self.assertIn("Nobody answers", self.bell()[1])

    def test_a_wild_question_is_answered(self) -> None:
        for open_id in ("x", "9" * 40, "-1"):
            self.assertEqual(self.bell("?", open_id)[0], 200)

    def test_a_page_of_a_closed_case_rings_no_more(self) -> None:
        cases.close(self.case, outcome="phone", note="Done.", by=self.pete, at=timezone.now())
        self.assertNotIn("Emergency", self.bell()[1])
