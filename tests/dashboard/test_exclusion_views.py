import re
from typing import Any

from django.http import HttpResponse
from django.test import TestCase
from django.urls import reverse

from hospital.models import Role
from listening import exclusions
from listening.models import Author, Exclusion, Match, Mention, Query
from tests.base import NOW, ada, carla, facility, mallory, mention, person, watchlist

BAND = "now playing North Ed <b>and</b> the Waiting Rooms, call 555-0142"


class Exclusions(TestCase):
    def setUp(self) -> None:
        self.main = facility()
        watchlist('"north ed"')
        author = Author.objects.create(network="fake", external_id="7", handle="lark")
        phone = [["phone", BAND.index("555"), len(BAND)]]
        self.mention = mention(BAND, author=author, facility=self.main, identifiers={"text": phone})
        at = BAND.index("North")
        Match.objects.create(mention=self.mention, query=Query.objects.get(), spans=[[at, at + 8]])
        self.client.force_login(ada())

    @property
    def address(self) -> str:
        return reverse("mention-exclude", args=[self.mention.pk])

    def ask(self, **fields: Any) -> HttpResponse:
        values = {"kind": "phrase", "words": "now playing", "is_everywhere": "on", **fields}
        return self.client.post(self.address, values, follow=True)  # type: ignore[return-value]

    def keep(self, **fields: Any) -> HttpResponse:
        """Look at what would go, then leave it out, as a person does."""
        shown = re.search(r'name="shown" value="(\w+)"', self.ask(**fields).content.decode())
        return self.ask(**fields, keep="", shown=shown[1] if shown else "")

    def carry_out(self) -> None:
        for each in Exclusion.objects.all():
            exclusions.carry_out(each.pk, NOW)


class ExcludeTests(Exclusions):
    def test_it_offers_what_fits_the_post(self) -> None:
        page = self.client.get(self.address)
        self.assertContains(page, 'value="now playing North Ed &lt;b&gt;and&lt;/b&gt; the"')
        self.assertContains(page, "&quot;north ed&quot;")
        self.assertNotContains(page, "555-0142")
        self.assertNotContains(page, 'value="site"')

    def test_what_else_would_go_is_shown_before_it_goes(self) -> None:
        mention("now playing elsewhere")
        mention("now playing, he collapsed", lane="emergency", level="P0")
        answer = self.ask(keep="")
        self.assertContains(answer, "2 stored posts would go")
        self.assertContains(answer, "1 more speaks")
        self.assertContains(answer, "now playing elsewhere")
        self.assertFalse(Exclusion.objects.exists())

    def test_what_was_shown_is_what_is_kept(self) -> None:
        shown = re.search(r'name="shown" value="(\w+)"', self.ask().content.decode())
        assert shown
        self.ask(words="the waiting rooms", keep="", shown=shown[1])
        self.assertFalse(Exclusion.objects.exists())
        self.assertContains(self.keep(), "Left out. It can be undone")
        self.assertEqual(Exclusion.objects.get().expression, '"now playing"')

    def test_a_person_is_left_out_with_a_reason_and_for_a_while(self) -> None:
        self.assertContains(self.keep(kind="author"), "Say in a sentence why", status_code=409)
        self.keep(kind="author", reason="Sells concert tickets", days="7")
        made = Exclusion.objects.get()
        assert made.until
        self.assertEqual((made.until - made.at).days, 7)
        page = self.client.get(reverse("exclusion-list"))
        self.assertContains(page, "Sells concert tickets")
        self.assertNotContains(page, "lark")

    def test_odd_fields_are_refused(self) -> None:
        for fields in (
            {"kind": "x"},
            {"words": "a\x00b"},
            {"words": "w" * 999},
            {"kind": "author", "days": "9999"},
            {"kind": "context", "query": "9" * 40},
        ):
            with self.subTest(fields):
                self.assertEqual(self.ask(**fields).status_code, 409)

    def test_an_admin_of_one_facility_leaves_out_only_there(self) -> None:
        mention("now playing elsewhere", facility=facility("Northfield North Hospital", "north"))
        self.client.force_login(person("hana", Role.ADMIN, self.main))
        self.assertContains(self.ask(), "1 stored post would go")
        self.keep()
        self.assertEqual(Exclusion.objects.get().facility, self.main)

    def test_a_card_shows_the_way_to_whoever_may_go_it(self) -> None:
        self.assertIn("may-exclude", self.client.get("/").content.decode())
        self.client.force_login(carla())
        self.assertNotIn("may-exclude", self.client.get("/").content.decode())

    def test_mallory_is_turned_away(self) -> None:
        self.client.force_login(mallory())
        self.assertEqual(self.client.get(self.address).status_code, 403)
        self.assertEqual(self.client.get(reverse("exclusion-list")).status_code, 403)


class UndoTests(Exclusions):
    def test_it_is_counted_and_comes_back(self) -> None:
        self.keep()
        self.carry_out()
        self.assertContains(self.client.get(reverse("exclusion-list")), '<b class="num">1</b> excluded')
        self.assertContains(
            self.client.get(reverse("mention-detail", args=[self.mention.pk])), "Left out: not about us"
        )
        made = Exclusion.objects.get()
        answer = self.client.post(reverse("exclusion-undo", args=[made.pk]), follow=True)
        self.assertContains(answer, "comes back to the walls")
        self.assertContains(answer, "They are coming back.")
        self.carry_out()
        self.assertContains(
            self.client.get(reverse("exclusion-detail", args=[made.pk])), "Everything is back."
        )
        self.assertContains(self.client.get("/"), "Waiting Rooms")

    def test_while_it_is_carried_out_the_page_says_so(self) -> None:
        answer = self.keep()
        self.assertContains(answer, "Stored posts are being looked through.")
        self.assertContains(answer, 'hx-trigger="every 2s"')

    def test_danger_that_is_covered_is_named(self) -> None:
        Mention.objects.update(lane="emergency", level="P0")
        self.keep()
        self.carry_out()
        page = self.client.get(reverse("mention-detail", args=[self.mention.pk]))
        self.assertContains(page, "shown all the same")
        self.assertContains(self.client.get(reverse("exclusion-list")), '<b class="num">0</b> excluded')

    def test_the_wall_holds_nothing_that_is_left_out(self) -> None:
        self.keep()
        self.carry_out()
        self.assertNotContains(self.client.get("/"), "Waiting Rooms")
