from django.test import TestCase

from alerts import defaults, reveals
from alerts.models import CaseEvent
from alerts.refusals import Refused
from hospital.models import AuditEntry
from tests.alerts.desk import open_case
from tests.base import NOW, mention, pete


class RevealTests(TestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.pete = pete()

    def test_who_looked_and_why_is_kept_in_the_audit_and_in_the_story(self) -> None:
        case = open_case()
        reveals.reveal(case.mention, reason="help", words="which ward", by=self.pete, at=NOW)
        entry = AuditEntry.objects.latest("id")
        self.assertEqual((entry.action, entry.subject), ("identities.reveal", f"mention {case.mention_id}"))
        self.assertEqual((entry.actor_id, entry.at), (self.pete.pk, NOW))
        self.assertEqual(entry.detail, {"reason": "help", "words": "which ward"})
        event = case.events.latest("id")
        self.assertEqual((event.kind, event.actor), (CaseEvent.Kind.REVEALED, self.pete))

    def test_a_mention_without_a_case_is_in_the_audit_alone(self) -> None:
        reveals.reveal(mention(), reason="safety", words="", by=self.pete, at=NOW)
        self.assertEqual((AuditEntry.objects.count(), CaseEvent.objects.count()), (1, 0))

    def test_without_a_reason_nothing_is_written(self) -> None:
        for reason, words in (("", "because"), ("nosy", "because"), ("other", "  ")):
            with self.subTest(reason), self.assertRaises(Refused):
                reveals.reveal(mention(), reason=reason, words=words, by=self.pete, at=NOW)
        self.assertEqual(AuditEntry.objects.count(), 0)

    def test_the_reason_keeps_no_name(self) -> None:
        said = "To call Emma Lee at 555-0142"
        reveals.reveal(open_case().mention, reason="other", words=said, by=self.pete, at=NOW)
        for detail in (AuditEntry.objects.latest("id").detail, CaseEvent.objects.latest("id").detail):
            self.assertEqual(detail["words"], "To call [name] at [phone]")
