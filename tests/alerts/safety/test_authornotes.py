import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.test import TestCase

from alerts import authornotes, defaults
from alerts.models import AuthorNote, Case
from alerts.refusals import Refused
from listening.models import Author
from tests.alerts.desk import open_case
from tests.base import NOW, pete

REFUSED = """
Diabetic, gets upset about insulin
Her DOB is 3/14/1961
born 14 March 1961
MRN 00482913
record number 55 21 88 3
had surgery in May
Patient of Dr. Hale
seems depressed
suicidal last year
His name is Robert Ellis
call back on 555-0187
lives at 12 Orchard Avenue
see https://x.example/profile
chemo on Mondays
pregnant
account 4411902
husband died here
tiene cáncer
paciente de oncología
on oxycodone
""".strip().splitlines()
KEPT = """
Likes short answers, and a telephone line rather than a link.
Wrote in Spanish; answer in Spanish.
Asked twice for a reply in writing.
Writes for a local paper, as they say themselves.
Prefers not to be thanked.
Was rude to a colleague; two people look at each answer.
Follows up within the hour.
""".strip().splitlines()


@pytest.mark.parametrize("text", REFUSED)
def test_what_could_make_a_profile_of_a_patient_is_refused(text: str) -> None:
    assert authornotes.objection(text) in (authornotes.IDENTIFIES, authornotes.HEALTH)


@pytest.mark.parametrize("text", KEPT)
def test_how_to_talk_with_somebody_is_kept(text: str) -> None:
    assert authornotes.objection(text) == ""


def test_no_table_has_a_field_for_a_patient() -> None:
    names = {field.name for model in apps.get_models() for field in model._meta.get_fields()}
    parts = {part for name in names for part in name.split("_")}
    assert parts.isdisjoint({"mrn", "dob", "birth", "birthday", "ssn", "patient", "diagnosis", "condition"})


class WriteTests(TestCase):
    pete: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete = pete()

    def write(self, case: Case, text: str = KEPT[0], *, says_press: bool = False) -> AuthorNote:
        return authornotes.write(case, text=text, says_press=says_press, by=self.pete, at=NOW)

    def test_it_is_kept_by_the_author_and_its_words_stay_out_of_the_story(self) -> None:
        author = Author.objects.create(network="fake", external_id="1")
        case = open_case(author=author)
        self.assertEqual(self.write(case).author, author)
        self.assertEqual(case.events.get(kind="remarked").detail, {})

    def test_a_refused_one_leaves_nothing(self) -> None:
        case = open_case(author=Author.objects.create(network="fake", external_id="1"))
        for text in ("", REFUSED[0], "x" * 301):
            with self.subTest(text[:20]), self.assertRaises(Refused):
                self.write(case, text)
        self.assertFalse(AuthorNote.objects.exists())
        self.assertFalse(case.events.filter(kind="remarked").exists())

    def test_a_voice_of_staff_has_none(self) -> None:
        case = open_case(lane="staff_voice", text="I work at Northfield.")
        with self.assertRaisesMessage(Refused, authornotes.STAFF):
            self.write(case)

    def test_nor_has_a_post_whose_author_the_network_does_not_name(self) -> None:
        with self.assertRaisesMessage(Refused, authornotes.NAMELESS):
            self.write(open_case())
