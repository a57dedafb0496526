"""The pages behind the cards: safety texts with their lines, and the duty list."""

from datetime import timedelta

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from alerts.models import Duty, SafetyLines, SafetyText, SafetyTextVersion
from hospital.models import Role
from tests.alerts.safety.base import BODY, approved_text
from tests.base import ada, facility, mallory, person, pete, priya


class SafetyPages(TestCase):
    def setUp(self) -> None:
        self.client.force_login(ada())

    def page(self, route: str, *args: int) -> str:
        return self.client.get(reverse(route, args=args)).content.decode()

    def post(self, route: str, *args: int, **said: str) -> int:
        return self.client.post(reverse(route, args=args), said).status_code

    def create(self, body: str = BODY, **said: str) -> int:
        return self.post("safety-create", **{"kind": "emergency", "language": "en", "body": body, **said})


class TextTests(SafetyPages):
    def test_one_is_written_by_one_and_approved_by_another(self) -> None:
        self.assertEqual(self.create(), 302)
        text = SafetyText.objects.get()
        self.assertIn("waits for approval", self.page("safety-list"))
        self.assertEqual(self.post("safety-approve", text.pk, seen="x"), 403)
        self.client.force_login(priya())
        version = SafetyTextVersion.objects.get()
        self.assertEqual(self.post("safety-approve", text.pk, seen=version.body_hash), 302)
        self.assertIn("priya", self.page("safety-list"))

    def test_none_is_kept_without_the_emergency_line_and_what_was_typed_stays(self) -> None:
        answer = self.client.post(
            reverse("safety-create"),
            {"kind": "emergency", "language": "en", "body": "Call us on weekdays, 9 to 5."},
        )
        self.assertContains(answer, "does not name 911", status_code=409)
        self.assertContains(answer, "Call us on weekdays, 9 to 5.", status_code=409)
        self.assertFalse(SafetyText.objects.exists())

    def test_a_second_of_the_same_place_and_language_is_an_edit(self) -> None:
        self.create()
        self.assertEqual(self.create(), 409)

    def test_a_new_wording_waits_while_the_approved_one_is_sent(self) -> None:
        version = approved_text(priya())
        self.assertEqual(self.post("safety-edit", version.text_id, body=f"{BODY} Now.", based_on="1"), 302)
        self.assertEqual(self.post("safety-edit", version.text_id, body=f"{BODY} Here.", based_on="1"), 409)
        page = self.page("safety-edit", version.text_id)
        self.assertIn("Version 2 waits for approval", page)

    def test_whoever_wrote_it_sees_no_button_that_approves(self) -> None:
        self.client.force_login(priya())
        self.create()
        text = SafetyText.objects.get()
        self.assertNotIn("Approve these words", self.page("safety-edit", text.pk))
        seen = SafetyTextVersion.objects.get().body_hash
        self.assertEqual(self.post("safety-approve", text.pk, seen=seen), 409)

    def test_the_shipped_ones_are_begun_by_an_admin_of_all(self) -> None:
        self.client.force_login(person("local", Role.ADMIN, facility()))
        self.post("safety-starters")
        self.assertFalse(SafetyText.objects.exists())
        self.client.force_login(ada())
        self.post("safety-starters")
        self.assertEqual(SafetyText.objects.count(), 4)

    def test_mallory_is_turned_away(self) -> None:
        self.client.force_login(mallory())
        for route in ("safety-list", "duty-list"):
            self.assertEqual(self.client.get(reverse(route)).status_code, 403)


class LinesTests(SafetyPages):
    def test_lines_are_kept_for_a_place_and_texts_that_name_another_are_told(self) -> None:
        approved_text(priya())
        said = {"emergency": "112", "crisis": "116 123", "police": "555-0174", "support": ""}
        answer = self.client.post(reverse("safety-lines"), said, follow=True)
        self.assertContains(answer, "1 approved texts name another line")
        self.assertContains(answer, "Not offered.")
        self.post("safety-lines", **said, facility=facility().slug)
        self.assertEqual(SafetyLines.objects.count(), 2)

    def test_an_unknown_line_is_refused(self) -> None:
        self.assertEqual(self.post("safety-lines", emergency="555-0000", crisis="988"), 409)


class DutyTests(SafetyPages):
    def add(self, **said: str) -> int:
        now = timezone.localtime()
        hours = {
            "starts_at": f"{now:%Y-%m-%dT%H:%M}",
            "ends_at": f"{now + timedelta(hours=8):%Y-%m-%dT%H:%M}",
        }
        whom = {"role": "desk", "person": pete().username, "phone": "555-0170", "days": "1", "position": "0"}
        return self.post("duty-list", **{**whom, **hours, **said})

    def test_a_week_of_the_same_hours_is_one_form(self) -> None:
        self.assertEqual(self.add(days="7"), 302)
        self.assertEqual(Duty.objects.count(), 7)
        page = self.page("duty-list")
        self.assertIn("on duty now", page)
        self.assertIn("Nobody is on duty now:", page)

    def test_what_reaches_nobody_is_refused(self) -> None:
        for said in ({"phone": ""}, {"person": ""}, {"ends_at": "2020-01-01T00:00"}, {"days": "99"}):
            with self.subTest(said):
                self.assertEqual(self.add(**said), 409)
        self.assertFalse(Duty.objects.exists())

    def test_one_is_taken_off(self) -> None:
        self.add()
        self.assertEqual(self.post("duty-remove", Duty.objects.get().pk), 302)
        self.assertFalse(Duty.objects.exists())
