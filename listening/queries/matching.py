"""Which queries a post answers, where and by which words. Pure: thousands of queries cost one walk over it.

Each query is tried only on posts that hold one of the things it cannot be true without. One automaton finds
those.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from ahocorasick_rs import BytesAhoCorasick

from listening.queries import anchors, evaluating, rarity
from listening.queries.anchors import Anchor
from listening.queries.asked import Asked
from listening.queries.evaluating import Node
from listening.queries.fields import Index
from listening.queries.found import Found
from listening.queries.limits import TooWide
from listening.queries.parsing import parse
from listening.queries.tree import Expression
from listening.queries.view import View

MAX_SPANS = 100
"""Spans kept of one hit: a text that repeats a word thousands of times need not be marked everywhere."""

Span = tuple[int, int]


@dataclass(frozen=True)
class Hit:
    query_id: int
    spans: list[Span]  # in the text; what stands in the title has none
    reasons: tuple[str, ...] = ()  # the terms that were found


class Prepared:
    """One query line, and what is worked out of it once."""

    def __init__(self, expression: str) -> None:
        self.tree: Expression = parse(expression)

    @cached_property
    def node(self) -> Node:
        return evaluating.ready(self.tree)

    @cached_property
    def anchors(self) -> anchors.Choice:
        found = anchors.rarest(self.tree, rarity.of)
        if found is None:
            raise TooWide("The query only says what must not be there, so nearly every post would be found.")
        return found


# A matcher is built anew after each change of a watchlist, and nearly all queries are as they were.
@lru_cache(maxsize=20_000)
def prepared(expression: str) -> Prepared:
    return Prepared(expression)


class Matcher:
    def __init__(self, queries: Iterable[tuple[int, str]]) -> None:
        self._queries = [(query_id, prepared(expression)) for query_id, expression in queries]
        by_anchor: dict[Anchor, list[int]] = {}
        for at, (_, query) in enumerate(self._queries):
            for anchor in query.anchors:
                by_anchor.setdefault(anchor, []).append(at)
        needles = [anchor for anchor in by_anchor if isinstance(anchor, bytes)]
        self._tried = [by_anchor[needle] for needle in needles]
        self._automaton = BytesAhoCorasick(needles) if needles else None
        keys = {key: tried for key, tried in by_anchor.items() if not isinstance(key, bytes)}
        self._index = Index(keys) if keys else None

    @property
    def size(self) -> int:
        return len(self._queries)

    def find(self, asked: Asked) -> list[Hit]:
        """A hit for each query that the post answers, lowest id first."""
        view = View(asked)
        candidates: set[int] = set()
        if self._automaton is not None:
            for needle, _, _ in self._automaton.find_matches_as_indexes(view.words, overlapping=True):
                candidates.update(self._tried[needle])
        if self._index is not None:
            candidates.update(self._index.candidates(view))
        if not candidates:
            return []
        return sorted(self._hits(view, candidates), key=lambda hit: hit.query_id)

    def _hits(self, view: View, candidates: Iterable[int]) -> Iterator[Hit]:
        for at in candidates:
            query_id, query = self._queries[at]
            if query.node.holds(view):
                found = query.node.found(view)
                yield Hit(query_id, spans(view, found), tuple(dict.fromkeys(each.said for each in found)))


def spans(view: View, found: Iterable[Found]) -> list[Span]:
    """Where in the text, in order; what overlaps is one."""
    begins = view.begins
    marks = sorted({mark for each in found for mark in each.marks if mark[0] >= begins})
    joined: list[Span] = []
    for first, count, has_sign in marks:
        start = view.places[first - begins][0] - has_sign
        end = view.places[first + count - 1 - begins][1]
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif len(joined) == MAX_SPANS:
            break
        else:
            joined.append((start, end))
    return joined
