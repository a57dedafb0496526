from typing import Any
from unittest import mock

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from hospital.models import AuditEntry, Membership, Role
from listening import vault
from listening.checking import Outcome
from listening.models import Match, Source, Watchlist
from tests.base import PASSWORD, ada, carla, facility, mention, person, source, watchlist

KEY = "a-very-long-secret-1234"


class Admin(TestCase):
    ada: User

    @classmethod
    def setUpTestData(cls) -> None:
        cls.ada = ada()

    def setUp(self) -> None:
        self.client.force_login(self.ada)

    def send(self, address: str, **fields: Any) -> HttpResponse:
        return self.client.post(address, fields, follow=True)  # type: ignore[return-value]


class WatchlistTests(Admin):
    def save(self, watchlist_id: int | None = None, **fields: Any) -> HttpResponse:
        values = {"name": "Flu", "purpose": "", "facility": "", "lines": "flu northfield", "is_active": "on"}
        address = (
            reverse("watchlist-edit", args=[watchlist_id]) if watchlist_id else reverse("watchlist-create")
        )
        return self.send(address, **{**values, **fields})

    def test_it_is_made_with_a_query_a_line(self) -> None:
        self.assertContains(
            self.save(lines='northfield flu\r\n\r\n"flu clinic"\r\n'), "The next poll obeys it."
        )
        made = Watchlist.objects.get()
        self.assertEqual(
            [query.expression for query in made.queries.all()], ["northfield flu", '"flu clinic"']
        )
        self.assertEqual(AuditEntry.objects.get().actor, self.ada)

    def test_an_error_names_its_line_and_loses_nothing(self) -> None:
        answer = self.save(lines='northfield\n"unclosed')
        self.assertContains(answer, "Line 2", status_code=409)
        self.assertContains(answer, "&quot;unclosed", status_code=409)
        self.assertFalse(Watchlist.objects.exists())

    def test_a_name_that_is_taken_is_said(self) -> None:
        watchlist("northfield", name="Flu")
        self.assertEqual(self.save().status_code, 409)

    def test_it_shows_what_a_query_found_last(self) -> None:
        made = watchlist("northfield", "flu")
        query = made.queries.get(expression="northfield")
        Match.objects.create(mention=mention("Northfield was kind"), query=query, spans=[[0, 10]])
        address = reverse("watchlist-edit", args=[made.pk])
        self.assertContains(self.client.get(address), "<mark>Northfield</mark> was kind")
        other = self.client.get(address, {"query": made.queries.last().pk})  # type: ignore[union-attr]
        self.assertContains(other, "Nothing found yet.")

    def test_an_admin_of_one_facility_makes_it_for_that_one(self) -> None:
        here, there = facility(), facility("Northfield North", "north")
        self.client.force_login(person("hana", Role.ADMIN, here))
        self.assertEqual(self.save(facility="").status_code, 409)
        self.assertEqual(self.save(facility=there.pk).status_code, 409)
        self.assertEqual(self.save(facility=here.pk).status_code, 200)


