"""One page of a source, and what a poll would make of each post: nothing is stored and no cursor moves."""

from collections.abc import Iterator, Sequence
from typing import Any

from listening import connections, sorting, spending, vault
from listening.care import Care
from listening.intake import Known, Listener
from listening.leases import Lease
from listening.models import Poll, Query, Source
from listening.reading import identifiers
from listening.sorting import Clock
from listening.sources import adapter_for
from listening.sources.contract import AuthFailed, Page, Post, SourceError
from listening.storing import Read, Sorted

SHOWN, READ = 140, 300
"""Characters of a post that are shown, and that are read for it: an identifier must not be cut in two."""


def rehearse(source: Source, clock: Clock) -> Iterator[dict[str, Any]]:
    """Raises a SourceError where the source cannot be asked."""
    listener = sorting.listener_for(source)
    page = _fetched(source, listener)
    spending.tried(source, len(page.posts) + len(page.unreadable) + page.passed, clock())
    expressions = dict(Query.objects.values_list("pk", "expression"))
    for refused in _sorted([], page, listener, clock).refused:
        yield {"external_id": refused.external_id, "outcome": "quarantined", "reason": refused.reason}
    for post in page.posts:
        found = _sorted([post], Page([], {}), listener, clock)
        said = {"external_id": post.external_id, **_outcome(found, expressions)}
        yield {**said, "text": _beginning(post.text, listener)}


def _beginning(text: str, listener: Listener) -> str:
    """The first words, with names and numbers named instead of shown: terminals keep what they print."""
    head = text[:READ]
    shown = [each for each in identifiers.find(head, listener.names.spans(head)) if each.start < SHOWN]
    end = max([SHOWN, *(each.end for each in shown)])
    return identifiers.masked(head[:end], shown)


def _fetched(source: Source, listener: Listener) -> Page:
    try:
        connection = connections.open(source)
    except vault.CannotOpen as error:
        raise AuthFailed(str(error)) from None
    try:
        adapter = adapter_for(source.kind)
    except KeyError as error:
        raise SourceError(f"It cannot be asked: {error.args[0]}.") from None
    return adapter.fetch(connection, listener.watched.listening, dict(source.cursor))


def _sorted(posts: Sequence[Post], page: Page, listener: Listener, clock: Clock) -> Sorted:
    # A poll that is nowhere stored: a first attempt only looks, so that its lease is never used.
    care = Care(Poll(source=listener.source), listener.source, Lease(0, ""))
    return sorting.sort(Page(posts, {}, unreadable=page.unreadable), listener, care, clock)


def _outcome(found: Sorted, expressions: dict[int, str]) -> dict[str, Any]:
    if found.read:
        return _reading(found.read[0], expressions)
    if found.refused:
        return {"outcome": "quarantined", "reason": found.refused[0].reason}
    if found.removed:
        return {"outcome": "updated", "reason": "It was removed at its source."}
    return {"outcome": "dropped" if found.dropped else "unchanged"}


def _reading(read: Read, expressions: dict[int, str]) -> dict[str, Any]:
    known: Known | None = read.known
    tone, lane = read.reading.tone, read.reading.lane
    return {
        "outcome": "updated" if known else "inserted",
        "queries": [expressions.get(hit.query_id, "") for hit in read.arrival.hits],
        "lane": lane.name,
        "level": lane.level,
        "severity": lane.severity,
        "sentiment": {"label": tone.label, "score": tone.score},
    }
