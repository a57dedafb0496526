"""A page that stays open all day and renews its parts keeps nothing of the parts it had before."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from alerts import defaults
from dashboard import doorbell
from hospital.models import Service, ServiceStatus
from tests.alerts.desk import open_case
from tests.browser.test_screens import ScreenTestCase
from tests.dashboard.screens.base import hang

pytestmark = pytest.mark.walk

TURNS = 4
BESIDE = """() => {
  const texts = document.createNodeIterator(document.body, NodeFilter.SHOW_TEXT);
  let count = 0;
  for (let text = texts.nextNode(); text; text = texts.nextNode())
    if (text.nextSibling?.nodeType === Node.TEXT_NODE) count += 1;
  return count;
}"""
"""A swap leaves the line breaks around what it brought beside those that stood there: two texts in a row."""


class FlatTests(ScreenTestCase):
    def test_parts_that_are_renewed_leave_nothing_behind(self) -> None:
        defaults.ensure()
        case = open_case(text="Three hours, and the chairs hurt.")
        self.fill()
        portal = Service.objects.create(kind="portal", slug="portal", name="Patient portal")
        now = timezone.now()
        ServiceStatus.objects.create(service=portal, at=now, received_at=now, words="Up", feed="test")
        _, address = hang("staff", steps=[("live", 20), ("facilities", 20)])
        for path in ("/", "/?view=wall", "/board/", "/cases/", f"/cases/{case.pk}/", "/operations/", address):
            with self.subTest(path=path.replace(address, "a screen")):
                page = self.open(path, clock=True)
                answered = self.renewed(page)
                self.assertGreaterEqual(answered, TURNS)
                self.assertEqual(page.evaluate(BESIDE), 0)
                page.context.close()
        self.assertEqual(self.troubles, [])

    def renewed(self, page: Page) -> int:
        """A minute of its own clock at a time. How many parts it asked for."""
        answers: list[str] = []
        page.on("response", lambda answer: answers.append(answer.url))
        for _ in range(TURNS):
            page.clock.fast_forward("01:00")
            doorbell.ring("operations")
            page.wait_for_timeout(600)
        return len(answers)
