"""Which queries a post answers, where and by which words. Pure: thousands of queries cost one walk over it.

Each query is tried only on posts that hold one of the things it cannot be true without. One automaton finds
those.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from ahocorasick_rs import BytesAhoCorasick

from listening.queries import anchors, evaluating, limits
from listening.queries.anchors import Anchor
from listening.queries.asked import Asked
from listening.queries.evaluating import Node
from listening.queries.fields import Index
from listening.queries.found import Found
from listening.queries.parsing import parse
from listening.queries.tree import Expression, fields_of
from listening.queries.view import View, words_of

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
        self.fields = frozenset(field.name for field in fields_of(self.tree))
        ways = anchors.ways(self.tree)
        if ways is None:
            limits.check(self.tree)  # says why it cannot be looked for
            raise limits.TooWide("The query names nothing that can be looked for.")
        self.ways = ways
        self.named = tuple(anchors.named(ways))
        self.needed = tuple(anchors.needed(ways))

    @cached_property
    def node(self) -> Node:
        return evaluating.ready(self.tree)


# A matcher is built anew after each change of a watchlist, and nearly all queries are as they were.
@lru_cache(maxsize=20_000)
def prepared(expression: str) -> Prepared:
    return Prepared(expression)


class Words:
    """Needles, all looked for in one walk."""

    def __init__(self, needles: Iterable[bytes]) -> None:
        self.needles = list(needles)
        self._find = BytesAhoCorasick(self.needles).find_matches_as_indexes if self.needles else _nothing

    def seen(self, text: bytes) -> list[int]:
        return [at for at, _, _ in self._find(text, True)]


def _nothing(text: bytes, overlapping: bool) -> list[tuple[int, int, int]]:
    return []


ALWAYS = frozenset({b""})
"""Counts as seen in every post."""


class Matcher:
    """1. One walk finds the queries worth trying: most posts have none, and that is all they cost.
    2. A second walk finds what else each of them needs: nearly all are given up here.
    3. What is left is tried in earnest.
    """

    def __init__(self, queries: Iterable[tuple[int, str]]) -> None:
        self._queries = [(query_id, prepared(expression)) for query_id, expression in queries]
        self.fields: frozenset[str] = frozenset().union(*(query.fields for _, query in self._queries))
        by_anchor: dict[Anchor, list[int]] = {}
        self._second: list[frozenset[bytes]] = []
        for at, (choice, second) in enumerate(self._chosen()):
            self._second.append(second)
            for anchor in choice:
                by_anchor.setdefault(anchor, []).append(at)
        self._first_words = Words(anchor for anchor in by_anchor if isinstance(anchor, bytes))
        self._tried = [by_anchor[needle] for needle in self._first_words.needles]
        self._second_words = Words(frozenset().union(*self._second) - ALWAYS)
        keys = {key: tried for key, tried in by_anchor.items() if not isinstance(key, bytes)}
        self._index = Index(keys) if keys else None

    def _chosen(self) -> Iterator[tuple[anchors.Choice, frozenset[bytes]]]:
        """Of each query what is looked for, and what is looked at next."""
        counts = Counter(anchor for _, query in self._queries for anchor in query.named)
        weigh = _weigher(counts, len(self._queries))
        for _, query in self._queries:
            _, choice = anchors.rarest(query.ways, weigh)
            others = [needed for needed in query.needed if needed != choice]
            yield choice, min(others, key=lambda needed: sum(map(weigh, needed)), default=ALWAYS)

    @property
    def size(self) -> int:
        return len(self._queries)

    def find(self, asked: Asked) -> list[Hit]:
        """A hit for each query that the post answers, lowest id first."""
        words = words_of(asked)
        seen = self._first_words.seen(words)
        if not seen and self._index is None:
            return []
        view = View(asked, words)
        tried = {at for needle in seen for at in self._tried[needle]}
        if self._index is not None:
            tried.update(self._index.candidates(view))
        return sorted(self._hits(view, tried), key=lambda hit: hit.query_id) if tried else []

    def _hits(self, view: View, tried: Iterable[int]) -> Iterator[Hit]:
        needles, second = self._second_words.needles, self._second
        seen = {needles[at] for at in self._second_words.seen(view.words)} | ALWAYS
        for at in [each for each in tried if not second[each].isdisjoint(seen)]:
            query_id, query = self._queries[at]
            if query.node.holds(view):
                yield hit(view, query_id, query.node.found(view))


def hit(view: View, query_id: int, found: Sequence[Found]) -> Hit:
    return Hit(query_id, spans(view, found), tuple(dict.fromkeys(each.said for each in found)))


def spans(view: View, found: Iterable[Found]) -> list[Span]:
    """Where in the text, in order; what overlaps is one."""
    begins = view.begins
    marks = sorted({mark for each in found for mark in each.marks if mark[0] >= begins})
    places = view.places if marks else []
    joined: list[Span] = []
    for first, count, has_sign in marks:
        start = places[first - begins][0] - has_sign
        end = places[first + count - 1 - begins][1]
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif len(joined) == MAX_SPANS:
            break
        else:
            joined.append((start, end))
    return joined


def _weigher(counts: Counter[Anchor], queries: int) -> anchors.Weigh:
    """What many queries name, as they do our own name, many posts hold: more than any list of words knows."""
    weights = {anchor: limits.weight(anchor) + count / (queries + 20) for anchor, count in counts.items()}
    return weights.__getitem__
