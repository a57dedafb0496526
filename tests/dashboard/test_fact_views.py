from django.test import TestCase
from django.urls import reverse

from alerts.models import ApprovedFact
from tests.base import ada, facility, mallory, pete, priya

FACT = {
    "text": "Parking is free for the first hour.",
    "topic": "Parking",
    "owner": "Front desk",
    "valid_until": "2199-01-31",
}


class FactTests(TestCase):
    def post(self, **values: object) -> int:
        return self.client.post(reverse("fact-create"), {**FACT, **values}).status_code

    def test_an_approver_approves_one_changes_it_and_takes_it_away(self) -> None:
        self.client.force_login(priya())
        self.assertEqual(self.post(), 302)
        kept = ApprovedFact.objects.get()
        page = reverse("fact-edit", args=[kept.pk])
        self.assertContains(self.client.get(page), 'value="2199-01-31"')
        self.assertEqual(self.client.post(page, {**FACT, "owner": "Parking desk"}).status_code, 302)
        self.assertContains(self.client.get(reverse("fact-list")), "Parking desk")
        self.client.post(reverse("fact-remove", args=[kept.pk]))
        self.assertFalse(ApprovedFact.objects.exists())

    def test_one_that_ended_says_so(self) -> None:
        self.client.force_login(priya())
        self.post()
        ApprovedFact.objects.update(valid_until="2020-01-31")
        self.assertContains(self.client.get(reverse("fact-list")), "Ended: approve it anew")

    def test_what_is_wrong_is_not_approved(self) -> None:
        self.client.force_login(priya())
        for wrong in (
            {"text": "Maria is well."},
            {"valid_until": "2020-01-31"},
            {"valid_until": "soon"},
        ):
            with self.subTest(wrong):
                self.assertEqual(self.post(**wrong), 409)
        self.assertFalse(ApprovedFact.objects.exists())

    def test_an_approver_of_one_facility_approves_for_it_alone(self) -> None:
        here = facility()
        self.client.force_login(priya(here))
        self.assertEqual(self.post(), 409)
        other = facility("Northfield North Hospital", "north")
        self.assertEqual(self.post(facility=other.pk), 409)
        self.assertEqual(self.post(facility=here.pk), 302)

    def test_others_are_turned_away(self) -> None:
        for person in (mallory(), pete(), ada()):
            self.client.force_login(person)
            self.assertEqual(self.post(), 403)
