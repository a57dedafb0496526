"""A case at each station of its way, for the tests of this part."""

from typing import Any

from django.contrib.auth.models import User

from alerts import cases, outbox, replies, triage
from alerts.models import Case, Reply
from alerts.models.queue import REPLY_HOLD
from tests.base import NOW, mention

ANSWER = "We take comments like this to heart. Please call our patient line, we want to hear more."


def open_case(**fields: Any) -> Case:
    values: dict[str, Any] = {"lane": "complaint", "sentiment": "negative", "severity": 45, **fields}
    case = triage.route(mention(**values).pk, NOW)
    assert case is not None
    return case


def drafted(case: Case, by: User, text: str = ANSWER) -> Reply:
    case.refresh_from_db()
    if case.owner is None:
        cases.claim(case, by=by, at=NOW)
    return replies.save_draft(case, text=text, post_seen=case.mention.content_hash, by=by, at=NOW)


def submitted(case: Case, by: User, text: str = ANSWER) -> Reply:
    reply = drafted(case, by, text)
    replies.submit(reply, by=by, at=NOW)
    return fresh(reply)


def approved(case: Case, by: User, approver: User, text: str = ANSWER) -> Reply:
    reply = submitted(case, by, text)
    replies.approve(reply, by=approver, text_seen=reply.text, at=NOW)
    return fresh(reply)


def sending(case: Case, by: User, approver: User) -> Reply:
    reply = approved(case, by, approver)
    taken = outbox.take(reply.pk, NOW + REPLY_HOLD)
    assert taken is not None
    return taken


def fresh(reply: Reply) -> Reply:
    return Reply.objects.select_related("case").get(pk=reply.pk)
