"""Pages that were read at their networks and wait to be stored: a source may bring more than can be stored.

A page is put by whole, in the transaction that moves the cursor: by the time its turn comes, the network may
no longer list it, and a second reading may cost as much as the first. What must not wait is taken out of it
before, by its words alone: what only its thread would tell is told in its turn.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from django.db.models import Min, Sum

from listening.care import Care
from listening.intake import UNREADABLE, Listener, accept
from listening.models import PageAhead, Source
from listening.sorting import Clock, to_read
from listening.sources.contract import Page, Post, Unreadable
from listening.sources.reading import moment

MOST = 50_000
"""Posts of one source. A listing longer than this is read on when some of them are stored."""

TIMES = ("published_at", "edited_at")


def parted(page: Page, listener: Listener, care: Care, clock: Clock) -> tuple[Page, Page]:
    """The page with the posts that must not wait, and with all else."""
    care.look_at(page.posts, clock())
    pressing = [post for post in page.posts if _is_pressing(post, listener, care, clock)]
    chosen = set(map(id, pressing))
    others = [post for post in page.posts if id(post) not in chosen]
    return (
        replace(page, posts=pressing, unreadable=(), passed=0, gone=()),
        replace(page, posts=others),
    )


def _is_pressing(post: Post, listener: Listener, care: Care, clock: Clock) -> bool:
    if post.is_removed or care.is_killer(post):
        return False
    try:
        care.before(post.external_id, clock())
        arrival = accept(post, listener, clock())
        if not listener.wants(arrival.post, arrival.hits):
            return False
        return listener.reader.is_pressing(to_read(arrival, listener))
    except UNREADABLE:
        return False


def put(page: Page, source: Source, now: datetime) -> None:
    """Keep a page for later. Call it in the transaction that moves the cursor."""
    if not (page.posts or page.unreadable or page.passed or page.gone):
        return
    PageAhead.objects.create(source=source, read_at=now, posts=len(page.posts), payload=_packed(page))
    Source.objects.filter(pk=source.pk, behind_since=None).update(behind_since=now)


def first(source: Source) -> PageAhead | None:
    found = source.pages_ahead.first()
    if found is None:
        # Said to be behind for nothing, it would be swept for ever.
        Source.objects.filter(pk=source.pk, behind_since__isnull=False).update(behind_since=None)
    return found


def is_full(source: Source) -> bool:
    waiting = source.pages_ahead.aggregate(posts=Sum("posts", default=0))
    return int(waiting["posts"]) >= MOST


def done(kept: PageAhead) -> None:
    """It is stored. Call it in the transaction that stores it."""
    kept.delete()
    oldest = PageAhead.objects.filter(source_id=kept.source_id).aggregate(at=Min("read_at"))["at"]
    Source.objects.filter(pk=kept.source_id).update(behind_since=oldest)


def _packed(page: Page) -> str:
    parts = {
        "posts": [asdict(post) for post in page.posts],
        "unreadable": [asdict(item) for item in page.unreadable],
        "passed": page.passed,
        "gone": list(page.gone),
    }
    return json.dumps(parts, default=_said)


def _said(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def opened(kept: PageAhead) -> Page:
    """The page as it was put by; what its poll has dealt with already is left out of it."""
    parts = json.loads(kept.payload)
    return Page(
        [_post(values) for values in parts["posts"]],
        {},
        unreadable=[Unreadable(**values) for values in parts["unreadable"]],
        passed=parts["passed"],
        gone=parts["gone"],
    )


def _post(values: Mapping[str, Any]) -> Post:
    return Post(**{**values, **{name: moment(values[name]) for name in TIMES}})
