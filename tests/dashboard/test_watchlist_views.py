import re
from typing import Any
from unittest import mock

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from dashboard import previews
from hospital.models import Role
from listening import previewing
from listening.models import Mention, Watchlist
from listening.models.mention import STAFF_VOICE
from listening.previewing import Lines
from tests.base import ada, facility, mallory, mention, person, source, watchlist

LINES = 'northfield wait*\n"north ed"'


def said(text: str, **fields: Any) -> Mention:
    return mention(text, published_at=timezone.now(), **fields)


class Editor(TestCase):
    ada: User

    @classmethod
    def setUpTestData(cls) -> None:
        cls.ada = ada()

    def setUp(self) -> None:
        self.client.force_login(self.ada)

    def preview(self, lines: str = LINES, made: Watchlist | None = None, **fields: Any) -> HttpResponse:
        route = reverse("watchlist-preview", args=[made.pk]) if made else reverse("watchlist-try")
        values = {"name": "Flu", "lines": lines, "is_active": "on", **fields}
        return self.client.post(route, values)  # type: ignore[return-value]

    def told(self, answer: HttpResponse) -> str:
        found = re.search(r'name="told" value="([^"]+)"', answer.content.decode())
        assert found
        return found[1]


class PreviewTests(Editor):
    def test_it_shows_what_is_found_marked_and_saves_nothing(self) -> None:
        made = said("Northfield <b>waits</b> again")
        answer = self.preview()
        self.assertContains(answer, "<mark>Northfield</mark> &lt;b&gt;<mark>waits</mark>")
        self.assertContains(answer, reverse("mention-detail", args=[made.pk]))
        self.assertContains(answer, '<b class="num">1</b> found')
        self.assertFalse(Watchlist.objects.exists())

    def test_what_was_typed_is_still_there(self) -> None:
        answer = self.preview(
            "northfield\n AND wait", name="<Flu>", purpose="Why", facility=str(facility().pk)
        )
        self.assertContains(answer, "northfield\n AND wait</textarea>")
        for kept in ('value="&lt;Flu&gt;"', 'value="Why"', " selected>", " checked>"):
            self.assertContains(answer, kept)

    def test_it_says_what_an_edit_adds_and_removes(self) -> None:
        made = watchlist("northfield rude", "northfield kind")
        for text in ("Northfield rude", "Northfield kind", "Northfield waits", "Northfield waiting"):
            said(text)
        answer = self.preview("northfield wait*\nnorthfield kind", made)
        for told in ("+ 2 added", "− 1 removed", "with this edit", ">new</b>"):
            self.assertContains(answer, told)

    def test_each_number_opens_its_mentions(self) -> None:
        made = watchlist("northfield rude")
        said("Northfield rude"), said("Northfield waits")
        told = self.told(self.preview("northfield wait*", made))
        for show, text, other in (("removed", "rude", "waits"), ("added", "waits", "rude")):
            opened = self.preview("northfield wait*", made, told=told, show=show)
            self.assertContains(opened, f"<mark>{text}</mark>")
            self.assertNotContains(opened, f"<mark>{other}</mark>")
        day = self.preview("northfield wait*", made, told=told, show=f"{timezone.localdate()}")
        self.assertContains(day, f"{timezone.localdate():%A} {timezone.localdate().day} ")
        self.assertContains(day, "2 in all, newest first")

    def test_a_walk_cut_short_is_taken_up_where_it_stands(self) -> None:
        said("Northfield waits")
        mention("Northfield waited")  # months ago
        with mock.patch.object(previewing, "SECONDS", -1):
            first = self.preview()
        self.assertContains(first, "Look further back")
        with mock.patch.object(previewing, "SECONDS", -1):
            shown = self.preview(told=self.told(first))
        self.assertContains(shown, "Look further back")
        last = self.preview(told=self.told(first), go_on="1")
        self.assertContains(last, "All 2 stored mentions were looked at")

    def test_what_was_told_counts_only_for_the_same_lines_and_the_same_reach(self) -> None:
        lines, other = Lines(("northfield",)), Lines(("larkmoor",))
        found = previewing.preview(lines, facility_ids=None, now=timezone.now())
        sealed = previews.sealed(found, None)
        self.assertEqual(previews.opened(sealed, lines, None), found.told)
        for text, asked, reach in (
            (sealed, other, None),
            (sealed, lines, frozenset({1})),
            (f"{sealed}x", lines, None),
            ("\x00", lines, None),
        ):
            self.assertIsNone(previews.opened(text, asked, reach))

    def test_a_mistake_is_pointed_at_and_the_last_preview_stays(self) -> None:
        answer = self.preview("northfield\n wait NEAR/ lobby")
        self.assertContains(answer, "Line 2, character 12.")
        self.assertContains(answer, '<span class="num">2</span> wait NEAR/<u> </u>lobby')
        self.assertContains(answer, "           ^ a number of words")
        self.assertEqual(answer["HX-Reswap"], "none")

    def test_what_is_too_wide_is_refused_before_it_is_looked_for(self) -> None:
        for lines in ("the", "*", "NOT northfield", "a", " OR ".join(f"word{n}" for n in range(5_000))):
            with self.subTest(lines[:20]):
                self.assertContains(self.preview(lines), 'class="mistake"')
        self.assertContains(
            self.preview("facility:nowhere northfield"), "There is no facility called nowhere"
        )

    def test_hostile_fields_do_no_harm(self) -> None:
        said("Northfield waits")
        hostile: list[dict[str, Any]] = [
            {"show": "\x00"},
            {"show": "9999-99-99"},
            {"show": "0001-01-01"},
            {"show": "9999-12-31"},
            {"told": "x" * 9_999},
            {"facility": "\x00"},
        ]
        for fields in hostile:
            with self.subTest(fields):
                self.assertEqual(self.preview(**fields).status_code, 200)
        self.assertEqual(self.preview("northfield\x00\u202e").status_code, 200)

    def test_nothing_stored_is_said(self) -> None:
        self.assertContains(self.preview(), "Nothing is stored yet.")


