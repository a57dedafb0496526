from django.http import Http404
from django.test import SimpleTestCase, TestCase
from django.urls import reverse

from dashboard import arrivals, wall_filters
from dashboard.looking import Looker
from dashboard.wall_filters import WallFilter
from listening.models import Mention
from tests import base
from tests.base import NOW


def wanted(**params: str) -> WallFilter:
    return wall_filters.read(params, facilities=[], sources=[])


class ReadTests(SimpleTestCase):
    def test_only_about_us_is_kept_in_the_address(self) -> None:
        self.assertTrue(wanted(about="us").is_only_us)
        self.assertEqual(wanted(about="us").query, "about=us")
        self.assertTrue(wanted(about="us").is_narrow)
        self.assertFalse(wanted().is_only_us)

    def test_a_wild_value_is_not_there(self) -> None:
        for value in ("them", "US", "\x00"):
            with self.assertRaises(Http404):
                wanted(about=value)


class AboutTests(TestCase):
    """Three posts: about us, in doubt, and not about us."""

    def setUp(self) -> None:
        for text, about in (("of us", "yes"), ("of whom", "unsure"), ("of them", "no")):
            base.mention(text, about_us=about)

    def test_the_wall_shows_all_and_says_what_is_in_doubt(self) -> None:
        self.client.force_login(base.carla())
        page = self.client.get(reverse("wall")).content.decode()
        self.assertEqual(page.count("Maybe not about us"), 2)
        only_us = self.client.get(reverse("wall"), {"about": "us"}).content.decode()
        self.assertIn("of us", only_us)
        self.assertNotIn("of whom", only_us)
        self.assertNotIn("of them", only_us)

    def test_the_stream_admits_what_the_page_shows(self) -> None:
        for filtered in (wanted(), wanted(about="us")):
            shown = set(filtered.narrow(Mention.objects.all(), NOW).values_list("wall_seq", flat=True))
            came = arrivals.after(0, limit=9)
            looker = Looker(None, wanted=filtered)
            admitted = {each.seq for each in came if each.frame_for(looker, NOW) != each.drop}
            self.assertEqual(admitted, shown)
