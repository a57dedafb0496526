import re
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from alerts import cases, defaults, weighing
from alerts.models import Case, PriorityWeights
from alerts.priority import Weights
from hospital.models import AuditEntry
from tests.alerts.desk import open_case
from tests.base import NOW, ada, facility, mallory
from tests.dashboard.cases.test_pages import Desk


class FactorsTests(Desk):
    def opened(self, case: Case) -> str:
        return self.get(reverse("case-detail", args=[case.pk]))

    def test_each_number_adds_up_to_the_score(self) -> None:
        case = open_case(lane="emergency", severity=72, text="My son fell")
        Case.objects.filter(pk=case.pk).update(opened_at=timezone.now() - timedelta(hours=5))
        page = self.opened(case)
        total = re.search(r'Priority <b class="num">(\d+)</b>', page)
        numbers = re.findall(r'<dd class="num">\+?(\d+)</dd>', page)
        assert total
        self.assertEqual([int(number) for number in numbers], [72, 40, 15, 10])
        self.assertEqual(sum(int(number) for number in numbers), int(total[1]))

    def test_the_list_says_the_same_score(self) -> None:
        case = open_case(severity=45, text="My son waited")
        Case.objects.filter(pk=case.pk).update(opened_at=timezone.now())
        self.assertIn("Priority 60: severity 45, a child is mentioned +15", self.rows())

    def test_a_person_sets_the_severity_with_a_key(self) -> None:
        case = open_case(severity=45)
        self.client.post(reverse("case-weigh", args=[case.pk]), {"severity": "1"})
        page = self.opened(case)
        self.assertIn("set by pete (read as 45)", page)
        self.assertIn('data-severity="emergency"', page)
        self.assertIn("pete set its severity to 95, emergency", page)
        self.client.post(reverse("case-weigh", args=[case.pk]), {"severity": ""})
        self.assertNotIn("set by pete", self.opened(case))

    def test_what_is_no_severity_is_refused(self) -> None:
        case = open_case()
        for value in ("5", "0", "x", "1" * 5000, "\x00"):
            answer = self.client.post(reverse("case-weigh", args=[case.pk]), {"severity": value})
            self.assertEqual(answer.status_code, 400)

    def test_a_closed_case_keeps_its_severity(self) -> None:
        case = open_case()
        cases.close(case, outcome="phone", note="", by=self.pete, at=NOW)
        answer = self.client.post(reverse("case-weigh", args=[case.pk]), {"severity": "1"})
        self.assertEqual(answer.status_code, 409)


class WeightsTests(Desk):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(ada())
        self.address = reverse("priority-edit")

    def form(self, **changes: object) -> dict[str, object]:
        page = self.client.get(self.address).context["form"]
        return {field.name: field.initial for field in page if field.name != "note"} | changes

    def test_mallory_is_turned_away(self) -> None:
        self.client.force_login(mallory())
        self.assertEqual(self.client.get(self.address).status_code, 403)

    def test_trying_shows_who_moves_and_keeps_nothing(self) -> None:
        open_case(severity=50), open_case(severity=45, text="My son waited")
        page = self.client.post(self.address, self.form(child=0)).content.decode()
        self.assertIn("2 of 2 open cases would move", page)
        self.assertFalse(PriorityWeights.objects.exists())

    def test_keeping_puts_them_in_force(self) -> None:
        case = open_case(severity=45, text="My son waited")
        answer = self.client.post(self.address, self.form(child=40, note="Flu season", keep=""))
        self.assertRedirects(answer, self.address)
        case.refresh_from_db()
        self.assertEqual(case.priority, 85)
        self.assertEqual(AuditEntry.objects.get(action="priority.save").actor, ada())
        self.assertIn("Flu season", self.client.get(self.address).content.decode())

    def test_earlier_ones_can_be_looked_at_and_kept_again(self) -> None:
        first = weighing.save(Weights.of({"child": 33}), note="", by=ada(), at=NOW)
        weighing.save(Weights(), note="", by=ada(), at=NOW)
        page = self.client.get(self.address, {"of": first.pk})
        self.assertEqual(page.context["form"]["child"].initial, 33)
        self.assertEqual(self.client.get(self.address, {"of": "shipped"}).status_code, 200)

    def test_what_is_not_there_is_not_found(self) -> None:
        for wanted in ("99", "x", "9" * 40, "-1", "\u0661"):
            self.assertEqual(self.client.get(self.address, {"of": wanted}).status_code, 404, wanted)

    def test_a_weight_out_of_bounds_is_not_kept(self) -> None:
        for wrong in ("-1", "201", "x", "", "1e9"):
            answer = self.client.post(self.address, self.form(child=wrong, keep=""))
            self.assertEqual(answer.status_code, 409)
        self.assertFalse(PriorityWeights.objects.exists())

    def test_an_admin_of_one_facility_tries_and_does_not_keep(self) -> None:
        ada().memberships.update(facility=facility())
        answer = self.client.post(self.address, self.form(keep=""))
        self.assertEqual(answer.status_code, 409)
        self.assertFalse(PriorityWeights.objects.exists())

    def test_the_preview_shows_no_voice_of_staff(self) -> None:
        open_case(lane="staff_voice", severity=50)
        open_case(severity=45)
        page = self.client.post(self.address, self.form(waiting=0)).content.decode()
        self.assertIn("of 1 open cases", page)
        self.assertNotIn("Staff voice", page)


class StaffVoiceWeightTests(Desk):
    def test_no_lane_of_staff_voices_can_be_weighed(self) -> None:
        defaults.ensure()
        self.client.force_login(ada())
        self.assertNotIn("lane-staff_voice", self.get(reverse("priority-edit")))
