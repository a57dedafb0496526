from dataclasses import replace

from django.contrib.sessions.backends.db import SessionStore
from django.test import override_settings
from django.urls import reverse

from alerts import replies, savedreplies
from alerts.models import Case
from alerts.savedreplies import Draft
from alerts.ways import way_for
from dashboard.cases.craft import Craft
from dashboard.cases.desk import Desk as Reading
from hospital.access import Reach
from listening.models import Mention
from tests.alerts.desk import ANSWER, approved, open_case
from tests.base import NOW, facility, pete, priya
from tests.dashboard.cases.test_checks import Desk

CALM = (
    "We hear you. Long waits are hard when you feel sick or when you are scared for a child. We work on it "
    "each day. If you would like to talk with us, please call and ask for our patient line."
)
HARD = (
    "We appreciate this communication. Notwithstanding extraordinary operational considerations, the "
    "organization continually endeavors to prioritize comprehensive accommodation of individuals "
    "experiencing inconvenience throughout every department and location within our system, day by day."
)


class CraftTests(Desk):
    def craft(self, text: str, post: str = "Three hours in the waiting room.") -> Craft:
        Mention.objects.filter(pk=self.case.mention_id).update(sentiment="negative", text=post)
        case = Case.objects.select_related("mention__source").get(pk=self.case.pk)
        desk = Reading(Reach(self.pete), self.pete, "team", "Team", NOW, NOW, SessionStore())
        return Craft(case, text, way_for(case.mention), desk)

    def kinds(self, text: str, **post: str) -> list[str]:
        return [hint.kind for hint in self.craft(text, **post).hints]

    def test_a_calm_plain_reply_has_no_hint(self) -> None:
        craft = self.craft(CALM)
        self.assertTrue(craft.is_well)
        self.assertEqual(craft.grade, "grade 0")

    def test_what_is_hard_says_so_against_the_aim_that_is_set(self) -> None:
        self.assertIn("grade", self.kinds(HARD))
        with override_settings(MURMUR_READING_GRADE=16):
            self.assertTrue(self.craft(CALM).is_read)
            self.assertFalse(self.craft(CALM).is_hard)

    def test_a_long_sentence_is_quoted(self) -> None:
        hint = next(each for each in self.craft(HARD).hints if each.kind == "long")
        self.assertIn("Notwithstanding", hint.text)

    def test_words_of_the_trade_are_told_once_each(self) -> None:
        swaps = self.craft("Sorry. Physicians utilize it; physicians care.").swaps
        self.assertEqual([each.term for each in swaps], ["physicians", "utilize"])

    def test_cheer_and_a_cold_start_under_a_bitter_post(self) -> None:
        self.assertEqual(self.kinds("What a wonderful day! Please call us! Yay!"), ["cheer", "care"])

    def test_another_language_than_that_of_the_post(self) -> None:
        spanish = "Nadie contesta el teléfono en ese hospital y mi madre espera."
        self.assertEqual(self.kinds(CALM, post=spanish), ["language"])
        self.assertEqual(
            self.kinds("Lamentamos la espera. Por favor llame a nuestra línea.", post=spanish), []
        )

    def test_in_a_language_without_a_sum_it_claims_no_grade(self) -> None:
        craft = self.craft("Merci pour votre message. Nous lisons chaque commentaire avec attention.")
        self.assertFalse(craft.is_read)
        self.assertFalse(craft.is_hard)

    def test_it_says_which_reply_it_is_like(self) -> None:
        other = open_case()
        approved(other, self.pete, priya())
        hint = self.craft(f"{ANSWER} Thanks.").hints[0]
        self.assertEqual((hint.kind, hint.link), ("robot", reverse("case-detail", args=[other.pk])))
        self.assertIn(f"% the same as the reply to case {other.pk}", hint.text)

    def test_one_out_of_reach_is_not_named(self) -> None:
        approved(open_case(facility=facility("Northfield North Hospital", "north")), self.pete, priya())
        here = Reach(pete(facility("Northfield Here", "here")))
        here.memberships = [each for each in here.memberships if each.facility_id]
        craft = self.craft(ANSWER)
        hint = Craft(craft.case, ANSWER, craft.way, replace(craft.desk, reach=here)).hints[0]
        self.assertEqual((hint.kind, hint.link), ("robot", ""))
        self.assertIn("a reply of the last twenty", hint.text)

    def test_a_draft_of_its_own_case_is_nothing_to_be_like(self) -> None:
        replies.save_draft(self.case, text=ANSWER, post_seen="", by=self.pete, at=NOW)
        self.assertEqual(self.kinds(ANSWER), [])


class LengthTests(Desk):
    def test_a_text_is_refused_by_the_count_of_its_network(self) -> None:
        Mention.objects.update(network="x")
        self.case.refresh_from_db()
        link = "https://northfield.example/" + "a" * 300
        page = self.post("reply-verdict", self.case.pk, text=f"See {link}")
        self.assertIn('<b class="num">27 <i>/ 280', page)
        seen = self.case.mention.content_hash
        page = self.post("reply-submit", self.case.pk, text="日本 " * 141, post_seen=seen)
        self.assertIn("too long for X, which takes 280", page)

    def test_the_count_stands_in_the_page_and_in_the_fragment(self) -> None:
        Mention.objects.update(network="google")
        page = self.post("reply-verdict", self.case.pk, text="está" * 100)
        self.assertIn('<b class="num">500 <i>/ 280 bytes', page)
        self.assertIn("220 too long for Google", page)


class FragmentTests(Desk):
    def test_the_verdict_brings_all_that_stands_beside_the_draft(self) -> None:
        page = self.post("reply-verdict", self.case.pk, text="Our physicians utilize it. <script>x</script>")
        for part in ('id="verdict"', 'id="count"', 'id="craft-line"', 'id="craft-body"', 'value="utilize"'):
            self.assertIn(part, page)
        self.assertNotIn("<script>x", page)

    def test_without_scripts_the_button_brings_it_too(self) -> None:
        page = self.post("reply-check", self.case.pk, text="Our physicians utilize it.")
        self.assertIn('value="utilize"', page)

    def test_a_hostile_title_is_text(self) -> None:
        savedreplies.save(None, Draft("<b>x</b>", "Thank you. [Yours.]"), by=None, at=NOW)
        page = self.client.get(reverse("case-detail", args=[self.case.pk])).content.decode()
        self.assertIn("&lt;b&gt;x&lt;/b&gt;", page)

    def test_long_hostile_text_is_answered(self) -> None:
        for text in ("a" * 10_001, "1️⃣" * 3000, "[" * 9000, "a.b" * 3000, "\u202e" * 9000):
            self.post("reply-verdict", self.case.pk, text=text)
            self.assertEqual(self.status, 200)
