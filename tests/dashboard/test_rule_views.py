from typing import Any

from django.http import HttpResponse
from django.test import TestCase
from django.urls import reverse

from alerts import defaults, rulesets
from alerts.models import Rule
from hospital.models import Role
from tests.base import ada, facility, mallory, mention, person

ALL = "rules:\n- name: All <b>\n  queue: praise\n"


class RuleTests(TestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.client.force_login(ada())

    def send(self, **fields: Any) -> HttpResponse:
        values = {"body": ALL, "based_on": rulesets.newest(), **fields}
        return self.client.post(reverse("rules-edit"), values, follow=True)  # type: ignore[return-value]

    def test_it_shows_the_rules_in_force_and_what_comes_before_them(self) -> None:
        page = self.client.get(reverse("rules-edit"))
        self.assertContains(page, "- name: Media\n  queue: media")
        self.assertContains(page, "self-harm to Self-harm")

    def test_what_would_move_is_shown_and_nothing_moves(self) -> None:
        made = mention("A <b>rude</b> one", lane="complaint")
        answer = self.send()
        self.assertContains(answer, "1 of 1 posts would go elsewhere")
        self.assertContains(answer, 'value="Complaints&gt;Praise"')
        self.assertContains(answer, reverse("mention-detail", args=[made.pk]))
        self.assertContains(answer, "All &lt;b&gt;")
        self.assertGreater(Rule.objects.count(), 1)

    def test_it_is_put_in_force_and_taken_back(self) -> None:
        self.assertContains(self.send(keep="", note="Try"), "Version 2 is in force")
        self.assertEqual(Rule.objects.get().name, "All <b>")
        page = self.client.get(reverse("rules-version", args=[2]))
        self.assertContains(page, '<span class="is-in">+- name: All &lt;b&gt;')
        self.assertContains(
            self.client.post(reverse("rules-go-back", args=[1]), follow=True), "as in version 1"
        )
        self.assertGreater(Rule.objects.count(), 1)

    def test_a_mistake_is_pointed_at_and_nothing_is_lost(self) -> None:
        answer = self.send(body=ALL + "  lanes: [emergency]\n", keep="")
        self.assertContains(answer, "is a safety lane", status_code=409)
        self.assertContains(answer, '<li class="is-here"><span class="num">4</span>', status_code=409)
        self.assertContains(answer, "- name: All &lt;b&gt;\n", status_code=409)

    def test_odd_fields_are_refused(self) -> None:
        for fields in ({"body": ""}, {"body": "a\x00"}, {"based_on": "x"}, {"based_on": 10**30}):
            with self.subTest(fields):
                self.assertEqual(self.send(**fields).status_code, 409)

    def test_a_version_that_is_not_there_is_not_there(self) -> None:
        for number in (0, 7, 10**30):
            self.assertEqual(self.client.get(f"/rules/{number}/").status_code, 404)
            self.assertEqual(self.client.post(f"/rules/{number}/use/").status_code, 404)

    def test_an_admin_of_one_facility_may_try_and_not_save(self) -> None:
        self.client.force_login(person("hana", Role.ADMIN, facility()))
        self.assertContains(self.send(), "Show what would move")
        self.assertContains(self.send(keep=""), "only an admin of all of them", status_code=409)
        self.assertGreater(Rule.objects.count(), 1)

    def test_mallory_is_turned_away(self) -> None:
        self.client.force_login(mallory())
        self.assertEqual(self.client.get(reverse("rules-edit")).status_code, 403)
        self.assertEqual(self.send().status_code, 403)
