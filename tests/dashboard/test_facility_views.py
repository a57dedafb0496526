from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from hospital import lists
from hospital.models import AuditEntry, Facility, FacilityName, ListedHospital, Role
from listening import facilities, listed
from tests.base import NOW, ada, facility, mallory, mention, person, wes
from tests.hospital.files import CMS, NHS

FIELDS = {"name": "Quill Bay Clinic", "short_name": "Bay Clinic", "is_active": "on", "based_on": 0}
ROUTES = ("list", "try", "create", "lookup", "upload", "add")


class Pages(TestCase):
    ada: User
    bay: Facility
    dunmere: Facility

    @classmethod
    def setUpTestData(cls) -> None:
        cls.ada = ada()
        cls.bay = facility("Quill Bay Clinic", "bay", city="Quill Bay", short_name="Bay Clinic")
        cls.dunmere = facility("Quill-Bay Clinic", "dunmere", city="Dunmere", short_name="Clinic 2")

    def setUp(self) -> None:
        self.client.force_login(self.ada)

    def page(self, route: str, *args: Any, **asked: Any) -> HttpResponse:
        return self.client.get(reverse(route, args=args), asked)  # type: ignore[return-value]

    def send(self, route: str, *args: Any, **fields: Any) -> HttpResponse:
        return self.client.post(reverse(route, args=args), fields, follow=True)  # type: ignore[return-value]

    def limited(self, role: Role = Role.ADMIN) -> None:
        self.client.force_login(person("hana", role, self.bay))


class ListTests(Pages):
    def test_it_counts_names_and_the_mentions_one_may_see(self) -> None:
        self.bay.names.create(name="the Bay")
        hidden: tuple[dict[str, Any], ...] = (
            {"lane": "staff_voice"},
            {"is_gone": True},
            {"published_at": NOW},
        )
        for fields in ({}, *hidden):
            mention(facility=self.bay, **{"published_at": timezone.now(), **fields})
        page = self.page("facility-list")
        self.assertContains(page, 'href="/?facility=bay" aria-label="1 mentions of Quill Bay Clinic')
        self.assertContains(page, '<td class="num count-cell">2</td>', count=1)
        self.assertContains(page, reverse("facility-edit", args=[self.bay.pk]))

    def test_it_finds_by_any_word(self) -> None:
        page = self.page("facility-list", q="dunmere quill\0")
        self.assertContains(page, "Quill-Bay Clinic</a>")
        self.assertNotContains(page, "Quill Bay Clinic</a>")
        self.assertContains(self.page("facility-list", q="nowhere"), "No facility is called so.")

    def test_who_sees_one_facility_sees_one_and_changes_none(self) -> None:
        self.limited(Role.VIEWER)
        page = self.page("facility-list")
        self.assertContains(page, "Quill Bay Clinic")
        self.assertNotContains(page, "Quill-Bay Clinic")
        self.assertNotContains(page, reverse("facility-edit", args=[self.bay.pk]))

    def test_an_empty_one_says_what_to_do(self) -> None:
        Facility.objects.all().delete()
        self.assertContains(self.page("facility-list"), "There is no facility yet.")


