from django.test import SimpleTestCase

from hospital import lists
from hospital.lists import BadList, Listed
from hospital.titles import titled
from tests.hospital.files import CMS, CMS_HEAD, CMS_ROWS, NHS, nhs_row


def refusal(text: str | bytes) -> str:
    try:
        lists.read(text.encode() if isinstance(text, str) else text)
    except BadList as error:
        return str(error)
    return "it was read"


class ReadTests(SimpleTestCase):
    def test_it_knows_a_cms_list_by_its_head(self) -> None:
        read = lists.read(CMS.encode())
        self.assertEqual((read.kind, len(read.hospitals)), ("cms", 4))
        first = Listed(
            "cms 990001",
            "St. Brannoc's Hospital & Clinics",
            "12 Tarn Street",
            "Alder Falls",
            "OH",
            "44001",
            "(419) 555-0110",
        )
        self.assertEqual(read.hospitals[0], first)

    def test_its_columns_may_stand_in_any_order(self) -> None:
        head = "Phone Number,ZIP Code,State,City,Address,Hospital Name,Provider ID"
        read = lists.read(
            f"\ufeff{head}\r\n555-0110,44001,OH,Larkmoor,1 Mill Lane,Larkmoor,990003\r\n".encode()
        )
        self.assertEqual(read.hospitals[0].name, "Larkmoor")
        self.assertEqual(read.hospitals[0].phone, "555-0110")

    def test_it_knows_an_nhs_list_without_a_head(self) -> None:
        read = lists.read(NHS.encode())
        self.assertEqual(read.kind, "nhs")
        self.assertEqual(read.hospitals[0].address, "Tarn Hall, St Brannoc Rd")
        self.assertEqual([each.city for each in read.hospitals], ["Tarnside", "Dunmere"])
        self.assertEqual(read.hospitals[1].name, "The Dunmere NHS Foundation Trust")

    def test_an_nhs_list_may_have_a_head(self) -> None:
        head = "Organisation Code,Name,Address Line 1,Address Line 2,Address Line 3,Town,County,Postcode"
        row = "XZ1,TARNSIDE NHS TRUST,TARN HALL,,,TARNSIDE,VALE,ZZ1 1ZZ"
        read = lists.read(f"{head}\n{row}\n".encode()).hospitals[0]
        self.assertEqual((read.listed_as, read.address, read.region), ("nhs XZ1", "Tarn Hall", "Vale"))
        self.assertIn(
            "it has no column “Postcode”", refusal(f"{head.replace('Postcode', 'Zip code')}\n{row}\n")
        )

    def test_letters_of_windows_are_read(self) -> None:
        read = lists.read(CMS.replace("LARKMOOR", "LÄRKMOOR").encode("cp1252"))
        self.assertEqual(read.hospitals[2].city, "Lärkmoor")


class RefuseTests(SimpleTestCase):
    def test_it_names_the_place(self) -> None:
        cases: dict[str | bytes, str] = {
            b"": "The file is empty.",
            b"PK\x03\x04": "Save the list as CSV first.",
            b"a\nb\0": "Line 2 holds a NUL",
            "name,price\nplaster,2\n": "no columns of a CMS list",
            CMS.replace('"City/Town"', '"Place"'): "it has no column “City/Town”.",
            f"{CMS_HEAD}\n": "no row below its head",
            f"{CMS}990005,TOO SHORT\n": "Line 6 has 2 columns; this list has 9.",
            f"{CMS}{CMS_ROWS[1]}\n": "Line 6: the code 990002 stands on line 3 already.",
            CMS.replace("990003", "99 03"): "Line 4: the code “99 03” is not made of",
            CMS.replace("ST. BRANNOC'S HOSPITAL & CLINICS", " "): "Line 2: 990001 has no name.",
            CMS.replace("QUILL BAY MED", "Q" * 200): "Line 3: the name of 990002 has more than 200",
            f'{CMS}990005,"NEVER CLOSED\n': "is not comma-separated text",
            NHS + nhs_row("XZ1", "TWICE", "", "", "", "", ""): "Line 3: the code XZ1 stands on line 1",
        }
        for content, said in cases.items():
            self.assertIn(said, refusal(content), said)

    def test_what_is_too_large_is_not_even_read(self) -> None:
        self.assertIn("more than 20 MB", refusal(b"x" * (lists.MAX_BYTES + 1)))

    def test_no_bytes_break_it(self) -> None:
        for content in (
            b"\xff\xfe\x00",
            b'"' * 5000,
            b"\r\n" * 5000,
            "\u2028,\u202e\n".encode(),
            b"," * 9000,
        ):
            self.assertNotEqual(refusal(content), "it was read")


class TitledTests(SimpleTestCase):
    def test_what_is_shouted_is_said(self) -> None:
        cases = {
            "ST. MARY'S OF THE LAKE": "St. Mary's of the Lake",
            "THE NHS TRUST AT KING'S": "The NHS Trust at King's",
            "VA CLINIC II": "VA Clinic II",
            "Larkmoor ER": "Larkmoor ER",
            "  ÖSTRA   SJUKHUSET ": "Östra Sjukhuset",
            "N MAIN ST": "N Main St",
            "": "",
        }
        for shouted, said in cases.items():
            self.assertEqual(titled(shouted), said)
