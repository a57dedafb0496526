from datetime import timedelta

from django.contrib.auth.models import User
from django.test import TestCase
from django.urls import reverse

from alerts import defaults, gate
from alerts.models import ClockRun, Holiday, Queue, SLAPolicy
from hospital.models import Role
from tests.base import ada, facility, mallory, person, pete, priya


class Desk(TestCase):
    ada: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.ada = ada()
        priya()

    def setUp(self) -> None:
        self.client.force_login(self.ada)
        self.address = reverse("queue-edit", args=["complaints"])

    def said(self, **changed: object) -> dict[str, object]:
        values: dict[str, object] = {
            "name": "Complaints",
            "hours": defaults.HOURS,
            "first": "2 h",
            "slow": "12 h",
            "next": "4 h",
            "resolve": "24 h",
            "hold": "2 min",
            "needed": "1",
            "escalate": "30 min",
        }
        return {**values, **changed}

    def queue(self) -> Queue:
        return Queue.objects.select_related("policy").get(slug="complaints")


class EditTests(Desk):
    def test_it_shows_what_would_be_and_changes_nothing(self) -> None:
        page = self.client.post(self.address, self.said(hours="Mon 09:00-10:00", **{"try": ""}))
        self.assertContains(page, "If this were in force")
        self.assertContains(page, "<td>Mon 09:00-10:00</td>", html=True)
        self.assertEqual(self.queue().policy.hours, defaults.HOURS)

    def test_it_is_put_in_force_and_cases_follow(self) -> None:
        said = self.said(hours="Mon 9:00-10:00", hold="10 s", needed="2", keep="")
        with self.captureOnCommitCallbacks():
            self.assertRedirects(self.client.post(self.address, said), reverse("queue-list"))
        queue = self.queue()
        self.assertEqual((queue.policy.hours, queue.hold), ("Mon 09:00-10:00", timedelta(seconds=10)))
        self.assertEqual(queue.approvals_needed, 2)
        self.assertEqual(ClockRun.objects.get().by, self.ada)
        self.assertContains(self.client.get(self.address), "<del>2 min</del>")

    def test_unchanged_it_changes_nothing(self) -> None:
        self.client.post(self.address, self.said(keep=""))
        self.assertFalse(ClockRun.objects.exists())

    def test_what_cannot_be_read_is_pointed_at_and_kept(self) -> None:
        for field, text, why in (
            ("hours", "Mon-Fri 08:00-25:00", "It stands at character 9."),
            ("first", "soon", "is no length of time"),
            ("first", "2 days", "a day has as many hours as people are there"),
            ("hold", "31 min", "From 0 min to 30 min."),
            ("needed", "3", "valid choice"),
        ):
            with self.subTest(field=field, text=text):
                page = self.client.post(self.address, self.said(**{field: text, "keep": ""}))
                self.assertContains(page, why, status_code=409)
                self.assertContains(page, text, status_code=409)
        self.assertEqual(self.queue().policy.first_reply_within, timedelta(hours=2))

    def test_only_who_approves_can_be_named(self) -> None:
        page = self.client.post(self.address, self.said(approvers=[pete().pk], keep=""))
        self.assertEqual(page.status_code, 409)
        self.client.post(self.address, self.said(approvers=[priya().pk], keep=""))
        self.assertEqual(list(self.queue().approvers.all()), [priya()])

    def test_an_admin_of_one_facility_may_only_try(self) -> None:
        local = person("lena", Role.ADMIN, facility())
        self.client.force_login(local)
        page = self.client.post(self.address, self.said(hold="5 min", keep=""))
        self.assertContains(page, "only an admin of all of them", status_code=409)
        self.assertEqual(self.queue().hold, timedelta(minutes=2))

    def test_mallory_and_who_only_works_are_turned_away(self) -> None:
        for who in (mallory(), pete()):
            self.client.force_login(who)
            for route in ("queue-list", "queue-days", "queue-clocks"):
                self.assertEqual(self.client.get(reverse(route)).status_code, 403)


class ListTests(Desk):
    def test_it_says_how_each_queue_works(self) -> None:
        SLAPolicy.objects.filter(queue__slug="media").update(hours="Mon 09:00-10:00")
        Queue.objects.get(slug="media").approvers.set([priya()])
        page = self.client.get(reverse("queue-list"))
        self.assertContains(page, "around the clock")
        self.assertContains(page, "Mon 09:00-10:00")
        self.assertContains(page, "<small>priya</small>", html=True)

    def test_many_queues_ask_no_more_questions(self) -> None:
        with self.assertNumQueries(9):
            self.client.get(reverse("queue-list"))


class HolidayTests(Desk):
    def keep(self, days: str, **said: str) -> str:
        page = self.client.post(reverse("queue-days"), {"days": days, **said}, follow=True)
        return page.content.decode()

    def test_a_pasted_list_takes_the_place_of_the_one_before(self) -> None:
        self.keep("2026-12-25 Christmas Day\n2027-01-01,New Year's Day\n\n# a remark")
        page = self.keep('2026-12-25\tChristmas\n"2026-11-26","Thanksgiving, a Thursday"')
        self.assertIn("3 days changed", page)
        self.assertEqual(
            list(Holiday.objects.values_list("name", flat=True)), ["Thanksgiving, a Thursday", "Christmas"]
        )
        self.assertIn("2027-01-01 taken away: New Year&#x27;s Day", page)

    def test_each_facility_has_its_own_beside_those_of_all(self) -> None:
        place = facility()
        self.keep("2026-12-25 Christmas Day")
        self.keep("2026-07-01 Founders' Day", facility=place.slug)
        self.assertEqual(Holiday.objects.get(facility=place).name, "Founders' Day")
        self.assertEqual(Holiday.objects.count(), 2)

    def test_a_wrong_line_is_named_and_nothing_is_lost(self) -> None:
        for text, why in (
            ("2026-12-25 A\nChristmas", "Line 2: “Christmas” is no date and name"),
            ("2026-02-30 Never", "Line 1: there is no 2026-02-30."),
            ("2026-12-25 A\n2026-12-25 B", "Line 2: 2026-12-25 stands there already, as “A”."),
            ("2026-12-25 " + "a" * 81, "Line 1: a name has 1 to 80 characters."),
        ):
            with self.subTest(text):
                page = self.keep(text)
                self.assertIn(why, page)
                self.assertIn(text[:12], page)
        self.assertFalse(Holiday.objects.exists())


class PolicyTests(Desk):
    def test_it_says_what_a_reply_may_not(self) -> None:
        page = self.client.get(reverse("policy"))
        self.assertContains(page, "Confirms care")
        self.assertContains(page, f"Reply policy v{gate.POLICY}")