class SourceTests(Admin):
    def setUp(self) -> None:
        super().setUp()
        # What a network answers is another test's business.
        self.check = mock.patch("dashboard.catalogue_views.checking.check").start()
        self.check.return_value = Outcome("It works.")
        self.addCleanup(mock.patch.stopall)

    def fields(self, **changes: Any) -> dict[str, Any]:
        values = {
            "name": "X",
            "every": 60,
            "facility": "",
            "options-api_url": "https://api.example",
            "options-own_handle": "northfield",
            "options-backfill_hours": 6,
        }
        return {**values, **changes}

    def make(self) -> Source:
        self.send(f"{reverse('source-create')}?kind=x", **self.fields(**{"secrets-bearer_token": KEY}))
        return Source.objects.get(kind="x")

    def edit(self, made: Source, **changes: Any) -> HttpResponse:
        return self.send(reverse("source-edit", args=[made.pk]), **self.fields(**changes))

    def test_its_secrets_are_sealed_and_only_their_end_is_shown(self) -> None:
        made = self.make()
        self.assertEqual(vault.unseal(made.sealed_secrets)["bearer_token"], KEY)
        self.assertNotIn(KEY.encode(), bytes(made.sealed_secrets))
        page = self.client.get(reverse("source-edit", args=[made.pk]))
        self.assertContains(page, "Set, ends …1234")
        self.assertNotContains(page, KEY)

    def test_an_empty_secret_keeps_the_stored_one(self) -> None:
        made = self.make()
        self.assertEqual(self.edit(made, name="X, ours").status_code, 200)
        made.refresh_from_db()
        self.assertEqual((made.name, vault.unseal(made.sealed_secrets)["bearer_token"]), ("X, ours", KEY))

    def test_stored_keys_are_not_sent_to_another_address(self) -> None:
        made = self.make()
        answer = self.edit(made, **{"options-api_url": "https://elsewhere.example"})
        self.assertContains(answer, "Enter every secret again", status_code=409)
        again = {"options-api_url": "https://elsewhere.example", "secrets-bearer_token": "another-key-5678"}
        self.assertEqual(self.edit(made, **again).status_code, 200)

    def test_no_secret_is_in_the_audit_trail(self) -> None:
        self.make()
        entry = AuditEntry.objects.get(action="source.create")
        self.assertEqual(entry.detail["secrets_replaced"], ["bearer_token"])
        self.assertNotIn(KEY, str(entry.detail))

    def test_pause_resume_and_poll_now(self) -> None:
        made = self.make()
        self.send(reverse("source-pause", args=[made.pk]))
        self.assertFalse(Source.objects.polled().exists())
        self.assertContains(self.send(reverse("source-poll", args=[made.pk])), "Resume it first")
        self.send(reverse("source-resume", args=[made.pk]))
        self.assertTrue(Source.objects.due(timezone.now()).exists())

    def test_the_health_list_tells_the_account_and_the_trouble(self) -> None:
        source("x", paused_reason="X refuses our key. Enter a new one.")
        page = self.client.get(reverse("source-list"))
        self.assertContains(page, "X refuses our key.")
        self.assertContains(page, "Resume")

    def test_a_key_that_is_refused_is_kept_and_not_asked(self) -> None:
        refused = Outcome("X does not accept this key.", "auth_failed", is_final=True)
        self.check.return_value = refused
        made = self.make()
        self.assertEqual((made.paused_reason, made.last_error_kind), (refused.words, "auth_failed"))
        self.assertFalse(Source.objects.due(timezone.now()).exists())
        self.check.return_value = Outcome("It works: 12 posts seen.")
        self.assertContains(self.edit(made, **{"secrets-bearer_token": "a-better-key-5678"}), "12 posts")
        made.refresh_from_db()
        self.assertEqual((made.paused_reason, made.last_error_kind), ("", ""))

    def test_a_working_key_is_not_replaced_by_one_that_is_refused(self) -> None:
        made = self.make()
        self.check.return_value = Outcome("X does not accept this key.", "auth_failed", is_final=True)
        answer = self.edit(made, **{"secrets-bearer_token": "a-wrong-key-5678"})
        self.assertContains(answer, "X does not accept this key.", status_code=409)
        self.assertNotContains(answer, "a-wrong-key", status_code=409)
        made.refresh_from_db()
        self.assertEqual(vault.unseal(made.sealed_secrets)["bearer_token"], KEY)

    def test_a_network_that_is_away_is_saved_all_the_same(self) -> None:
        self.check.return_value = Outcome("X could not be reached.", "unavailable")
        made = self.make()
        self.assertEqual(made.paused_reason, "")
        self.assertTrue(Source.objects.due(timezone.now()).exists())

    def test_only_what_changes_the_way_is_checked(self) -> None:
        made = self.make()
        self.check.reset_mock()
        self.edit(made, name="X, ours")
        self.check.assert_not_called()
        self.edit(made, **{"options-own_handle": "another"})
        self.check.assert_called_once()

    def test_a_limit_in_dollars_is_kept_in_posts(self) -> None:
        made = self.make()
        self.edit(made, limit="250")
        made.refresh_from_db()
        self.assertEqual(made.monthly_posts, 50_000)
        self.assertContains(self.client.get(reverse("source-edit", args=[made.pk])), 'value="250')

    def test_an_unknown_kind_is_not_there(self) -> None:
        self.assertEqual(self.client.get(reverse("source-create"), {"kind": "../x"}).status_code, 404)


class PeopleTests(Admin):
    def give(self, **fields: Any) -> HttpResponse:
        return self.send(reverse("person-list"), **{"role": "responder", "facility": "", **fields})

    def test_somebody_new_gets_an_account_and_a_role(self) -> None:
        self.give(username="nadia", first_name="Nadia", last_name="Osei", password=PASSWORD)
        nadia = User.objects.get(username="nadia")
        self.assertTrue(nadia.check_password(PASSWORD))
        self.assertEqual(nadia.memberships.get().role, "responder")
        self.assertFalse(nadia.is_superuser or nadia.is_staff)
        actions = list(AuditEntry.objects.values_list("action", flat=True))
        self.assertEqual(actions, ["person.create", "membership.add"])

    def test_a_weak_password_is_refused(self) -> None:
        self.assertContains(self.give(username="nadia", password="123"), "too short", status_code=409)
        self.assertFalse(User.objects.filter(username="nadia").exists())

    def test_an_existing_account_keeps_its_password(self) -> None:
        carla()
        self.give(username="carla", role="approver", password="something else entirely")
        kept = User.objects.get(username="carla")
        self.assertTrue(kept.check_password(PASSWORD))
        self.assertEqual(kept.memberships.count(), 2)

    def test_the_same_role_twice_is_said(self) -> None:
        carla()
        self.assertContains(self.give(username="carla", role="manager"), "already", status_code=409)

    def test_a_role_is_taken_away_and_told(self) -> None:
        held = carla().memberships.get()
        self.send(reverse("membership-remove", args=[held.pk]))
        self.assertFalse(Membership.objects.filter(pk=held.pk).exists())
        self.assertEqual(AuditEntry.objects.get().action, "membership.remove")

    def test_nobody_locks_themselves_out(self) -> None:
        held = self.ada.memberships.get()
        self.assertContains(self.send(reverse("membership-remove", args=[held.pk])), "Ask another admin")
        self.assertTrue(Membership.objects.filter(pk=held.pk).exists())

    def test_an_admin_of_one_facility_gives_roles_there_only(self) -> None:
        here, there = facility(), facility("Northfield North", "north")
        self.client.force_login(person("hana", Role.ADMIN, here))
        for place in ("", there.pk):
            self.assertEqual(self.give(username="carla", password=PASSWORD, facility=place).status_code, 409)
        carla_there = carla(there).memberships.get()
        self.assertEqual(self.send(reverse("membership-remove", args=[carla_there.pk])).status_code, 404)
