from datetime import timedelta

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from alerts import cases, defaults, handover
from alerts.models import Case, Handover, ShiftNote
from hospital.models import Role
from tests import base
from tests.alerts.desk import open_case


class HandoverPageTests(TestCase):
    pete: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete = base.pete()

    def setUp(self) -> None:
        self.client.force_login(self.pete)

    def page(self) -> str:
        return self.client.get(reverse("handover")).content.decode()

    def post(self, route: str, **data: str) -> HttpResponse:
        return self.client.post(reverse(route), data)  # type: ignore[return-value]

    def new(self, **fields: object) -> Case:
        case = open_case(**fields)
        Case.objects.filter(pk=case.pk).update(opened_at=timezone.now() - timedelta(minutes=3))
        return case

    def test_an_empty_shift_says_so(self) -> None:
        page = self.page()
        for words in ("No note is pinned.", "Nobody is waiting.", "Nothing new.", "Nothing was closed."):
            self.assertIn(words, page)

    def test_each_line_opens_its_case(self) -> None:
        case = self.new()
        self.assertIn(f'href="{reverse("case-detail", args=[case.pk])}?queue=team"', self.page())

    def test_what_is_restricted_is_not_there(self) -> None:
        self.new(lane="staff_voice", text="zebrafish")
        self.assertNotIn("zebrafish", self.page())
        self.assertIn("Nothing new.", self.page())

    def test_a_name_in_a_post_is_masked(self) -> None:
        self.new(text="Call me on 207-555-0142, nobody answers.")
        self.assertNotIn("207-555-0142", self.page())

    def test_whoever_takes_over_has_read_it_up_to_that_moment(self) -> None:
        self.new()
        read_at = timezone.now()
        later = self.new(text="came after")
        Case.objects.filter(pk=later.pk).update(opened_at=read_at + timedelta(seconds=1))
        answer = self.post("handover-accept", read_at=read_at.isoformat())
        self.assertRedirects(answer, reverse("handover"))
        self.assertEqual(Handover.objects.get().at, read_at)
        self.assertIn("you took over", self.page())
        self.assertIn("came after", self.page().split('id="opened"')[1])

    def test_a_forged_moment_is_refused(self) -> None:
        for read_at in ("", "x", "2026-13-01", "1999-01-01T00:00:00Z", "2999-01-01T00:00:00Z"):
            with self.subTest(read_at):
                self.assertEqual(self.post("handover-accept", read_at=read_at).status_code, 409)

    def test_a_note_that_names_somebody_is_refused_and_kept_in_the_form(self) -> None:
        answer = self.post("handover-pin", text="See @quietkettle about the bill")
        self.assertEqual(answer.status_code, 409)
        self.assertIn("See @quietkettle about the bill", answer.content.decode())
        self.assertFalse(ShiftNote.objects.exists())

    def test_a_note_is_pinned_for_the_next(self) -> None:
        self.assertRedirects(self.post("handover-pin", text="Portal slow, IT knows."), reverse("handover"))
        self.client.force_login(base.priya())
        self.assertIn("Portal slow, IT knows.", self.page())

    def test_who_works_in_one_place_writes_for_that_place(self) -> None:
        north = base.facility("Northfield North", "north")
        self.client.force_login(base.person("nora", Role.RESPONDER, north))
        self.assertEqual(self.post("handover-pin", text="Ice on the ramp.").status_code, 409)
        self.assertEqual(self.post("handover-pin", text="Ice.", facility=str(north.pk)).status_code, 302)
        handover.pin(text="For all.", facility=None, by=self.pete, at=timezone.now())
        self.assertIn("For all.", self.page())
        self.assertEqual(self.page().count("Take down"), 1)

    def test_what_was_closed_says_what_came_of_it(self) -> None:
        case = self.new()
        cases.close(case, outcome="none", note="Spam", by=base.carla(), at=timezone.now())
        self.assertIn("No reply needed", self.page().split('id="closed"')[1])
