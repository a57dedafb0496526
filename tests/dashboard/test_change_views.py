from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from alerts import cases, changes, defaults
from alerts.changes import Entry
from alerts.models import Change, ChangeLink
from tests.alerts.desk import open_case
from tests.base import NOW, ada, carla, facility, mallory, pete

DONE = "There are forty more chairs now."


class Ledger(TestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.pete, self.case = pete(), open_case(facility=facility())
        self.client.force_login(self.pete)

    def post(self, route: str, *args: int, **fields: Any) -> HttpResponse:
        return self.client.post(reverse(route, args=args), fields)  # type: ignore[return-value]

    def made(self) -> Change:
        change = changes.create(Entry("More chairs", facility=facility()), by=self.pete, at=NOW)
        changes.link(self.case, change, by=self.pete, at=NOW)
        today = timezone.localdate()
        changes.make(change, done=DONE, made_on=today, by=self.pete, at=timezone.now(), today=today)
        return change

    def queue(self) -> str:
        return self.client.get(reverse("case-list"), {"queue": "tell"}).content.decode()


class EditTests(Ledger):
    def test_one_is_entered_changed_and_made(self) -> None:
        answer = self.post("change-create", what="More chairs", owner=self.pete.pk, due_on="2026-05-01")
        change = Change.objects.get()
        self.assertRedirects(answer, reverse("change-edit", args=[change.pk]))
        self.post("change-edit", change.pk, what="Many more chairs", public_line="There are more chairs now.")
        self.assertContains(self.client.get(reverse("change-list")), "Many more chairs")
        today = timezone.localdate()
        self.post("change-make", change.pk, done=DONE, made_on=today.isoformat())
        change.refresh_from_db()
        self.assertEqual((change.status, change.done, change.made_on), ("made", DONE, today))

    def test_what_is_refused_comes_back_as_it_was_typed(self) -> None:
        answer = self.post("change-create", what="Rounds", public_line="Dr. Alvarez no longer works here.")
        self.assertContains(answer, "The check stops the public line", status_code=409)
        self.assertContains(answer, "Dr. Alvarez no longer works here.", status_code=409)
        change = changes.create(Entry("More chairs"), by=self.pete, at=NOW)
        tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
        answer = self.post("change-make", change.pk, done=DONE, made_on=tomorrow)
        self.assertContains(answer, "That day is still to come", status_code=409)

    def test_of_one_facility_one_enters_only_there(self) -> None:
        self.client.force_login(carla(facility()))
        north = facility("Northfield North Hospital", "north")
        for place in ("", north.pk):
            self.assertEqual(self.post("change-create", what="Chairs", facility=place).status_code, 409)
        self.assertEqual(self.post("change-create", what="Chairs", facility=facility().pk).status_code, 302)

    def test_others_are_turned_away(self) -> None:
        change = self.made()
        asked = {"case-change": self.case.pk, "changelink-told": ChangeLink.objects.get().pk}
        for who in (mallory(), ada()):
            self.client.force_login(who)
            for route in ("case-change", "change-edit", "change-make", "changelink-told"):
                self.assertEqual(self.post(route, asked.get(route, change.pk)).status_code, 403)
        self.client.force_login(mallory())
        self.assertEqual(self.client.get(reverse("change-list")).status_code, 403)


class FromACaseTests(Ledger):
    def test_it_is_linked_to_a_new_change_and_to_a_known_one(self) -> None:
        self.post("case-change", self.case.pk, what="Larger signs")
        known = changes.create(Entry("More chairs", facility=facility()), by=self.pete, at=NOW)
        self.post("case-change", self.case.pk, change=known.pk, what="")
        linked = self.case.change_links.values_list("change__what", flat=True)
        self.assertEqual(list(linked), ["Larger signs", "More chairs"])
        self.assertContains(self.client.get(reverse("case-detail", args=[self.case.pk])), "Larger signs")

    def test_a_change_out_of_reach_is_not_there(self) -> None:
        theirs = changes.create(Entry("Theirs"), by=self.pete, at=NOW)
        self.client.force_login(carla(facility()))
        for number in (str(theirs.pk), "9" * 30, "x"):
            self.assertEqual(self.post("case-change", self.case.pk, change=number).status_code, 404)
        self.assertEqual(self.post("case-change", self.case.pk, what=" ").status_code, 409)


class TellThemTests(Ledger):
    def test_a_closed_case_stands_there_until_its_author_was_told(self) -> None:
        cases.close(self.case, outcome="none", note="Seen.", by=self.pete, at=NOW)
        self.made()
        page = self.queue()
        self.assertIn(f"Tell them: {DONE}", page)
        self.assertIn('title="Tell them: 1 open', page)
        shown = self.client.get(reverse("case-detail", args=[self.case.pk]))
        self.assertContains(shown, "What they asked for was done.")
        self.post("changelink-told", ChangeLink.objects.get().pk, how="not", note="The account is gone.")
        self.assertNotIn(f"Tell them: {DONE}", self.queue())
        shown = self.client.get(reverse("case-detail", args=[self.case.pk]))
        self.assertContains(shown, "not possible to tell them (The account is gone.)")

    def test_a_change_that_is_planned_reminds_nobody(self) -> None:
        change = changes.create(Entry("More chairs"), by=self.pete, at=NOW)
        changes.link(self.case, change, by=self.pete, at=NOW)
        self.assertNotIn(f"/cases/{self.case.pk}/?", self.queue())

    def test_a_refusal_keeps_what_was_typed(self) -> None:
        self.made()
        answer = self.post("changelink-told", ChangeLink.objects.get().pk, how="not", note="")
        self.assertContains(answer, "Say why it is not possible", status_code=409)
