from datetime import timedelta
from typing import Any

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from dashboard.models import Screen
from dashboard.screens import keeping
from hospital.models import AuditEntry, Role
from tests import base
from tests.dashboard.screens.base import hang

FILLED = {"name": "Desk 2", "screen_class": "staff", "theme": "light", "scene_1": "live", "seconds_1": "45"}


class ScreenViewsTests(TestCase):
    def setUp(self) -> None:
        self.north = base.facility("Northfield North", "north")
        self.west = base.facility("Northfield West", "west")
        self.client.force_login(base.carla())

    def post(self, route: str, screen: Screen | None = None, /, **values: Any) -> str:
        address = reverse(route, args=[screen.pk] if screen else [])
        return self.client.post(address, values, follow=True).content.decode()

    def test_mallory_is_turned_away(self) -> None:
        self.client.force_login(base.mallory())
        for address in (reverse("screen-list"), reverse("screen-create")):
            self.assertEqual(self.client.get(address).status_code, 403)

    def test_its_address_is_shown_once_and_opens_it(self) -> None:
        page = self.post("screen-create", **FILLED)
        address = page.partition("<code>http://testserver")[2].partition("</code>")[0]
        self.assertEqual(self.client.get(address).status_code, 200)
        screen = Screen.objects.get()
        self.assertEqual((screen.steps, screen.is_everywhere, screen.theme), ([["live", 45]], True, "light"))
        for route in ("screen-list", "screen-edit"):
            args = [screen.pk] if route == "screen-edit" else []
            self.assertNotIn(address, self.client.get(reverse(route, args=args)).content.decode())

    def test_what_is_wrong_is_said_and_nothing_is_kept(self) -> None:
        hang(name="Desk 2")
        for values, words in (
            ({}, "Another screen has that name"),
            ({"name": "New", "seconds_1": "9"}, "greater than or equal to 10"),
            ({"name": "New", "seconds_1": "601"}, "less than or equal to 600"),
            ({"name": "New", "dim_from": "22:00"}, "Give both times"),
            ({"name": "New", "screen_class": "open"}, "Select a valid choice"),
            ({"name": "New", "theme": "device"}, "Select a valid choice"),
        ):
            with self.subTest(words):
                self.assertIn(words, self.post("screen-create", **{**FILLED, **values}))
        self.assertEqual(Screen.objects.count(), 1)

    def test_somebody_of_one_place_hangs_screens_of_that_place_alone(self) -> None:
        self.client.force_login(base.person("mara", Role.MANAGER, self.north))
        self.assertIn("This field is required", self.post("screen-create", **FILLED))
        self.assertIn("Select a valid choice", self.post("screen-create", **FILLED, facilities=self.west.pk))
        self.post("screen-create", **FILLED, facilities=self.north.pk)
        both, _ = hang(facilities=[self.north, self.west])
        everywhere, _ = hang()
        for screen in (both, everywhere):
            self.assertEqual(self.client.get(reverse("screen-edit", args=[screen.pk])).status_code, 404)
        self.assertContains(self.client.get(reverse("screen-list")), "Desk 2")
        self.assertNotContains(self.client.get(reverse("screen-list")), both.name)

    def test_each_move_answers_in_words_and_is_audited(self) -> None:
        screen, _ = hang()
        for route, values, words in (
            ("screen-pin", {"scene": "live"}, "Pinned: Live wall."),
            ("screen-skip", {}, keeping.PINNED),
            ("screen-let-go", {}, "goes on where it was"),
            ("screen-let-go", {}, keeping.NOT_PINNED),
            ("screen-skip", {}, "Skipped."),
            ("screen-pin", {"scene": "nothing"}, keeping.UNKNOWN),
            ("screen-renew", {}, "shown this once"),
            ("screen-take-down", {}, "Taken down."),
            ("screen-skip", {}, keeping.DOWN),
            ("screen-renew", {}, keeping.DOWN),
            ("screen-put-up", {}, "Up again."),
        ):
            with self.subTest(route=route, words=words):
                self.assertIn(words, self.post(route, screen, **values))
        actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
        self.assertEqual(
            actions,
            [f"screen.{verb}" for verb in ("make", "pin", "let_go", "skip", "renew", "take_down", "put_up")],
        )

    def test_a_change_is_kept(self) -> None:
        screen, _ = hang()
        self.post(
            "screen-edit", screen, **FILLED, facilities=self.north.pk, dim_from="22:00", dim_until="06:00"
        )
        screen.refresh_from_db()
        self.assertEqual((screen.name, screen.facility_ids), ("Desk 2", frozenset({self.north.pk})))
        self.assertContains(self.client.get(reverse("screen-edit", args=[screen.pk])), 'value="22:00"')

    def test_a_preview_shows_what_the_screen_does_and_asks_for_nothing(self) -> None:
        base.mention("The lobby is cold")
        screen, _ = hang()
        page = self.client.get(reverse("screen-preview", args=[screen.pk])).content.decode()
        self.assertIn("The lobby is cold", page)
        for theirs in ('hx-get="/', "wall.js", "/screens/", "<iframe"):
            self.assertNotIn(theirs, page)

    def test_it_says_when_a_screen_was_seen(self) -> None:
        screen, address = hang()
        self.assertContains(self.client.get(reverse("screen-list")), "not yet opened")
        self.client.get(address)
        self.assertContains(self.client.get(reverse("screen-list")), "seen <time")
        Screen.objects.update(seen_at=timezone.now() - timedelta(hours=1))
        self.assertContains(self.client.get(reverse("screen-list")), "not seen since")
        keeping.take_down(screen, by=base.ada(), at=timezone.now())
        self.assertContains(self.client.get(reverse("screen-list")), "taken down")
