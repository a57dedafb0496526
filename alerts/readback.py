"""What stands under a post in our own name: read from the network, and noted where nobody here knew of it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from alerts import replies
from alerts.models import Case, CaseEvent, NativeReply, Reply
from alerts.sameness import is_same
from alerts.story import tell
from listening import connections, kin
from listening.models import Mention, Source
from listening.sources import adapters
from listening.sources.contract import ReadsBack, Target, Thread, Written

CALL_SECONDS = 8.0
"""Of one call. A reading has at most three, so that no worker waits longer than half a minute."""

LEFT = Q(state=Reply.State.SENT) | Q(left_at__isnull=False)
"""Replies that are public or may be: their words, found there, are theirs."""


def target_of(mention: Mention) -> Target:
    return Target(
        external_id=mention.external_id,
        url=mention.url,
        author_handle=mention.author.handle if mention.author else "",
        text=mention.text,
        published_at=mention.published_at,
    )


def can_read(voice: Source) -> bool:
    return isinstance(adapters().get(voice.kind), ReadsBack)


def read(mention: Mention, voice: Source, *, seconds: float = CALL_SECONDS) -> Thread | None:
    """What this source sees. None where the network has no list; SourceError where it could not be read."""
    adapter = adapters().get(voice.kind)
    if not isinstance(adapter, ReadsBack):
        return None
    return adapter.replies_to(connections.open(voice, seconds=seconds), target_of(mention))


def found_in(reply: Reply, thread: Thread) -> Written | None:
    """This very reply, if it has been tried before and its text stands there."""
    if reply.left_at is None:
        return None
    return next((each for each in thread.ours if is_same(reply.text, each.text)), None)


def is_same_account(reply: Reply, voice: Source) -> bool:
    """Whether what this source does not find was not sent: only by the account that tried to send it."""
    if not reply.voice_mark:
        return True  # it left before this was kept
    return reply.voice_id == voice.pk and reply.voice_mark == connections.mark(voice)


@transaction.atomic
def note(case_id: int, thread: Thread, *, at: datetime) -> int:
    """Keep what somebody of us wrote on the network itself; how many of these are new."""
    replies.lock_case(case_id)
    ours = list(Reply.objects.filter(LEFT, case_id=case_id).values_list("text", flat=True))
    known = set(NativeReply.objects.filter(case_id=case_id).values_list("external_id", "text"))
    fresh = [each for each in thread.ours if (each.external_id, each.text) not in known]
    fresh = [each for each in fresh if not any(is_same(text, each.text) for text in ours)]
    for each in fresh:
        made, is_new = NativeReply.objects.get_or_create(
            case_id=case_id,
            external_id=each.external_id,
            text=each.text,
            defaults={"url": each.url, "published_at": each.published_at, "found_at": at},
        )
        if is_new:
            tell(case_id, CaseEvent.Kind.NATIVE, by=None, at=at, native=made.pk)
    return len(fresh)


def note_met(source_id: int, answers: Sequence[Written], *, at: datetime) -> int:
    """What a poll met in our own name, of posts that have an open case; how many were new."""
    by_parent: dict[str, list[Written]] = {}
    for each in answers:
        by_parent.setdefault(each.parent_id, []).append(each)
    heard = kin.families([source_id])[source_id]
    posts = Case.objects.open().filter(mention__source__in=heard, mention__external_id__in=list(by_parent))
    met = posts.order_by("pk").values_list("pk", "mention__external_id")
    return sum(note(pk, Thread(by_parent[name], is_whole=False), at=at) for pk, name in met)
