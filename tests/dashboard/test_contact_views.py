from django.test import TestCase
from django.urls import reverse

from alerts.models import ListedContact
from tests.base import ada, facility, mallory, pete


class ContactListTests(TestCase):
    def post(self, **values: str) -> int:
        return self.client.post(reverse("contact-list"), values).status_code

    def test_an_admin_lists_one_and_takes_it_away(self) -> None:
        self.client.force_login(ada())
        self.assertEqual(self.post(value="555-0142", purpose="Patient Relations"), 302)
        self.assertContains(self.client.get(reverse("contact-list")), "555-0142")
        self.client.post(reverse("contact-remove", args=[ListedContact.objects.get().pk]))
        self.assertFalse(ListedContact.objects.exists())

    def test_what_is_none_comes_back_with_its_sentence(self) -> None:
        self.client.force_login(ada())
        answer = self.client.post(reverse("contact-list"), {"value": "call us"})
        self.assertContains(answer, "That is no phone number", status_code=409)

    def test_an_admin_of_one_facility_only_looks(self) -> None:
        self.client.force_login(ada(facility()))
        self.assertEqual(self.client.get(reverse("contact-list")).status_code, 200)
        self.assertEqual(self.post(value="555-0142"), 409)
        self.assertFalse(ListedContact.objects.exists())

    def test_others_are_turned_away(self) -> None:
        for person in (mallory(), pete()):
            self.client.force_login(person)
            self.assertEqual(self.post(value="555-0142"), 403)
