from typing import Any

from django.contrib.auth.models import User
from django.test import TestCase
from django.urls import reverse

from alerts.refusals import Refused
from dashboard import decks, lookers
from dashboard.decks import Draft
from dashboard.models import Column, Deck
from hospital.models import AuditEntry
from tests import base
from tests.base import NOW


class DeckTestCase(TestCase):
    def setUp(self) -> None:
        self.carla, self.wes = base.carla(), base.wes()
        self.deck = decks.make("Evening desk", by=self.carla, at=NOW)

    def names(self, deck: Deck | None = None) -> list[str]:
        return list((deck or self.deck).columns.values_list("name", flat=True))

    def first(self) -> Column:
        return self.deck.columns.select_related("deck")[0]

    def put_in(self, *kinds: str) -> None:
        for kind in kinds:
            decks.add(self.deck, decks.ready_made(kind), by=self.carla, at=NOW)

    def share(self) -> None:
        decks.change(self.deck, name=self.deck.name, is_shared=True, by=self.carla, at=NOW)


class VerbTests(DeckTestCase):
    def test_a_new_deck_begins_with_the_columns_of_everybody(self) -> None:
        self.assertEqual(self.names(), ["Needs a human", "What people say", "Praise"])
        self.assertEqual(self.deck.get_absolute_url(), "/decks/evening-desk/")

    def test_two_of_one_name_have_two_addresses(self) -> None:
        slugs = [
            decks.make(name, by=self.wes, at=NOW).slug for name in ("Evening desk", "Everyday", "!!", "夜")
        ]
        self.assertEqual(slugs, ["evening-desk-2", "everyday-2", "deck", "deck-2"])

    def test_a_copy_is_whole_and_ones_own(self) -> None:
        north, source = base.facility("Northfield North", "north"), base.source("x", "x")
        said = Draft("Bills", "billing", "bill*", [source], [north], "P2", "severest", 480, "full")
        decks.put(self.first(), said, by=self.carla, at=NOW)
        copy = decks.make("Mine", by=self.wes, at=NOW, like=self.deck)
        self.assertEqual(decks.draft_of(copy.columns.all()[0]), said)
        decks.remove(copy.columns.all()[0], by=self.wes, at=NOW)
        self.assertEqual(len(self.names()), 3)

    def test_six_columns_are_the_most_and_one_the_least(self) -> None:
        self.put_in("billing", "media", "safety")
        with self.assertRaises(Refused):
            self.put_in("access")
        for column in list(self.deck.columns.all())[1:]:
            decks.remove(column, by=self.carla, at=NOW)
        with self.assertRaises(Refused):
            decks.remove(self.first(), by=self.carla, at=NOW)

    def test_a_column_moves_by_one_and_at_the_end_stays(self) -> None:
        decks.move(self.first(), 1, by=self.carla, at=NOW)
        self.assertEqual(self.names(), ["What people say", "Needs a human", "Praise"])
        decks.move(self.first(), -1, by=self.carla, at=NOW)
        self.assertEqual(self.names()[0], "What people say")

    def test_what_is_gone_meanwhile_is_refused(self) -> None:
        column = self.first()
        Column.objects.filter(pk=column.pk).delete()
        said = {"by": self.carla, "at": NOW}
        with self.assertRaises(Refused):
            decks.move(column, 1, **said)
        with self.assertRaises(Refused):
            decks.put(column, Draft("x", "all"), **said)
        with self.assertRaises(Refused):
            decks.remove(column, **said)
        with self.assertRaises(Refused):
            decks.arrange(self.deck, [column.pk], **said)

    def test_only_what_everybody_sees_is_audited(self) -> None:
        self.put_in("billing")
        self.assertFalse(AuditEntry.objects.exists())
        self.share()
        self.put_in("media")
        decks.delete(self.deck, by=self.carla, at=NOW)
        actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
        self.assertEqual(actions, ["deck changed", "deck columns changed", "deck deleted"])


