from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management import CommandError, call_command
from django.test import SimpleTestCase, TestCase

from hospital import lists
from hospital.models import AuditEntry, Facility, ListedHospital
from listening import facilities, listed
from tests.base import NOW, facility
from tests.hospital.files import CMS, NHS

READ = lists.read(CMS.encode())


class PlanTests(TestCase):
    def test_it_tells_new_from_known_and_names_what_is_shared(self) -> None:
        facility("Saint Brannocs Hosp. and Clinics", "old", city="alder falls")
        facility("Quill Bay Medical Center", "bay", city="Somewhere Else")
        plan = listed.plan(READ.hospitals)
        self.assertEqual([each.listed_as for each in plan.known], ["cms 990001"])
        self.assertEqual(len(plan.new), 3)
        self.assertEqual(
            plan.shared,
            {
                "Larkmoor Memorial Hospital": ["Dunmere, ME", "Larkmoor, OH"],
                "Quill Bay Medical Center, LLC": ["Quill Bay, OH", "Somewhere Else"],
            },
        )

    def test_adding_twice_adds_nothing(self) -> None:
        self.assertEqual(listed.add(listed.plan(READ.hospitals), system="Vale Health", by=None, at=NOW), 4)
        again = listed.plan(READ.hospitals)
        self.assertEqual((len(again.new), len(again.known), again.shared), (0, 4, {}))
        self.assertEqual(listed.add(again, by=None, at=NOW), 0)
        self.assertEqual(Facility.objects.filter(system="Vale Health").count(), 4)
        self.assertEqual(AuditEntry.objects.filter(action="facility.import").count(), 2)

    def test_what_was_added_is_listened_for_at_once(self) -> None:
        listed.add(listed.plan(READ.hospitals), by=None, at=NOW)
        book = facilities.current()
        self.assertIsNone(book.named_in("Larkmoor Memorial Hospital"))
        dunmere = Facility.objects.get(listed_as="cms 990004")
        self.assertEqual(book.named_in("Larkmoor Mem Hosp, Dunmere"), dunmere.pk)
        self.assertEqual(book.named_in("rang (207) 555-0113"), dunmere.pk)


class LookUpTests(TestCase):
    def found(self, asked: str) -> list[str]:
        return [each.listed_as for each in listed.looked_up(asked)]

    def test_it_finds_by_name_city_state_or_code(self) -> None:
        listed.keep(READ, by=None, at=NOW)
        self.assertEqual(self.found("larkmoor dunmere"), ["cms 990004"])
        self.assertEqual(self.found("990002"), ["cms 990002"])
        self.assertEqual(self.found("alder"), ["cms 990001"])
        self.assertEqual(self.found("brannoc nowhere"), [])
        self.assertEqual(len(self.found("")), 4)

    def test_a_list_takes_the_place_of_the_one_before(self) -> None:
        listed.keep(READ, by=None, at=NOW)
        listed.keep(lists.read(NHS.encode()), by=None, at=NOW)
        listed.keep(lists.HospitalList("cms", READ.hospitals[:1]), by=None, at=NOW)
        self.assertEqual(ListedHospital.objects.count(), 3)


class ShortTests(SimpleTestCase):
    def test_it_is_cut_at_a_word(self) -> None:
        self.assertEqual(listed.short("Quill Bay"), "Quill Bay")
        self.assertEqual(listed.short("Bay " * 40), ("Bay " * 15).strip())
        self.assertEqual(len(listed.short("x" * 99)), 60)


class CommandTests(TestCase):
    def run_on(self, text: str, **options: Any) -> str:
        out = StringIO()
        with TemporaryDirectory() as folder:
            file = Path(folder) / "list.csv"
            file.write_text(text)
            call_command("import_facilities", str(file), stdout=out, **options)
        return out.getvalue()

    def test_a_dry_run_says_what_would_be_added_and_adds_nothing(self) -> None:
        said = self.run_on(CMS, dry_run=True)
        self.assertIn("cms 990002  Quill Bay Medical Center, LLC, Quill Bay, OH", said)
        self.assertIn("shared name: Larkmoor Memorial Hospital (Dunmere, ME; Larkmoor, OH)", said)
        self.assertIn("4 new, 0 there already, 1 names shared", said)
        self.assertFalse(Facility.objects.exists())

    def test_it_adds_those_that_hold_the_words(self) -> None:
        self.assertIn("1 facilities were added.", self.run_on(CMS, find="larkmoor OH", system="Vale"))
        self.assertIn("0 facilities were added.", self.run_on(CMS, find="larkmoor OH"))
        made = Facility.objects.get()
        self.assertEqual((made.city, made.address, made.system), ("Larkmoor", "1 Mill Lane", "Vale"))

    def test_it_keeps_a_list_for_looking_up(self) -> None:
        self.assertIn("2 hospitals can be looked up", self.run_on(NHS, look_up=True))
        self.assertFalse(Facility.objects.exists())

    def test_a_wrong_file_is_refused_with_its_place(self) -> None:
        with self.assertRaisesMessage(CommandError, "has no column “Address”"):
            self.run_on(CMS.replace('"Address"', '"Where"'))
        with self.assertRaisesMessage(CommandError, "No such file"):
            call_command("import_facilities", "nowhere.csv")
