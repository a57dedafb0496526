from typing import Any

from django.test import TestCase
from django.urls import reverse

from hospital.models import Facility, Role
from listening import labels
from listening.models import Label, Mention
from tests import base

READ: dict[str, Any] = {"sentiment": "negative", "score": -0.57, "reader_version": "2"}


class LabelTestCase(TestCase):
    place: Facility | None = None

    def setUp(self) -> None:
        self.mention = base.mention("The nurse was sick of waiting.", **READ, facility=self.place)
        self.carla = base.carla()
        self.client.force_login(self.carla)

    def page(self, name: str, pk: int | None = None) -> str:
        return self.client.get(reverse(name, args=[pk or self.mention.pk])).content.decode()

    def post(self, name: str, pk: int | None = None, **data: Any) -> Any:
        return self.client.post(reverse(name, args=[pk or self.mention.pk]), data)

    def put(self, aspect: str, value: Any) -> Label:
        return labels.put(self.mention.pk, aspect, value, by=self.carla, at=base.NOW)

    def tone(self) -> str:
        self.mention.refresh_from_db()
        return self.mention.sentiment


class PanelTests(LabelTestCase):
    def test_one_key_sets_each_tone(self) -> None:
        page = self.page("mention-label-panel")
        for key, value in (("1", "negative"), ("2", "neutral"), ("3", "positive")):
            self.assertRegex(page, f'name="value" value="{value}" data-key="{key}"')

    def test_it_shows_what_is_said_now(self) -> None:
        Mention.objects.update(topics=["parking"], level="P2")
        page = self.page("mention-label-panel")
        self.assertRegex(page, 'value="negative" data-key="1" aria-current="true"')
        self.assertInHTML('<input type="radio" name="value" value="P2" checked>', page)
        self.assertInHTML('<input type="checkbox" name="value" value="parking" checked>', page)
        self.assertInHTML('<input type="checkbox" name="value" value="food">', page)

    def test_it_shows_who_said_so_beside_what_the_reader_had_said(self) -> None:
        self.put("sentiment", "positive")
        page = self.page("mention-label-panel")
        self.assertIn("Set to <b>positive</b> by carla", page)
        self.assertIn("The reader had said negative -0.57", page)

    def test_the_page_of_its_own_holds_it_open(self) -> None:
        self.assertIn('aria-labelledby="panel-title" open>', self.page("mention-label"))
        self.assertNotIn('aria-labelledby="panel-title" open>', self.page("mention-label-panel"))

    def test_words_about_self_harm_are_not_met_unprepared(self) -> None:
        Mention.objects.update(lane="self_harm")
        self.assertNotIn("sick of waiting", self.page("mention-label-panel"))