class EditTests(Pages):
    def save(self, **changes: Any) -> HttpResponse:
        return self.send("facility-edit", self.bay.pk, **{**FIELDS, **changes})

    def test_a_facility_is_added_with_its_names(self) -> None:
        typed = {"names_nickname": "the Bay | clinic\r\n", "names_handle": "@baycare", "short_name": ""}
        answer = self.send("facility-create", **{**FIELDS, **typed, "name": "Harbor House"})
        self.assertContains(answer, "is listened for from the next poll on")
        made = Facility.objects.get(name="Harbor House")
        kept = list(made.names.order_by("pk").values_list("kind", "name", "context"))
        self.assertEqual(kept, [("nickname", "the Bay", "clinic"), ("handle", "baycare", "")])
        self.assertEqual((made.short_name, AuditEntry.objects.get().actor), ("Harbor House", self.ada))

    def test_its_names_are_obeyed_at_once(self) -> None:
        self.assertContains(self.save(names_hashtag="#bayday"), "is saved. The next poll obeys it.")
        self.assertEqual(facilities.current().named_in("#BayDay was fun"), self.bay.pk)

    def test_what_is_wrong_stands_at_its_box_and_nothing_is_lost(self) -> None:
        answer = self.save(names_nickname="fine\nER")
        self.assertContains(answer, "Line 2: “ER” is too short", status_code=409)
        self.assertContains(answer, "fine\nER", status_code=409)
        self.assertFalse(FacilityName.objects.exists())

    def test_hostile_text_is_refused_and_shown_as_text(self) -> None:
        for text in (
            "<script>x</script> | (",
            "Bay\u202e \ud800".encode("utf-8", "ignore").decode(),
            "x" * 61_000,
        ):
            self.assertIn(self.save(names_nickname=text).status_code, (200, 409))
        self.assertNotContains(self.page("facility-edit", self.bay.pk), "<script>x")

    def test_whoever_was_overtaken_loses_nothing(self) -> None:
        self.save(names_nickname="the Bay")
        answer = self.save(names_nickname="the Cove", said="a text to try")
        self.assertContains(answer, "a text to try", status_code=409)
        self.assertContains(answer, "Somebody changed this facility meanwhile", status_code=409)
        self.assertContains(answer, "the Cove", status_code=409)

    def test_an_earlier_version_is_put_back(self) -> None:
        self.save(names_nickname="the Bay", city="Quill Bay")
        self.save(names_nickname="", city="Quill Bay", based_on=1)
        answer = self.send("facility-go-back", self.bay.pk, number=1)
        self.assertContains(answer, "Version 1 is in force again.")
        self.assertEqual(self.bay.names.get().name, "the Bay")
        self.assertEqual(AuditEntry.objects.count(), 3)
        for number in ("9", "-1", "x", "9" * 30):
            self.assertEqual(self.send("facility-go-back", self.bay.pk, number=number).status_code, 404)

    def test_it_names_those_it_shares_a_name_with(self) -> None:
        self.assertContains(self.page("facility-edit", self.bay.pk), "Quill-Bay Clinic, Dunmere")
        self.limited()
        page = self.page("facility-edit", self.bay.pk)
        self.assertContains(page, "1 outside your reach")
        self.assertNotContains(page, "Quill-Bay Clinic")

    def test_doctors_count_only_where_somebody_decided_so(self) -> None:
        self.save(names_doctor="Dr. Imre Osk")
        self.assertIsNone(facilities.current().named_in("Dr Imre Osk was kind"))
        self.save(names_doctor="Dr. Imre Osk", counts_doctors="on", based_on=1)
        self.assertEqual(facilities.current().named_in("Dr Imre Osk was kind"), self.bay.pk)

    def test_one_that_is_off_is_listened_for_no_more(self) -> None:
        self.assertEqual(facilities.current().named_in("Bay Clinic"), self.bay.pk)
        self.save(is_active="")
        self.assertIsNone(facilities.current().named_in("Bay Clinic"))


class TryTests(Pages):
    def test_it_marks_the_words_and_says_why(self) -> None:
        answer = self.send("facility-try", said="The quill-bay  CLINIC in Dunmere")
        self.assertContains(answer, "About Quill-Bay Clinic")
        self.assertContains(answer, "<mark>quill-bay  CLINIC</mark> in Dunmere</bdi>")
        self.assertContains(answer, "the city “Dunmere” tells which")

    def test_what_is_ambiguous_names_between_what(self) -> None:
        answer = self.send("facility-try", said="Quill Bay Clinic")
        self.assertContains(answer, "Between Quill Bay Clinic and Quill-Bay Clinic. Nothing tells which")
        decided = self.send("facility-try", said="Quill Bay Clinic", owner="dunmere")
        self.assertContains(decided, "About Quill-Bay Clinic")
        self.assertContains(self.send("facility-try", said="a cat"), "No facility is named")

    def test_who_sees_one_facility_is_told_of_no_other(self) -> None:
        self.limited(Role.VIEWER)
        answer = self.send("facility-try", said="Quill Bay Clinic", owner="dunmere")
        self.assertContains(answer, "Between Quill Bay Clinic and a facility outside your reach")
        self.dunmere.names.create(name="the Annex", kind="nickname", context="author:osk")
        answer = self.send("facility-try", said="the annex, or Quill Bay Clinic")
        self.assertContains(answer, "Known elsewhere", count=2)
        for hidden in ("Dunmere", "Quill-Bay", "osk", "the Annex"):
            self.assertNotContains(answer, hidden)

    def test_several_names_of_one_at_one_place_are_one_line(self) -> None:
        self.bay.names.create(name="Quill Bay clinic")
        answer = self.send("facility-try", said="Quill Bay Clinic")
        self.assertContains(answer, 'data-state="shared"', count=2)
        answer = self.send("facility-try", said="Bay Clinic and Clinic 2")
        self.assertContains(answer, "This one names Quill Bay Clinic and Quill-Bay Clinic")

    def test_hostile_text_is_only_text(self) -> None:
        answer = self.send("facility-try", said="<b>Bay Clinic</b> \x00\u202e" + "Bay Clinic " * 900)
        self.assertContains(answer, "&lt;b&gt;<mark>Bay Clinic</mark>&lt;/b&gt;")
        self.assertContains(answer, "Only its first 5,000 characters were tried.")
        self.assertContains(answer, "U+202E")

    def test_names_are_tried_as_they_are_typed_and_nothing_is_saved(self) -> None:
        typed = {**FIELDS, "names_nickname": "the Cove | harbor\n!!!", "said": "the cove, by the harbor"}
        answer = self.send("facility-rehearse", self.bay.pk, **typed)
        self.assertContains(answer, "About Quill Bay Clinic")
        self.assertContains(answer, "the Cove | harbor")
        self.assertFalse(FacilityName.objects.exists())
        self.assertIsNone(facilities.current().named_in("the cove, by the harbor"))


