from unittest import mock

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import SimpleTestCase, TestCase

from alerts import contacts, safetytexts
from alerts.gate import GateDown
from alerts.models import SafetyLines, SafetyText, SafetyTextVersion
from alerts.refusals import Refused
from hospital.models import AuditEntry
from tests.alerts.safety.base import BODY, CRISIS, approved_text, urgent
from tests.base import NOW, facility, pete, priya


class ObjectionTests(SimpleTestCase):
    def test_no_text_is_kept_without_the_line_of_its_region(self) -> None:
        britain, here = SafetyLines(emergency="999", crisis="116 123"), SafetyLines()
        for body, kind, lines, is_kept in (
            (BODY, "emergency", here, True),
            (BODY, "emergency", britain, False),
            (BODY.replace("911", "999"), "emergency", britain, True),
            ("Call us on weekdays from 9 to 5.", "emergency", here, False),
            ("Call 9112 or 1911 now.", "emergency", here, False),
            ("Call 9-1-1 now.", "emergency", here, False),
            ("", "emergency", here, False),
            (f"{BODY} {'x' * 1000}", "emergency", here, False),
            (CRISIS, "self_harm", here, True),
            ("Call 988 at any hour.", "self_harm", here, False),
            ("Call 911 at any hour.", "self_harm", here, False),
            ("Call 116 123, or 999 if there is danger.", "self_harm", britain, True),
            ("Call 116123, or 999 if there is danger.", "self_harm", britain, True),
        ):
            with self.subTest(body=body[:40], kind=kind, line=lines.emergency):
                self.assertEqual(not safetytexts.objection(body, kind, lines), is_kept)


class SafetyTexts(TestCase):
    pete: User
    priya: User

    @classmethod
    def setUpTestData(cls) -> None:
        cls.pete, cls.priya = pete(), priya()

    def text(self, kind: str = "emergency") -> SafetyText:
        return safetytexts.make(kind=kind, language="en", facility=None)

    def saved(self, body: str = BODY, *, by: User | None = None, based_on: int = 0) -> SafetyTextVersion:
        return safetytexts.save(self.text(), body=body, based_on=based_on, by=by or self.pete, at=NOW)

    def approve(self, version: SafetyTextVersion, by: User, seen: str = "") -> None:
        seen = seen or version.body_hash
        safetytexts.approve(version, hash_seen=seen, ticked=(), by=by, at=NOW)


class SaveTests(SafetyTexts):
    def test_the_check_of_replies_must_pass_it(self) -> None:
        for body in (
            "We remember your visit. Call 911 now.",
            "Call 911 now, or our nurse on 555-0199.",
            "Call 911 now. Which room are you in?",
        ):
            with self.subTest(body), self.assertRaisesMessage(Refused, "The check of replies stops it."):
                self.saved(body)

    def test_a_listed_transfer_line_may_be_given(self) -> None:
        contacts.add("555-0199", "Transfer line", by=self.pete, at=NOW)
        self.assertEqual(self.saved(f"{BODY} Our transfer line: 555-0199.").number, 1)

    def test_nothing_is_kept_while_the_check_is_down(self) -> None:
        with mock.patch("alerts.gate.check", side_effect=GateDown), self.assertRaises(Refused):
            self.saved()

    def test_two_who_write_at_once_do_not_lose_a_wording(self) -> None:
        self.saved()
        with self.assertRaisesMessage(Refused, "Somebody saved another wording"):
            self.saved(f"{BODY} Now.")

    def test_the_shipped_texts_are_fit_and_wait_for_approval(self) -> None:
        safetytexts.ensure_starters(at=NOW)
        safetytexts.ensure_starters(at=NOW)
        kept = SafetyTextVersion.objects.values_list("text__kind", "text__language", "approved_by")
        self.assertEqual(
            set(kept), {(k, language, None) for k in ("emergency", "self_harm") for language in ("en", "es")}
        )


class ApproveTests(SafetyTexts):
    def test_it_binds_a_named_person_to_the_exact_words(self) -> None:
        version = self.saved()
        self.approve(version, self.priya)
        version.refresh_from_db()
        self.assertEqual((version.approved_by, version.approved_at), (self.priya, NOW))
        entry = AuditEntry.objects.get(action="safetytext.approve")
        self.assertEqual(entry.detail["text_sha256"], version.body_hash)

    def test_whoever_wrote_it_cannot_nor_can_the_database(self) -> None:
        version = self.saved()
        with self.assertRaisesMessage(Refused, "You wrote it."):
            self.approve(version, self.pete)
        with self.assertRaises(IntegrityError), transaction.atomic():
            SafetyTextVersion.objects.update(approved_by=self.pete, approved_at=NOW)

    def test_what_was_changed_meanwhile_is_read_again(self) -> None:
        first = self.saved()
        self.saved(f"{BODY} Now.", based_on=1)
        with self.assertRaisesMessage(Refused, safetytexts.CHANGED):
            self.approve(first, self.priya)
        with self.assertRaisesMessage(Refused, safetytexts.CHANGED):
            self.approve(first, self.priya, seen="0" * 64)

    def test_it_is_approved_once(self) -> None:
        version = self.saved()
        self.approve(version, self.priya)
        with self.assertRaisesMessage(Refused, "approved already"):
            self.approve(version, self.priya)


class ForCaseTests(SafetyTexts):
    def bodies(self, **fields: object) -> list[str]:
        return [version.body for version in safetytexts.for_case(urgent(**fields))]  # type: ignore[arg-type]

    def test_only_what_is_approved_and_of_its_kind(self) -> None:
        self.saved()
        self.assertEqual(self.bodies(), [])
        approved_text(self.priya, kind="self_harm", body=CRISIS)
        self.assertEqual(self.bodies(), [])
        self.assertEqual(self.bodies(lane="self_harm"), [CRISIS])

    def test_a_new_wording_that_waits_does_not_take_its_place(self) -> None:
        version = approved_text(self.priya)
        safetytexts.save(version.text, body=f"{BODY} Now.", based_on=1, by=self.pete, at=NOW)
        self.assertEqual(self.bodies(), [BODY])

    def test_its_language_first_and_its_place_before_all(self) -> None:
        here = facility()
        approved_text(self.priya)
        spanish = approved_text(self.priya, language="es", body="Llame al 911 ahora.").body
        local = approved_text(self.priya, facility=here, body="Call 911 now.").body
        self.assertEqual(self.bodies(language="es", facility=here), [spanish, local])
        self.assertEqual(self.bodies(language="fr"), [BODY, spanish])

    def test_a_text_with_another_regions_line_is_not_offered_here(self) -> None:
        here = facility()
        approved_text(self.priya)
        SafetyLines.objects.create(facility=here, emergency="112", crisis="116 123")
        self.assertEqual(self.bodies(facility=here), [])
        self.assertEqual(self.bodies(), [BODY])
