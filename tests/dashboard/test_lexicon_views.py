import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import TestCase
from django.urls import reverse

from dashboard.lexicon_views import lines_named
from hospital.models import Role
from listening import lexicons
from listening.lexicon_kinds import KINDS
from listening.models import LexiconVersion, Mention
from tests.base import NOW, ada, facility, mention, person

HEALTH = KINDS["health"]
CHANGED = HEALTH.shipped + "# Changed.\n"
BAD = "version = '1'\nnegations = = 3\n<b>\n"
WORSE = '\n[[group]]\nname = "test word"\nweight = -3.5\nany = "zorbly"\n'


class Lexicon(TestCase):
    ada: User

    @classmethod
    def setUpTestData(cls) -> None:
        cls.ada = ada()

    def setUp(self) -> None:
        self.client.force_login(self.ada)

    def send(self, route: str = "lexicon-edit", *parts: object, **fields: Any) -> HttpResponse:
        values = {"body": CHANGED, "note": "Why not", "based_on": 0, **fields}
        return self.client.post(reverse(route, args=["health", *parts]), values, follow=True)  # type: ignore[return-value]

    def save(self) -> None:
        lexicons.save(HEALTH, CHANGED, based_on=0, note="First", by=self.ada, at=NOW)


class EditTests(Lexicon):
    def test_what_is_saved_comes_into_force(self) -> None:
        self.assertContains(self.send(), "Version 1 is in force")
        made = LexiconVersion.objects.get()
        self.assertEqual((made.body, made.note, made.by), (lexicons.tidy(CHANGED), "Why not", self.ada))

    def test_an_error_names_its_line_and_loses_nothing(self) -> None:
        answer = self.send(body=BAD)
        self.assertContains(answer, "Line 2", status_code=409)
        self.assertContains(answer, '<li class="is-here"><span class="num">2</span>', status_code=409)
        self.assertContains(answer, "negations = = 3\n&lt;b&gt;", status_code=409)
        self.assertFalse(LexiconVersion.objects.exists())

    def test_of_two_editors_the_later_keeps_what_was_typed(self) -> None:
        self.save()
        answer = self.send(body=CHANGED + "# Mine.\n")
        self.assertContains(answer, "Version 1 by ada came into force meanwhile", status_code=409)
        self.assertContains(answer, "# Mine.", status_code=409)

    def test_odd_fields_are_refused(self) -> None:
        for fields in ({"based_on": "x"}, {"based_on": 10**30}, {"body": ""}, {"body": "a\x00"}):
            with self.subTest(fields):
                self.assertEqual(self.send(**fields).status_code, 409)

    def test_an_admin_of_one_facility_may_look_and_try_but_not_save(self) -> None:
        self.save()
        self.client.force_login(person("hana", Role.ADMIN, facility()))
        self.assertContains(self.send(based_on=1), "only an admin of all of them", status_code=409)
        self.assertContains(self.send("lexicon-go-back", 0), "only an admin of all of them")
        self.assertEqual(lexicons.number_in_force(HEALTH), 1)
        self.assertEqual(self.send("lexicon-preview").status_code, 200)

    def test_an_unknown_list_is_not_there(self) -> None:
        self.assertEqual(self.client.get("/reading/rules/").status_code, 404)


class PreviewTests(Lexicon):
    def test_it_shows_what_would_change_and_saves_nothing(self) -> None:
        made = mention("Zorbly <script> zorbly", facility=facility())
        answer = self.send("lexicon-preview", body=HEALTH.shipped + WORSE)
        self.assertContains(answer, "1 of 1 posts would read otherwise")
        self.assertContains(answer, reverse("mention-detail", args=[made.pk]))
        self.assertContains(answer, "Zorbly &lt;script&gt; zorbly")
        self.assertContains(answer, "test word")
        self.assertFalse(LexiconVersion.objects.exists())
        self.assertEqual(Mention.objects.get().reader_version, "test")

    def test_a_count_opens_the_posts_behind_it(self) -> None:
        mention("Zorbly zorbly")
        answer = self.send("lexicon-preview", body=HEALTH.shipped + WORSE)
        shown = re.findall(r'name="show" value="(sentiment:[^"]*)"', answer.content.decode())
        self.assertEqual(shown, ["sentiment:neutral&gt;negative"])
        opened = self.send("lexicon-preview", body=HEALTH.shipped + WORSE, show="sentiment:neutral>negative")
        self.assertContains(opened, 'aria-pressed="true"')
        self.assertContains(opened, "From Neutral to Negative")

    def test_what_cannot_be_read_is_said_with_its_line(self) -> None:
        answer = self.send("lexicon-preview", body=BAD)
        self.assertContains(answer, "This cannot be read")
        self.assertContains(answer, '<li class="is-here"><span class="num">2</span>')

    def test_posts_out_of_reach_are_not_tried(self) -> None:
        mention("cancer", facility=facility())
        mention("cancer")
        self.client.force_login(person("hana", Role.ADMIN, facility()))
        self.assertContains(self.send("lexicon-preview"), "0 of 1 posts would read otherwise")

    def test_with_no_posts_it_says_so(self) -> None:
        self.assertContains(self.send("lexicon-preview"), "No posts are stored yet.")


class VersionTests(Lexicon):
    def test_it_shows_what_changed_line_by_line(self) -> None:
        self.save()
        page = self.client.get(reverse("lexicon-version", args=["health", 1]))
        self.assertContains(page, '<span class="is-in">+# Changed.')
        self.assertContains(page, "First")

    def test_it_can_be_set_beside_any_other(self) -> None:
        self.save()
        page = self.client.get(reverse("lexicon-version", args=["health", 0]), {"against": "1"})
        self.assertContains(page, '<span class="is-out">-# Changed.')

    def test_an_earlier_one_can_be_put_in_force(self) -> None:
        self.save()
        self.assertContains(self.send("lexicon-go-back", 0), "The shipped list is in force again")
        self.assertContains(self.send("lexicon-go-back", 0), "in force already")

    def test_one_that_is_not_there_is_not_there(self) -> None:
        for number, against in ((7, ""), (10**30, ""), (0, "7")):
            address = f"/reading/health/{number}/?against={against}"
            self.assertEqual(self.client.get(address).status_code, 404)
        self.assertEqual(self.client.get("/reading/health/0/?against=x").status_code, 200)
        self.assertEqual(self.client.post("/reading/health/7/use/").status_code, 404)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Bad (at line 2, column 3)", [(1, False), (2, True), (3, False), (4, False)]),
        ("Line 1: no", [(1, True), (2, False), (3, False)]),
        ("line 99", []),
        ("line 0", [(1, False), (2, False)]),
        ("no place", []),
        ("Topic 'b': it needs a label.", [(1, False), (2, True), (3, False), (4, False)]),
        ("Topic 'z': it needs a label.", []),
    ],
)
def test_the_line_an_error_names_is_shown_with_its_neighbours(
    message: str, expected: list[tuple[int, bool]]
) -> None:
    found = lines_named(message, "a\n [b]\nc\n")
    assert [(line.number, line.is_wrong) for line in found] == expected