class HospitalListTests(Pages):
    def upload(self, text: str) -> HttpResponse:
        return self.send("facility-upload", list=SimpleUploadedFile("list.csv", text.encode()))

    def test_a_new_facility_is_filled_from_it(self) -> None:
        self.assertContains(self.upload(CMS), "4 hospitals of the CMS list can be looked up.")
        self.assertContains(self.page("facility-lookup", q="alder"), "?from=cms%20990001")
        page = self.client.get(reverse("facility-create"), {"from": "cms 990001"})
        self.assertContains(page, 'value="St. Brannoc&#x27;s Hospital &amp; Clinics"')
        self.assertContains(page, 'value="12 Tarn Street"')
        address = f"{reverse('facility-create')}?from=cms%20990001"
        self.client.post(address, {**FIELDS, "name": "St. Brannoc's"})
        self.assertEqual(Facility.objects.get(name="St. Brannoc's").listed_as, "cms 990001")
        again = self.client.get(address, follow=True)
        self.assertContains(again, "is here already")

    def test_a_wrong_file_is_refused_with_its_place(self) -> None:
        self.assertContains(self.upload("a,b\n"), "names no columns of a CMS list", status_code=409)
        self.assertContains(self.upload(f"{CMS}1,2\n"), "Line 6 has 2 columns", status_code=409)
        self.assertEqual(self.send("facility-upload").status_code, 409)
        self.assertFalse(ListedHospital.objects.exists())

    def test_all_that_a_search_finds_is_shown_first_and_then_added(self) -> None:
        self.upload(CMS)
        page = self.page("facility-add", q="larkmoor memorial")
        self.assertContains(page, "Larkmoor Memorial Hospital", count=3)
        self.assertEqual(Facility.objects.count(), 2)
        answer = self.send("facility-add", q="larkmoor memorial", system="Vale Health")
        self.assertContains(answer, "2 facilities were added")
        self.assertContains(answer, "Vale Health")
        self.assertEqual(self.send("facility-add", q="larkmoor memorial").status_code, 409)

    def test_too_many_at_once_are_refused(self) -> None:
        many = [lists.Listed(f"nhs X{number}", f"Vale {number}") for number in range(301)]
        listed.keep(lists.HospitalList("nhs", many), by=None, at=NOW)
        self.assertContains(self.send("facility-add", q="vale"), "Too many at once.", status_code=409)
        self.assertEqual(Facility.objects.count(), 2)

    def test_an_admin_of_one_facility_adds_none(self) -> None:
        self.upload(NHS)
        self.limited()
        for route in ("facility-create", "facility-lookup", "facility-add"):
            self.assertRedirects(self.page(route), reverse("facility-list"))
            self.send(route, **FIELDS, q="dunmere")
        self.upload(CMS)
        self.assertEqual((Facility.objects.count(), ListedHospital.objects.count()), (2, 2))
        self.assertEqual(self.page("facility-edit", self.bay.pk).status_code, 200)
        self.assertEqual(self.page("facility-edit", self.dunmere.pk).status_code, 404)


class AccessTests(Pages):
    def test_mallory_is_turned_away(self) -> None:
        self.client.force_login(mallory())
        for route in ROUTES:
            self.assertEqual(self.page(f"facility-{route}").status_code, 403, route)
        for route in ("facility-edit", "facility-rehearse", "facility-go-back"):
            self.assertEqual(self.send(route, self.bay.pk).status_code, 403, route)

    def test_who_only_looks_changes_nothing(self) -> None:
        self.client.force_login(wes())
        self.assertEqual(self.page("facility-list").status_code, 200)
        self.assertEqual(self.page("facility-edit", self.bay.pk).status_code, 403)
        self.assertEqual(self.send("facility-create", **FIELDS).status_code, 403)


class AgeTests(Pages):
    def test_mentions_of_a_month_ago_are_not_counted(self) -> None:
        mention(facility=self.bay, published_at=timezone.now() - timedelta(days=31))
        self.assertContains(self.page("facility-edit", self.bay.pk), "No mention in 30 days")