class ReachTests(Editor):
    def test_only_what_one_may_see_is_counted_and_shown(self) -> None:
        here, there = facility(), facility("Northfield North", "north")
        for place in (here, there, None):
            said("Northfield waits", facility=place)
        said("Northfield waits here", facility=here, lane=STAFF_VOICE)
        self.client.force_login(person("hana", Role.ADMIN, here))
        answer = self.preview(facility=str(here.pk))
        self.assertContains(answer, "<mark>waits</mark>", count=1)
        self.assertContains(answer, "All 1 stored")
        self.client.force_login(person("omar", Role.ADMIN))
        self.assertContains(self.preview(), "<mark>waits</mark>", count=3)

    def test_who_somebody_is_stays_masked_and_self_harm_withheld(self) -> None:
        said("Northfield waits, call me on 555-0142 about it", lane="complaint")
        said("Northfield waits, the other one", lane="self_harm")
        answer = self.preview()
        self.assertNotContains(answer, "555-0142")
        self.assertNotContains(answer, "the other one")
        self.assertContains(answer, "About self-harm.")

    def test_mallory_is_turned_away(self) -> None:
        made = watchlist("northfield")
        self.client.force_login(mallory())
        self.assertEqual(self.preview().status_code, 403)
        self.assertEqual(self.preview(made=made).status_code, 403)

    def test_a_watchlist_out_of_reach_is_not_there(self) -> None:
        made = watchlist("northfield", facility=facility("Northfield North", "north"))
        self.client.force_login(person("hana", Role.ADMIN, facility()))
        self.assertEqual(self.preview(made=made).status_code, 404)


class SentTests(Editor):
    def test_it_shows_what_each_network_is_asked(self) -> None:
        source("x", kind="x"), source("news", kind="rss")
        answer = self.preview('northfield wait*\n"north ed" NOT jobs\nstars:1')
        self.assertContains(answer, "northfield OR (&quot;north ed&quot; -jobs)")
        self.assertContains(answer, "endings (*)")
        self.assertContains(answer, "<code>stars:1</code>")
        self.assertContains(answer, "Every entry of the chosen feeds is read and matched here.")

    def test_it_estimates_what_is_paid_for(self) -> None:
        there = source("x", kind="x")
        for text in ("Northfield waits", "Northfield was kind"):
            said(text, source=there)
        answer = self.preview("northfield wait*")
        self.assertContains(answer, 'About <b class="num">2</b> paid posts a month, <b class="num">$0.01</b>')

    def test_without_a_source_it_says_so(self) -> None:
        self.assertContains(self.preview(), "No source is set up.")


class SaveTests(Editor):
    def test_a_query_over_several_lines_is_kept_as_one(self) -> None:
        lines = (
            '("north ed" OR "north emergency department" OR triage)\nAND (wait* OR queue OR hours)\nNOT jobs'
        )
        self.client.post(reverse("watchlist-create"), {"name": "Waits", "lines": lines, "is_active": "on"})
        (made,) = Watchlist.objects.all()
        self.assertEqual([query.expression for query in made.queries.all()], [" ".join(lines.split())])
        page = self.client.get(reverse("watchlist-edit", args=[made.pk])).content.decode()
        self.assertIn(lines.replace('"', "&quot;") + "</textarea>", page)

    def test_a_mistake_is_pointed_at_and_nothing_is_saved(self) -> None:
        fields = {"name": "Waits", "lines": "northfield AND (wait", "is_active": "on"}
        answer = self.client.post(reverse("watchlist-create"), fields)
        self.assertContains(answer, "Line 1, character 16.", status_code=409)
        self.assertContains(answer, "northfield AND (wait</textarea>", status_code=409)
        self.assertFalse(Watchlist.objects.exists())

    def test_the_examples_of_the_help_can_all_be_read(self) -> None:
        page = self.client.get(reverse("watchlist-create")).content.decode()
        examples = re.findall(r'<th scope="row"><code>(.*?)</code></th>', page)
        self.assertGreater(len(examples), 8)
        for example in examples:
            answer = self.preview(example.replace("&lt;", "<").replace("&amp;", "&"))
            self.assertContains(answer, "Understood.", msg_prefix=example)