class PutTests(LabelTestCase):
    def test_each_aspect_is_set(self) -> None:
        self.post("mention-label-put", aspect="sentiment", value="neutral")
        self.post("mention-label-put", aspect="topics", value=["food", "parking"])
        self.post("mention-label-put", aspect="level", value="P2")
        self.mention.refresh_from_db()
        self.assertEqual((self.mention.sentiment, self.mention.level), ("neutral", "P2"))
        self.assertEqual(self.mention.topics, ["food", "parking"])

    def test_without_scripts_it_leads_to_the_mention_and_says_so(self) -> None:
        answer = self.post("mention-label-put", aspect="sentiment", value="positive")
        self.assertEqual(answer["Location"], reverse("mention-detail", args=[self.mention.pk]))
        self.assertIn("Tone set to positive.", self.page("mention-detail"))

    def test_with_them_it_answers_the_line_with_its_undo(self) -> None:
        answer = self.post("mention-label-put-here", aspect="sentiment", value="positive")
        self.assertEqual(answer["HX-Trigger"], "labelled")
        self.assertIn("Tone set to <b>positive</b>", answer.content.decode())
        self.assertIn(reverse("label-undo-here", args=[Label.objects.get().pk]), answer.content.decode())

    def test_nonsense_is_refused_in_words(self) -> None:
        wild = [("", ""), ("sentiment", ""), ("level", "P7"), ("topics", "x"), ("x", "y"), ("level", "\x00")]
        for aspect, value in wild:
            data: dict[str, Any] = {"aspect": aspect, "value": value}
            with self.subTest(data=data):
                answer = self.post("mention-label-put-here", **data)
                self.assertEqual(answer.status_code, 409)
                self.assertIn("Choose one of those that are offered.", answer.content.decode())
        self.assertEqual(Label.objects.count(), 0)

    def test_only_those_who_work_on_cases_lower_a_safety_lane(self) -> None:
        Mention.objects.update(lane="emergency", level="P0", severity=95)
        self.client.force_login(base.ada())
        refused = self.post("mention-label-put-here", aspect="level", value="P3")
        self.assertIn("Only those who work on cases", refused.content.decode())
        self.client.force_login(self.carla)
        self.post("mention-label-put-here", aspect="level", value="P3")
        self.mention.refresh_from_db()
        self.assertEqual(self.mention.level, "P3")

    def test_a_right_elsewhere_lowers_nothing_here(self) -> None:
        here, there = base.facility(), base.facility("Northfield North", "north")
        Mention.objects.update(lane="emergency", level="P0", severity=95, facility=here)
        someone = base.ada(here)
        base.person("ada", Role.RESPONDER, there)
        self.client.force_login(someone)
        self.assertEqual(self.post("mention-label-put-here", aspect="level", value="P3").status_code, 409)


class UndoTests(LabelTestCase):
    def test_it_is_as_it_was(self) -> None:
        answer = self.post("label-undo-here", self.put("sentiment", "positive").pk)
        self.assertEqual((answer["HX-Trigger"], self.tone()), ("labelled", "negative"))

    def test_twice_is_refused_in_words(self) -> None:
        label = self.put("sentiment", "positive")
        self.post("label-undo", label.pk)
        answer = self.post("label-undo-here", label.pk)
        self.assertEqual(answer.status_code, 409)
        self.assertIn("This was changed since.", answer.content.decode())


class WhereItStandsTests(LabelTestCase):
    def test_a_card_names_who_and_when_and_keeps_the_reasons(self) -> None:
        Mention.objects.update(reasons=["tone: 'sick' -2.3"])
        self.put("sentiment", "positive")
        page = self.client.get("/").content.decode()
        self.assertIn("set by carla, <time", page)
        self.assertIn("&#39;sick&#39; -2.3", page)

    def test_a_big_screen_names_nobody(self) -> None:
        self.put("sentiment", "positive")
        page = self.client.get("/?view=wall").content.decode()
        self.assertIn("set by a person", page)
        self.assertNotIn("carla", page)

    def test_whoever_may_not_label_is_shown_no_way_to(self) -> None:
        self.assertIn("may-label", self.client.get("/").content.decode())
        self.client.force_login(base.wes())
        page = self.client.get("/").content.decode()
        self.assertNotIn("may-label", page)
        self.assertNotIn('id="panel"', page)
        self.assertNotIn('data-key="v"', self.page("mention-detail"))

    def test_the_mention_tells_all_that_people_said(self) -> None:
        self.put("sentiment", "positive")
        self.put("topics", [])
        page = self.page("mention-detail")
        self.assertIn("Tone set to <b>positive</b> by carla", page)
        self.assertIn("Topics set to <b>none</b> by carla", page)

    def test_mallory_is_turned_away(self) -> None:
        label = self.put("sentiment", "positive")
        self.client.force_login(base.mallory())
        self.assertEqual(self.post("mention-label-put", aspect="sentiment", value="neutral").status_code, 403)
        self.assertEqual(self.post("label-undo", label.pk).status_code, 403)
        self.assertEqual(self.tone(), "positive")
