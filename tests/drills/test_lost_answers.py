"""A reply whose answer is lost, through real workers and clients: public once, unknown until read back."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from alerts import cases, replies
from alerts.models import Case, Queue, Reply
from config import demo
from listening.models import Source
from listening.sources import adapters, pushing
from tests.base import PASSWORD
from tests.drills.rig import Rig, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.drill, pytest.mark.timeout(300)]

POST = "@NorthfieldHlth the night aide was rude to my mother at Northfield Rehab. Terrible. No apology."
ANSWER = "We are sorry to read this. Please call our patient line at 555-0142, so that we can listen."
ROUTES = {
    "x": "x.tweet",
    "reddit": "reddit.comment",
    "google": "google.reply",
    "bluesky": "bluesky.create",
    "mastodon": "mastodon.post",
    "facebook": "facebook.comment",
    "trustpilot": "trustpilot.reply",
    "youtube": "youtube.comment",
}
RATED = ("google", "trustpilot")
LOST = ("500-after-commit", "drop-after-commit")


@pytest.fixture
def desk(rig: Rig) -> Rig:
    demo.ensure(sandbox_url=rig.sandbox_url, password=PASSWORD, now=timezone.now())
    Queue.objects.update(hold=timedelta(0))
    # Reddit by two ways: whichever hears the post first, it is one case, and the API answers.
    heard = Source.objects.filter(kind__in=[*ROUTES, "reddit_feed"])
    heard.update(is_active=True, paused_reason="", poll_every=timedelta(seconds=5))
    Source.objects.exclude(pk__in=heard.values("pk")).update(is_active=False)
    rig.start_worker()
    rig.start_urgent()
    rig.start_beat()
    return rig


def answered(rig: Rig, network: str) -> Reply:
    """A post written there, its case claimed, and an approved reply on its way."""
    tagged = f"{POST}\n\n#Northfield" if network == "mastodon" else POST
    asked: dict[str, object] = {"network": network, "text": tagged}
    rig.ask_sandbox("posts", {**asked, "rating": 1} if network in RATED else asked)
    came = Case.objects.filter(mention__text__contains=POST)
    wait_until(came.exists, within=150)
    pete, priya = (User.objects.get(username=name) for name in ("pete", "priya"))
    case, now = came.get(), timezone.now()
    cases.claim(case, by=pete, at=now)
    seen = case.mention.content_hash
    reply = replies.save_draft(case, text=ANSWER, post_seen=seen, by=pete, at=now)
    replies.submit(reply, by=pete, at=now)
    replies.approve(reply, by=priya, text_seen=ANSWER, at=timezone.now())
    return reply


def stands_at(reply: Reply, state: str) -> Callable[[], bool]:
    return Reply.objects.filter(pk=reply.pk, state=state).exists


def public(rig: Rig) -> list[str]:
    ledger = httpx.get(f"{rig.sandbox_url}/_sandbox/ledger", timeout=20).json()
    # On Mastodon the name of whom it answers stands before the words.
    return [reply["text"].removeprefix("@a_passer_by@porchlight.example ") for reply in ledger["replies"]]


def test_every_network_that_takes_replies_is_tried() -> None:
    ways = {kind: adapter.reply_way for kind, adapter in adapters().items()}
    assert {kind for kind, way in ways.items() if way in ("api", "summoned_only")} - {*pushing()} == {*ROUTES}


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("network", ROUTES)
def test_a_lost_answer_posts_nothing_twice(desk: Rig, network: str, fault: str) -> None:
    desk.ask_sandbox("faults", {"route": ROUTES[network], "fault": fault, "times": 1})
    reply = answered(desk, network)
    lost = wait_until(stands_at(reply, Reply.State.UNKNOWN), within=60, every=0.05)
    assert public(desk) == [ANSWER]
    found = wait_until(stands_at(reply, Reply.State.SENT), within=120)
    assert public(desk) == [ANSWER]
    print(f"\n{network}, {fault}: unknown after {lost:.1f} s, read back {found:.1f} s later, public once")


@pytest.mark.parametrize("network", ROUTES)
def test_what_was_refused_is_public_nowhere(desk: Rig, network: str) -> None:
    desk.ask_sandbox("faults", {"route": ROUTES[network], "fault": "403", "times": 1})
    reply = answered(desk, network)
    wait_until(stands_at(reply, Reply.State.FAILED), within=60)
    assert public(desk) == []
