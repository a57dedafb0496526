"""The whole way once: a post at a network, the wall's pipeline, a case, a reply, the same network again.

Nothing in it is pretended but the network: the sandbox, beat, both workers, the web and Chromium are real.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import TransactionTestCase
from django.utils import timezone
from playwright.sync_api import Page, expect

from alerts import cases, defaults
from alerts.models import Case, Queue, Reply
from config import demo
from hospital.models import AuditEntry, Habits
from listening.models import Poll
from tests.alerts.desk import open_case
from tests.base import PASSWORD, carla, pete
from tests.browser.rig import shared
from tests.drills.rig import Rig

POST = "@NorthfieldHlth the night aide was rude to my mother at Northfield Rehab. Terrible, and no apology."
ANSWER = "We are sorry to read this. Please call our patient line at 555-0142, so that we can listen."

SOON = 90_000
"""Milliseconds for what workers do: a poll, a route, the hold before a reply leaves, a sweep."""

STORY = [
    "Came to Staff conduct. Rule “Staff conduct”: read as staff conduct",
    "Pete Warner claimed it",
    "Pete Warner wrote a reply",
    "Pete Warner asked for approval",
    "Priya Nair approved the reply",
    "Sending",
    "The reply is public",
    "Pete Warner closed it: replied online",
]


class Sandbox:
    def __init__(self, url: str) -> None:
        self.url = url

    def write(self, text: str) -> str:
        asked = json.dumps({"network": "x", "text": text})
        kind = {"content-type": "application/json"}
        answer = httpx.post(f"{self.url}/_sandbox/posts", content=asked, headers=kind, timeout=20)
        answer.raise_for_status()
        return str(answer.json()["posts"][0]["id"])

    def replies(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = httpx.get(f"{self.url}/_sandbox/ledger", timeout=20).json()["replies"]
        return found


@contextmanager
def sandbox() -> Iterator[Sandbox]:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--quiet"]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield Sandbox(process.stdout.readline().rpartition(" ")[2].strip())
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def workers(sandbox_url: str) -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(sandbox_url, Path(folder))
        try:
            rig.start_urgent()
            rig.start_worker()
            rig.start_beat()
            yield
        finally:
            rig.stop()


def stay(*usernames: str) -> None:
    """These people look at what became of a case before they go on to the next."""
    people = User.objects.filter(username__in=usernames)
    Habits.objects.bulk_create(Habits(user=person, stays=True) for person in people)


class BrowserTestCase(TransactionTestCase):
    def signed_in(self, username: str) -> Page:
        context = shared.browser().new_context(viewport={"width": 1440, "height": 900})
        self.addCleanup(context.close)
        page = context.new_page()
        page.goto(f"{shared.web().url}/cases/")
        page.locator("[name=username]").fill(username)
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("navigation", name="Queues")).to_be_visible()
        page.wait_for_load_state()  # before that no key does anything
        return page


@pytest.mark.browser
@pytest.mark.walk
@pytest.mark.slow
class StoryTests(BrowserTestCase):
    @pytest.mark.timeout(240)
    def test_a_complaint_is_heard_answered_and_closed(self) -> None:
        with sandbox() as network, workers(network.url):
            demo.ensure(sandbox_url=network.url, password=PASSWORD, now=timezone.now())
            Queue.objects.update(hold=timedelta(seconds=5))
            stay("pete", "priya")
            post_id = network.write(POST)
            case = self.arrived(post_id)
            pete, priya = (self.signed_in(name) for name in ("pete", "priya"))
            self.claim_and_write(pete, case)
            self.approve(priya)
            expect(pete.get_by_text("The reply is public.", exact=True)).to_be_visible(timeout=SOON)
            self.assertEqual([reply["text"] for reply in network.replies()], [ANSWER])
            self.assertEqual(network.replies()[0]["in_reply_to"], post_id)
            self.close(pete)
            self.check_ledgers(case)

    def arrived(self, post_id: str) -> Case:
        deadline = monotonic() + SOON / 1000
        while monotonic() < deadline:
            case = Case.objects.filter(mention__external_id=post_id).first()
            if case is not None:
                return case
            sleep(0.2)
        raise AssertionError("the post did not become a case in time")

    def claim_and_write(self, pete: Page, case: Case) -> None:
        """By keys alone, as on a long shift."""
        pete.keyboard.press("j")
        pete.keyboard.press("o")
        expect(pete.locator(".post-text")).to_contain_text("rude to my mother")
        pete.keyboard.press("c")
        pete.get_by_label("Reply on X").wait_for()
        pete.keyboard.press("r")
        pete.keyboard.type(ANSWER)
        expect(pete.locator("#saved")).to_contain_text("Draft saved")
        self.assertEqual(Reply.objects.get(case=case).text, ANSWER)
        pete.keyboard.press("Control+Enter")
        expect(pete.get_by_text("Waits for approval")).to_be_visible()

    def approve(self, priya: Page) -> None:
        priya.get_by_role("navigation", name="Queues").get_by_text("For approval").click()
        priya.locator(".row-link").click()
        expect(priya.locator(".draft-fixed")).to_have_text(ANSWER)
        priya.get_by_role("button", name="Approve this text").click()
        expect(priya.get_by_text("On hold, leaves by itself")).to_be_visible()

    def close(self, pete: Page) -> None:
        pete.get_by_role("button", name="Close the case").click()
        expect(pete.locator(".resting b")).to_contain_text("replied online.")
        told = pete.locator(".history p").all_text_contents()
        self.assertEqual(list(reversed(told)), STORY)

    def check_ledgers(self, case: Case) -> None:
        case.refresh_from_db()
        self.assertEqual((case.state, case.outcome), (Case.State.CLOSED, Case.Outcome.REPLIED_ONLINE))
        reply = Reply.objects.get(case=case)
        self.assertEqual((reply.state, reply.attempts), (Reply.State.SENT, 1))
        self.assertTrue(
            AuditEntry.objects.filter(action="reply.approve", subject=f"reply {reply.pk}").exists()
        )
        self.assertTrue(Poll.objects.filter(inserted__gt=0).exists())


@pytest.mark.browser
@pytest.mark.walk
class DeskTests(BrowserTestCase):
    """What a person reads and types stays where it is while others work and posts arrive."""

    def test_nothing_typed_or_read_is_moved(self) -> None:
        defaults.ensure()
        people = [pete(), carla()]
        open_cases = [open_case(text=f"Complaint {number}", severity=40) for number in range(30)]
        Case.objects.update(opened_at=timezone.now())
        cases.claim(open_cases[5], by=people[0], at=timezone.now())
        page = self.signed_in("pete")
        page.goto(f"{shared.web().url}/cases/{open_cases[5].pk}/")
        page.get_by_role("textbox", name="Reply by hand").press_sequentially("Half a sent")
        before = self.places(page)
        for number in range(50):
            case = open_case(text=f"Arrival {number}", severity=99)
            Case.objects.filter(pk=case.pk).update(opened_at=timezone.now() + timedelta(seconds=1))
        cases.take_over(open_cases[5], by=people[1], seen_owner_id=people[0].pk, at=timezone.now())
        page.evaluate("document.body.dispatchEvent(new Event('cases-changed'))")
        expect(page.locator(".pill")).to_contain_text("50 new")
        expect(page.get_by_text("This case has moved on:")).to_be_visible()
        self.assertEqual(self.places(page), before)
        page.keyboard.type("ence")
        self.assertEqual(page.locator("#text").input_value(), "Half a sentence")
        page.get_by_role("button", name="Save draft").click()
        expect(page.get_by_role("alert")).to_contain_text("carla has this case now")
        expect(page.get_by_label("Your text, not saved")).to_have_value("Half a sentence")

    def places(self, page: Page) -> list[Any]:
        """Where the first rows stand, and what has the focus."""
        found: list[Any] = page.evaluate(
            "[document.activeElement.id, ...[...document.querySelectorAll('.row-link')].slice(0, 12)"
            ".map((row) => [row.id, row.getBoundingClientRect().top])]"
        )
        return found
