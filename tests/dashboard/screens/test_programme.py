"""A shared deck is a scene: within the screen's facilities, and by its class."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from alerts.refusals import Refused
from dashboard import decks
from dashboard.decks import Draft
from dashboard.models import Deck, Screen
from dashboard.screens import keeping
from dashboard.screens.programme import DECK, MOST, NAME_IN_PUBLIC, programme
from hospital.models import Service
from listening.models import Author, Mention
from tests import base
from tests.dashboard.screens.base import hang, share
from tests.dashboard.screens.test_views import ScreenTestCase

BILLS = Draft("Bills we owe an answer", "billing")


def named(deck: Deck) -> str:
    return f"{DECK}{deck.pk}"


class DeckSceneTests(ScreenTestCase):
    def setUp(self) -> None:
        self.north = base.facility("Northfield North", "north")

    def bill(self, text: str, **fields: Any) -> Mention:
        said = {"lane": "billing", "level": "P3", "facility": self.north, "published_at": timezone.now()}
        return base.mention(text, **{**said, **fields})

    def stage(self, screen_class: str, deck: Deck, **fields: Any) -> str:
        _, address = hang(screen_class, steps=[(named(deck), 60)], **fields)
        return self.get(address + "scene/")

    def test_it_shows_what_stands_in_its_columns(self) -> None:
        self.bill("Charged twice")
        self.bill("Where is the door", lane="question")
        stage = self.stage("staff", share("Money desk", BILLS))
        self.assertIn("Money desk", stage)
        self.assertIn("Bills we owe an answer", stage)
        self.assertIn("Charged twice", stage)
        self.assertNotIn("Where is the door", stage)

    def test_its_words_and_its_order_count(self) -> None:
        self.bill("the invoice, calmly", level="P3")
        self.bill("the invoice NOW", level="P2", published_at=timezone.now() - timedelta(hours=2))
        self.bill("a receipt")
        stage = self.stage("staff", share("Desk", Draft("Invoices", "all", "invoice", sort="severest")))
        self.assertNotIn("a receipt", stage)
        calm, pressing = stage.index("calmly"), stage.index("NOW")
        self.assertLess(pressing, calm)

    def test_no_id_stands_twice_on_the_page(self) -> None:
        self.bill("Charged twice")
        deck = share("Desk", BILLS, Draft("Everything", "all"))
        for screen_class in ("staff", "public"):
            _, address = hang(screen_class, steps=[(named(deck), 60)])
            page = self.get(address)
            ids = [part.split('"')[0] for part in page.split(' id="')[1:]]
            self.assertEqual(sorted(ids), sorted(set(ids)))
            self.assertEqual(page.count("Charged twice"), 3)

    def test_it_reaches_no_further_than_its_screen(self) -> None:
        west = base.facility("Northfield West", "west")
        self.bill("of the north")
        self.bill("of the west", facility=west)
        both = Draft("Bills", "billing", facilities=[self.north, west])
        stage = self.stage("locked", share("Desk", both), facilities=[west])
        self.assertIn("of the west", stage)
        self.assertNotIn("of the north", stage)

    def test_its_class_decides_what_is_told_of_a_person(self) -> None:
        author = Author.objects.create(
            network="fake", external_id="1", handle="quillfeather", name="Ottoline"
        )
        self.bill(
            "Charged twice and nobody at all in the whole of that office would tell me why", author=author
        )
        deck = share("Desk of Ottoline", BILLS)
        locked, staff, public = (self.stage(name, deck) for name in ("locked", "staff", "public"))
        self.assertIn("quillfeather", locked)
        self.assertNotIn("quillfeather", staff + public)
        self.assertIn("would tell me why", staff)
        self.assertNotIn("would tell me why", public)
        self.assertNotIn("Ottoline", public)
        self.assertNotIn("Bills we owe", public)
        self.assertIn(NAME_IN_PUBLIC, public)

    def test_what_staff_say_is_on_none(self) -> None:
        self.bill("Zebrafish", lane="staff_voice", level="P1")
        deck = share("Desk", Draft("Everything", "all"), Draft("Words", "all", "zebrafish"))
        for screen_class in ("public", "staff", "locked"):
            self.assertNotIn("Zebrafish", self.stage(screen_class, deck))

    def test_its_operations_are_for_rooms_alone(self) -> None:
        Service.objects.create(facility=self.north, kind="phones", slug="phones", name="North phones")
        deck = share("Desk", Draft("How we run", "operations"), BILLS)
        self.assertIn("North phones", self.stage("staff", deck))
        self.assertNotIn("North phones", self.stage("public", deck))

    def test_columns_that_have_no_room_are_counted(self) -> None:
        deck = share("Desk", *(Draft(f"Column {number}", "billing") for number in range(MOST + 2)))
        stage = self.stage("staff", deck)
        self.assertIn("Column 3", stage)
        self.assertNotIn("Column 4", stage)
        self.assertIn("+2 more at a desk", stage)

    def test_a_public_screen_does_not_say_which_deck_is_next(self) -> None:
        deck = share("Watch on Ottoline", BILLS)
        steps = [("live", 60), (named(deck), 60)]
        public, staff = (self.get(hang(name, steps=steps)[1]) for name in ("public", "staff"))
        self.assertNotIn("Ottoline", public)
        self.assertIn("Watch on Ottoline", staff)


class KeepingTests(ScreenTestCase):
    def test_only_a_shared_deck_hangs(self) -> None:
        base.facility()
        own = share("My own", BILLS, is_shared=False)
        self.assertNotIn(named(own), programme())
        with self.assertRaises(Refused):
            hang(steps=[(named(own), 60)])

    def test_one_that_is_shared_no_longer_leaves_the_playlist(self) -> None:
        base.facility()
        deck = share("Money desk", BILLS)
        _, address = hang(steps=[(named(deck), 60)])
        self.assertIn("Money desk", self.get(address + "scene/"))
        decks.change(deck, name="Money desk", is_shared=False, by=base.carla(), at=timezone.now())
        stage = self.get(address + "scene/")
        self.assertNotIn("Money desk", stage)
        self.assertIn('data-scene="live"', stage)

    def test_it_is_pinned_like_any_scene(self) -> None:
        deck = share("Money desk", BILLS)
        screen, address = hang()
        keeping.pin(screen, named(deck), by=base.ada(), at=timezone.now())
        self.assertIn("Money desk", self.get(address + "scene/"))

    def test_whoever_changes_it_is_told_that_it_hangs(self) -> None:
        deck = share("Money desk", BILLS)
        self.client.force_login(base.carla())
        address = reverse("deck-edit", args=[deck.slug])
        self.assertNotContains(self.client.get(address), "big screen:")
        hang(steps=[(named(deck), 60), ("live", 60)])
        self.assertContains(self.client.get(address), "hangs on 1 big screen:")

    def test_it_is_chosen_on_the_screen_s_page(self) -> None:
        deck = share("Money desk", BILLS)
        self.client.force_login(base.ada())
        self.assertContains(self.client.get(reverse("screen-create")), "Deck: Money desk")
        said = {
            "name": "Hall",
            "screen_class": "staff",
            "theme": "dark",
            "scene_1": named(deck),
            "seconds_1": 40,
        }
        self.client.post(reverse("screen-create"), said)
        self.assertEqual(Screen.objects.get().steps, [[named(deck), 40]])
