"""A screen that a whole room can read shows that there is an emergency, and none of its words."""

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from dashboard import arrivals
from dashboard.faces import Face
from listening.models import Mention
from tests import base

SECRET = "Zebrafish"
LANES = ("emergency", "self_harm", "threat")


class SilentScreenTests(TestCase):
    def setUp(self) -> None:
        self.client.force_login(base.carla())

    def urgent(self, lane: str) -> Mention:
        said = {"title": f"{SECRET} title", "reasons": [f"says {SECRET}"], "language": "en"}
        now = timezone.now()
        return base.mention(
            f"{SECRET} in my chest", lane=lane, level="P0", severity=95, published_at=now, **said
        )

    def page(self, route: str, **params: str) -> str:
        return self.client.get(reverse(route), params).content.decode()

    def test_neither_the_page_nor_its_refresh_shows_a_word(self) -> None:
        for lane in LANES:
            self.urgent(lane)
            for route in ("wall", "wall-status"):
                with self.subTest(lane=lane, route=route):
                    page = self.page(route, view="wall")
                    self.assertNotIn(SECRET, page)
                    self.assertIn("urgent item", page)

    def test_what_the_stream_sends_to_a_screen_is_silent_too(self) -> None:
        for lane in LANES:
            with self.subTest(lane):
                urgent = self.urgent(lane)
                (came,) = arrivals.after(urgent.wall_seq - 1, limit=1)
                self.assertNotIn(SECRET.encode(), came.shown[Face.SCREEN])
                self.assertIn(b"urgent item", came.shown[Face.SCREEN])

    def test_the_band_counts_them(self) -> None:
        self.urgent("emergency")
        self.assertIn("1 urgent item,", self.page("wall-status", view="wall"))
        self.urgent("self_harm")
        self.assertIn("2 urgent items,", self.page("wall-status", view="wall"))

    def test_a_desk_still_reads_an_emergency(self) -> None:
        self.urgent("emergency")
        self.assertIn(SECRET, self.page("wall"))

    def test_what_is_less_urgent_is_still_read_on_a_screen(self) -> None:
        post = base.mention(f"{SECRET} at the desk", lane="complaint", level="P2")
        (came,) = arrivals.after(post.wall_seq - 1, limit=1)
        self.assertIn(SECRET.encode(), came.shown[Face.SCREEN])