class ViewTests(DeckTestCase):
    def sign_in(self, who: User) -> None:
        self.client.force_login(who)

    def post(self, route: str, *places: Any, **values: Any) -> int:
        return self.client.post(reverse(route, args=places), values).status_code

    def test_a_personal_deck_exists_for_nobody_else(self) -> None:
        for who, status in ((self.carla, 200), (self.wes, 404), (base.ada(), 404)):
            self.sign_in(who)
            for name in ("deck-detail", "deck-edit"):
                address = reverse(name, args=[self.deck.slug])
                self.assertEqual(self.client.get(address).status_code, status)
            number = self.first().pk
            column = self.client.get(f"/wall/older/c{number}/", {"before": "2100-01-01T00:00:00Z_1"})
            stream = self.client.get("/wall/stream/", {"deck": self.deck.slug})
            self.assertEqual((column.status_code, stream.status_code), (status, status))

    def test_a_shared_deck_is_seen_by_all_and_changed_by_those_who_manage(self) -> None:
        self.share()
        for who, seen, changed in ((self.wes, 200, 404), (base.pete(), 200, 404), (base.ada(), 200, 302)):
            self.sign_in(who)
            self.assertEqual(self.client.get(self.deck.get_absolute_url()).status_code, seen)
            self.assertEqual(self.post("column-add", self.deck.slug, kind="media"), changed)
        self.assertEqual(self.names()[-1], "Media")

    def test_only_who_manages_decks_shares_one(self) -> None:
        mine = decks.make("Mine", by=self.wes, at=NOW)
        self.sign_in(self.wes)
        self.post("deck-edit", mine.slug, name="Ours", is_shared="on")
        mine.refresh_from_db()
        self.assertEqual((mine.name, mine.is_shared), ("Ours", False))

    def test_the_wall_comes_back_as_it_was_left(self) -> None:
        self.sign_in(self.carla)
        self.assertIsNone(self.client.get("/").context["look"].deck)
        self.client.get(self.deck.get_absolute_url())
        self.assertEqual(self.client.get("/").context["look"].deck, self.deck)
        self.client.get("/decks/everyday/")
        self.assertIsNone(self.client.get("/").context["look"].deck)

    def test_a_deck_that_is_shared_no_more_is_left(self) -> None:
        self.share()
        self.sign_in(self.wes)
        self.client.get(self.deck.get_absolute_url())
        decks.change(self.deck, name="x", is_shared=False, by=self.carla, at=NOW)
        self.assertIsNone(self.client.get("/").context["look"].deck)
        self.assertIsNotNone(lookers.at_wall(self.wes, "", {}))

    def test_buttons_of_a_column_work_as_plain_forms(self) -> None:
        self.sign_in(self.carla)
        column = self.first()
        for values in ({"width": 400}, {"density": "compact"}, {"sort": "severest"}, {"step": 1}):
            self.assertEqual(self.post("column-arrange", self.deck.slug, column.pk, **values), 302)
        column.refresh_from_db()
        found = (column.width, column.density, column.sort, column.position)
        self.assertEqual(found, (400, "compact", "severest", 2))
        for values in ({"width": 10}, {"density": "x"}, {"step": 5}):
            self.assertEqual(self.post("column-arrange", self.deck.slug, column.pk, **values), 404)

    def test_a_query_that_cannot_be_read_says_what_is_wrong(self) -> None:
        self.sign_in(self.carla)
        address = reverse("column-edit", args=[self.deck.slug, self.first().pk])
        said = {"name": "Bills", "kind": "all", "sort": "newest", "width": 320, "density": "normal"}
        answer = self.client.post(address, {**said, "expression": "bill AND"})
        self.assertContains(answer, "has nothing to go with after it", status_code=409)
        self.assertEqual(self.client.post(address, {**said, "expression": "bill*"}).status_code, 302)
        self.assertEqual(self.first().expression, "bill*")

    def test_a_seventh_column_is_refused_in_words(self) -> None:
        self.put_in("billing", "media", "safety")
        self.sign_in(self.carla)
        answer = self.client.post(
            reverse("column-add", args=[self.deck.slug]), {"kind": "access"}, follow=True
        )
        self.assertContains(answer, decks.FULL)

    def test_no_id_stands_twice_where_a_mention_stands_twice(self) -> None:
        base.mention("The bill", lane="billing", sentiment="negative")
        self.put_in("billing", "all")
        self.sign_in(self.carla)
        page = self.client.get(self.deck.get_absolute_url()).content.decode()
        ids = [part.split('"')[0] for part in page.split(' id="')[1:]]
        self.assertEqual(page.count("The bill"), 3)
        self.assertEqual(len(ids), len(set(ids)))


class SessionTests(DeckTestCase):
    def test_a_part_that_refreshes_itself_becomes_no_sign_in_page(self) -> None:
        answer = self.client.get(reverse("wall-status"), headers={"HX-Request": "true"})
        self.assertEqual((answer.status_code, answer.content), (401, b""))

    def test_a_press_leads_to_the_sign_in_page(self) -> None:
        headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/decks/x/"}
        answer = self.client.post(reverse("deck-create"), headers=headers)
        self.assertEqual(answer.headers["HX-Redirect"], "/sign-in/?next=/decks/x/")
