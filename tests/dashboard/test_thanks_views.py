from typing import Any

from django.http import HttpResponse
from django.test import TestCase
from django.urls import reverse

from alerts import defaults
from alerts.models import Thanks
from tests.alerts.desk import open_case
from tests.alerts.test_thanks import passed_on, praised
from tests.base import NOW, ada, carla, cora, mallory, pete

SAID = {"unit": "4 West", "first_name": "Kim", "words": "Nurse Kim was so kind."}


class Cards(TestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.case = praised()
        self.client.force_login(pete())

    def post(self, route: str, pk: int, **fields: Any) -> HttpResponse:
        return self.client.post(reverse(route, args=[pk]), fields)  # type: ignore[return-value]

    def page(self, route: str, *args: int) -> str:
        return self.client.get(reverse(route, args=args)).content.decode()


class CaseTests(Cards):
    def test_the_key_opens_a_form_that_is_filled_in(self) -> None:
        page = self.page("case-detail", self.case.pk)
        self.assertIn('data-key="h"', page)
        self.assertIn('value="4 West"><datalist', page)
        self.assertIn("<option selected>Kim</option>", page)
        self.assertIn("Ask a manager to pass it on", page)

    def test_a_responder_asks_and_a_manager_passes_on(self) -> None:
        self.assertEqual(self.post("case-thank", self.case.pk, **SAID).status_code, 302)
        self.assertEqual(Thanks.objects.get().state, "proposed")
        self.client.force_login(carla())
        self.assertIn("Nurse Kim was so kind.</textarea>", self.page("thanks-list"))
        self.post("thanks-confirm", Thanks.objects.get().pk, **SAID)
        self.assertEqual(Thanks.objects.get().state, "passed_on")
        self.assertIn("passed the thanks on to 4 West", self.page("case-detail", self.case.pk))

    def test_a_manager_does_both_with_one_press(self) -> None:
        self.client.force_login(carla())
        self.post("case-thank", self.case.pk, **SAID)
        self.assertEqual(Thanks.objects.get().state, "passed_on")

    def test_a_refusal_keeps_what_was_typed(self) -> None:
        answer = self.post("case-thank", self.case.pk, **{**SAID, "words": "Thanks, Emma"})
        self.assertContains(answer, "Thanks, Emma</textarea>", status_code=409)

    def test_a_complaint_has_no_such_form(self) -> None:
        self.assertNotIn('data-key="h"', self.page("case-detail", open_case().pk))

    def test_others_are_turned_away(self) -> None:
        card = passed_on(self.case)
        for who in (mallory(), ada(), cora(), pete()):
            self.client.force_login(who)
            for route in ("thanks-confirm", "thanks-decline", "thanks-mail"):
                self.assertEqual(self.post(route, card.pk, to="a@b.example").status_code, 403)
        self.client.force_login(mallory())
        self.assertEqual(self.client.get(reverse("thanks-card", args=[card.pk])).status_code, 403)


class CardTests(Cards):
    def test_it_can_be_printed_and_names_nobody_but_whom_it_is_for(self) -> None:
        card = passed_on(self.case, first_name="Kim", words="Nurse Kim was so kind to my son Jacob.")
        page = self.page("thanks-card", card.pk)
        self.assertIn("<b>Kim</b> 4 West", page)
        for word in ("Emma", "quietriver884", "Jacob", "fake.example", f"/cases/{self.case.pk}"):
            self.assertNotIn(word, page)

    def test_one_that_waits_is_no_card_yet(self) -> None:
        self.post("case-thank", self.case.pk, **SAID)
        address = reverse("thanks-card", args=[Thanks.objects.get().pk])
        self.assertEqual(self.client.get(address).status_code, 404)

    def test_it_is_mailed(self) -> None:
        card = passed_on(self.case)
        self.client.force_login(carla())
        self.assertContains(self.post("thanks-mail", card.pk, to="x"), "That is no e-mail", status_code=409)
        self.post("thanks-mail", card.pk, to="4west@northfield.example")
        self.assertEqual(Thanks.objects.get().mail, "queued")
        self.assertNotIn("4west@", self.page("thanks-card", card.pk))

    def test_one_that_is_not_passed_on_needs_a_reason(self) -> None:
        self.post("case-thank", self.case.pk, **SAID)
        self.client.force_login(carla())
        pk = Thanks.objects.get().pk
        self.assertContains(self.post("thanks-decline", pk, why=""), "Say why", status_code=409)
        self.post("thanks-decline", pk, why="Irony.")
        self.assertEqual(Thanks.objects.get().state, "declined")


class DigestTests(Cards):
    def test_a_month_shows_units_from_five_on_and_no_sum(self) -> None:
        for _ in range(5):
            passed_on(praised())
        for _ in range(2):
            passed_on(praised(), "5 West")
        page = self.client.get(reverse("thanks-list"), {"month": "2026-03"}).content.decode()
        digest = page[page.index("<h2>March 2026") : page.index("<h2>Passed on</h2>")]
        self.assertIn('<dt>4 West</dt><dd class="num">5</dd>', digest)
        self.assertNotIn("5 West", digest)
        self.assertNotIn("7", digest)

    def test_a_month_that_is_none_is_this_one(self) -> None:
        for month in ("x", "9999-01", "2026-13", "1900-01"):
            self.assertEqual(self.client.get(reverse("thanks-list"), {"month": month}).status_code, 200)
        self.assertLess(NOW.year, 9999)
