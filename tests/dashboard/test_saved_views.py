from django.test import TestCase
from django.urls import reverse

from alerts import defaults
from alerts.models import SavedReply
from tests.base import ada, facility, mallory, pete, priya

TEXT = "Thank you for telling us. [A sentence of your own.]"


class SavedReplyTests(TestCase):
    def setUp(self) -> None:
        defaults.ensure()

    def post(self, text: str = TEXT, **values: str) -> int:
        said = {"title": "Thanks", "text": text, "language": "en", **values}
        return self.client.post(reverse("saved-reply-create"), said).status_code

    def test_an_approver_writes_one_changes_it_and_takes_it_away(self) -> None:
        self.client.force_login(priya())
        self.assertEqual(self.post(lane="praise"), 302)
        kept = SavedReply.objects.get()
        page = reverse("saved-reply-edit", args=[kept.pk])
        said = {"title": "Warm thanks", "text": TEXT, "language": "en"}
        self.assertEqual(self.client.post(page, said).status_code, 302)
        self.assertContains(self.client.get(reverse("saved-reply-list")), "Warm thanks")
        self.assertContains(self.client.get(page), f"<q>{TEXT}</q>", count=2)
        self.client.post(reverse("saved-reply-remove", args=[kept.pk]))
        self.assertFalse(SavedReply.objects.exists())

    def test_what_is_stopped_comes_back_with_its_sentence(self) -> None:
        self.client.force_login(ada())
        self.assertEqual(self.post("We are sorry about your surgery. [Yours.]"), 409)
        self.assertFalse(SavedReply.objects.exists())

    def test_a_queue_of_danger_needs_the_line(self) -> None:
        self.client.force_login(ada())
        self.assertEqual(self.post(lane="self_harm"), 409)
        self.assertEqual(self.post("Call or text 988 now. [Yours.]", lane="self_harm"), 302)

    def test_the_starter_set_is_put_in_by_a_button(self) -> None:
        self.client.force_login(ada())
        self.assertContains(self.client.get(reverse("saved-reply-list")), "Put the starter set in")
        self.client.post(reverse("saved-reply-start"))
        self.assertGreaterEqual(SavedReply.objects.count(), 12)

    def test_who_has_only_one_facility_only_looks(self) -> None:
        self.client.force_login(ada(facility()))
        self.assertEqual(self.client.get(reverse("saved-reply-list")).status_code, 200)
        self.assertEqual(self.post(), 409)
        self.client.post(reverse("saved-reply-start"))
        self.assertFalse(SavedReply.objects.exists())

    def test_others_are_turned_away(self) -> None:
        for person in (mallory(), pete()):
            self.client.force_login(person)
            self.assertEqual(self.post(), 403)
