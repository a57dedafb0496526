from django.test import TestCase

from alerts.models import Duty, Knower, SafetyTextVersion
from config import demo
from tests.base import NOW, PASSWORD


class DemoSafetyTests(TestCase):
    def ensure(self) -> None:
        demo.ensure(sandbox_url="http://127.0.0.1:9", password=PASSWORD, now=NOW)

    def test_texts_are_approved_and_every_role_is_on_duty(self) -> None:
        self.ensure()
        approvers = set(SafetyTextVersion.objects.values_list("approved_by__username", flat=True))
        self.assertEqual(approvers, {"priya"})
        self.assertEqual(set(Duty.objects.values_list("role", flat=True)), set(Duty.Role.values))

    def test_what_somebody_took_away_stays_away_while_others_are_left(self) -> None:
        self.ensure()
        Knower.objects.filter(topic="parking").delete()
        self.ensure()
        self.assertFalse(Knower.objects.filter(topic="parking").exists())
        self.assertEqual(SafetyTextVersion.objects.count(), 4)
