from django.core.exceptions import ValidationError
from django.test import TestCase

from hospital import audit, facilities
from hospital.facilities import Spoken
from hospital.models import AuditEntry, Facility
from tests.base import NOW, ada

FIELDS = {"name": "Quill Bay Clinic", "short_name": "Quill Bay", "city": "Quill Bay", "is_active": True}
BAY, TAG = Spoken("nickname", "the Bay", "clinic"), Spoken("hashtag", "QuillBay")


class SaveTests(TestCase):
    def save(self, facility: Facility | None = None, *names: Spoken, **changes: object) -> Facility:
        return facilities.save(
            facility,
            values={**FIELDS, **changes},
            names=names,
            based_on=facility.revision if facility else 0,
            by=ada(),
            at=NOW,
        )

    def test_it_keeps_names_in_the_order_they_came_and_each_once(self) -> None:
        made = self.save(None, TAG, BAY, Spoken("nickname", "THE BAY"))
        self.assertEqual(facilities.names_of(made), [TAG, BAY])
        self.assertEqual((made.slug, made.revision), ("quill-bay-clinic", 1))

    def test_two_of_one_name_have_an_address_each(self) -> None:
        self.save()
        self.assertEqual(self.save().slug, "quill-bay-clinic-2")
        self.assertEqual(facilities.free_slug("!!!"), "facility")

    def test_every_change_moves_its_revision(self) -> None:
        made = self.save(None, BAY)
        self.assertEqual(self.save(made, TAG).revision, 2)
        self.assertEqual(facilities.names_of(made), [TAG])

    def test_what_changes_nothing_is_not_saved(self) -> None:
        made = self.save(None, BAY)
        with self.assertRaisesMessage(ValidationError, facilities.UNCHANGED):
            self.save(made, BAY)
        self.assertEqual(AuditEntry.objects.count(), 1)

    def test_whoever_was_overtaken_is_told(self) -> None:
        made = self.save(None, BAY)
        self.save(Facility.objects.get(pk=made.pk), TAG)
        with self.assertRaisesMessage(ValidationError, facilities.OVERTAKEN):
            self.save(made)
        self.assertEqual(facilities.names_of(made), [TAG])

    def test_too_many_names_are_refused(self) -> None:
        names = [Spoken("name", f"Bay {number}") for number in range(facilities.MAX_NAMES + 1)]
        with self.assertRaisesMessage(ValidationError, "at most 400"):
            self.save(None, *names)

    def test_the_audit_tells_what_changed_and_names_no_doctor(self) -> None:
        made = self.save(None, BAY)
        self.save(made, TAG, Spoken("doctor", "Dr. Imre Osk"), city="Alder Falls")
        entry = AuditEntry.objects.get(action="facility.edit")
        self.assertEqual(entry.detail["changed"], ["city"])
        self.assertEqual(entry.detail["removed"], ["nickname: the Bay | clinic"])
        self.assertEqual(entry.detail["added"], ["doctor: (name withheld)", "hashtag: QuillBay"])
        self.assertEqual(list(audit.broken_links()), [])


class GoBackTests(TestCase):
    def test_an_earlier_version_is_put_back_as_a_new_one(self) -> None:
        made = facilities.save(None, values=FIELDS, names=[BAY], by=None, at=NOW)
        values = {**FIELDS, "city": "Alder Falls"}
        changed = facilities.save(made, values=values, names=[], based_on=1, by=ada(), at=NOW)
        back = facilities.go_back(changed, 1, by=ada(), at=NOW)
        self.assertEqual((back.city, facilities.names_of(back)), ("Quill Bay", [BAY]))
        self.assertEqual([version.number for version in back.versions.all()], [3, 2, 1])

    def test_what_stood_before_the_first_change_can_be_put_back(self) -> None:
        old = Facility.objects.create(slug="old", **FIELDS)
        old.names.create(kind="nickname", name="the Bay", context="clinic")
        changed = facilities.save(old, values={**FIELDS, "city": "Else"}, names=[], by=None, at=NOW)
        facilities.go_back(changed, 0, by=None, at=NOW)
        self.assertEqual(facilities.names_of(old), [BAY])
