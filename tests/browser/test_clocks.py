"""An approver's change, the hold and waiting on an author, in a real browser."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from alerts import cases, defaults, outbox, replies
from alerts.models import Case, Queue, Reply
from hospital.models import Role
from listening.sources.contract import Sent
from tests.alerts.desk import ANSWER, open_case
from tests.base import person, pete, priya, source
from tests.browser.rig import shared
from tests.browser.test_story import BrowserTestCase

pytestmark = pytest.mark.walk

SHORTER = "We take comments like this to heart. Please call our patient line."


@pytest.mark.browser
@pytest.mark.slow
class ClocksTests(BrowserTestCase):
    @pytest.mark.timeout(120)
    def test_a_word_is_changed_accepted_held_taken_back_and_waited_on(self) -> None:
        defaults.ensure()
        Queue.objects.update(hold=timedelta(minutes=30))
        people = pete(), priya()
        case = open_case(source=source("x", kind="x", options={"own_handle": "us"}), text="@us Three hours.")
        now = timezone.now()
        Case.objects.update(opened_at=now - timedelta(minutes=5))
        cases.claim(case, by=people[0], at=now)
        seen = case.mention.content_hash
        reply = replies.save_draft(case, text=ANSWER, post_seen=seen, by=people[0], at=now)
        replies.submit(reply, by=people[0], at=now)
        writer, approver = (self.signed_in(name) for name in ("pete", "priya"))
        for page in (writer, approver):
            page.goto(f"{shared.web().url}/cases/{case.pk}/")
        self.change(approver)
        self.accept(writer)
        self.take_back(approver)
        self.answered(reply)
        writer.goto(f"{shared.web().url}/cases/{case.pk}/")
        writer.get_by_role("button", name="Wait on the author").click()
        expect(writer.locator(".resting b")).to_contain_text("Waits on the author until")
        expect(writer.locator(".row-left")).to_have_text("paused")

    def change(self, approver: Page) -> None:
        approver.get_by_text("Change the text").click()
        approver.get_by_label("Your wording").fill(SHORTER)
        approver.get_by_role("button", name="Keep the change").click()
        expect(approver.locator(".redline")).to_contain_text("priya changed the text")
        expect(approver.get_by_role("button", name="Approve this text")).to_have_count(0)

    def accept(self, writer: Page) -> None:
        expect(writer.locator(".redline del")).to_be_visible()  # it shows itself
        writer.get_by_role("button", name="Accept the change").click()
        expect(writer.get_by_text("On hold, leaves by itself")).to_be_visible()

    def take_back(self, approver: Page) -> None:
        approver.get_by_role("navigation", name="Queues").get_by_text("Going out").click()
        expect(approver.locator(".row-held")).to_contain_text("Leaves at")
        approver.get_by_role("button", name="Take it back").click()
        expect(approver.locator(".row-held")).to_have_count(0)
        self.assertEqual(Reply.objects.get().state, "draft")

    def answered(self, reply: Reply) -> None:
        """As the outbox leaves it."""
        now = timezone.now()
        replies.submit(reply, by=reply.author, at=now)
        replies.approve(reply, by=person("paul", Role.APPROVER), text_seen=Reply.objects.get().text, at=now)
        taken = outbox.take(reply.pk, now + timedelta(hours=1))
        assert taken is not None
        outbox.settle_sent(taken, Sent(external_id="ours"), now)
