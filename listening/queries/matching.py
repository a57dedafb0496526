"""Which queries a post answers, where and by which words. Pure: thousands of queries cost one walk over it.

Each query is tried only on posts that hold one of the things it cannot be true without. One automaton finds
those.
"""

import gc
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from ahocorasick_rs import BytesAhoCorasick

from listening.queries import anchors, evaluating, limits, needles
from listening.queries.anchors import Anchor
from listening.queries.asked import Asked
from listening.queries.evaluating import Node
from listening.queries.fields import Index
from listening.queries.found import Found
from listening.queries.parsing import parse
from listening.queries.tree import And, Expression, Not, fields_of
from listening.queries.view import View, loose_words_of

MAX_SPANS = 100
"""Spans kept of one hit: a text that repeats a word thousands of times need not be marked everywhere."""

Span = tuple[int, int]


@dataclass(frozen=True)
class Hit:
    query_id: int
    spans: list[Span]  # in the text; what stands in the title has none
    reasons: tuple[str, ...] = ()  # the terms that were found


class Single:
    """One query by itself. It may be as wide as it likes: nothing is looked for, each post is tried."""

    def __init__(self, expression: str) -> None:
        self.tree: Expression = parse(expression)
        self.fields = frozenset(field.name for field in fields_of(self.tree))

    @cached_property
    def node(self) -> Node:
        return evaluating.ready(self.tree)

    def find(self, asked: Asked) -> Hit | None:
        view = View(asked)
        return self.hit(view, 0) if self.node.holds(view) else None

    def hit(self, view: View, query_id: int) -> Hit:
        """Of a query that holds."""
        found = self.node.found(view)
        return Hit(query_id, spans(view, found), tuple(dict.fromkeys(each.said for each in found)))


class Prepared(Single):
    """One query of many, and what it can be found by."""

    def __init__(self, expression: str) -> None:
        super().__init__(expression)
        ways = anchors.ways(self.tree)
        if ways is None:
            limits.check(self.tree)  # says why it cannot be looked for
            raise limits.TooWide("The query names nothing that can be looked for.")
        self.ways = ways
        self.named = tuple(anchors.named(ways))
        self.needed = tuple(anchors.needed(ways))
        parts = self.tree.parts if isinstance(self.tree, And) else (self.tree,)
        refused = [needles.all_plain(part.part) for part in parts if isinstance(part, Not)]
        self.refused = frozenset().union(*(plain for plain in refused if plain is not None))
        self.words = self.refused.union(*self.needed)
        self._open = [part for part in parts if not _is_told_by_words(part)]

    @cached_property
    def rest(self) -> tuple[Node, ...]:
        """What the words that are there do not tell."""
        return tuple(evaluating.ready(part) for part in self._open)

    def may_hold(self, words: set[bytes]) -> bool:
        """By the words that are there alone; only what is in `rest` is still to be looked at."""
        for needed in self.needed:
            if needed.isdisjoint(words):
                return False
        return self.refused.isdisjoint(words)


def _is_told_by_words(part: Expression) -> bool:
    return needles.all_plain(part.part if isinstance(part, Not) else part) is not None


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


Tried = dict[frozenset[bytes], list[int]]
"""Queries by what else they need: one of these words."""

ALWAYS = frozenset({b""})
"""Counts as seen in every post."""


class Matcher:
    """1. One walk over a post finds queries worth trying: most posts have none, and cost no more.
    2. A second, over its words, finds what else each of them needs: nearly all are given up here.
    3. What is left is tried in earnest.
    """

    def __init__(self, queries: Iterable[tuple[int, str]]) -> None:
        self._queries = [(query_id, prepared(expression)) for query_id, expression in queries]
        self.fields: frozenset[str] = frozenset().union(*(query.fields for _, query in self._queries))
        tried: dict[Anchor, Tried] = {}
        for at, (first, second) in enumerate(self._chosen()):
            for anchor in first:
                tried.setdefault(anchor, {}).setdefault(second, []).append(at)
        self._first_words = Words(anchor for anchor in tried if isinstance(anchor, bytes))
        self._tried = [list(tried[needle].items()) for needle in self._first_words.needles]
        self._second_words = Words({word for _, query in self._queries for word in query.words})
        by_field = {key: found for key, found in tried.items() if not isinstance(key, bytes)}
        self._index = Index(by_field) if by_field else None

    def _chosen(self) -> Iterator[tuple[anchors.Choice, frozenset[bytes]]]:
        """Of each query what is looked for, and what is looked at next."""
        weigh = _weigher(Counter(anchor for _, query in self._queries for anchor in query.named))
        for _, query in self._queries:
            _, choice = anchors.rarest(query.ways, weigh)
            first = frozenset(map(_first, choice))
            # Where only words of phrases are looked for, the phrases are next.
            is_loose = first.isdisjoint(choice)
            others = [needed for needed in query.needed if (needed == choice) == is_loose]
            yield first, min(others, key=lambda needed: sum(map(weigh, needed)), default=ALWAYS)

    @property
    def size(self) -> int:
        return len(self._queries)

    def find(self, asked: Asked) -> list[Hit]:
        """A hit for each query that the post answers, lowest id first."""
        seen = self._first_words.seen(loose_words_of(asked))
        if not seen and self._index is None:
            return []
        view = View(asked)
        words = {self._second_words.needles[at] for at in self._second_words.seen(view.words)} | ALWAYS
        tried = [each for needle in seen for each in self._tried[needle]]
        if self._index is not None:
            tried += self._index.candidates(view)
        left = {at for second, queries in tried if not second.isdisjoint(words) for at in queries}
        return sorted(self._hits(view, words, left), key=lambda hit: hit.query_id)

    def _hits(self, view: View, words: set[bytes], tried: Iterable[int]) -> Iterator[Hit]:
        for at in tried:
            query_id, query = self._queries[at]
            if query.may_hold(words) and all(node.holds(view) for node in query.rest):
                yield query.hit(view, query_id)


def spans(view: View, found: Iterable[Found]) -> list[Span]:
    """Where in the text, in order; what overlaps is one."""
    begins = view.begins
    marks = sorted({mark for each in found for mark in each.marks if mark[0] >= begins})
    joined: list[Span] = []
    for first, count, has_sign in marks:
        start, end = view.place(first - begins)[0] - has_sign, view.place(first + count - 1 - begins)[1]
        if end == 0:
            break
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif len(joined) == MAX_SPANS:
            break
        else:
            joined.append((start, end))
    return joined


def _first(anchor: Anchor) -> Anchor:
    return anchors.rarest_word(anchor) if isinstance(anchor, bytes) else anchor


LARGE = 1_000
"""Queries from which on the collector of garbage takes time that posts would feel."""


def settled(matcher: Matcher) -> Matcher:
    """Takes a large matcher, which stays until the next edit, out of the collector's sight."""
    if matcher.size > LARGE:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
    return matcher


def _weigher(counts: Counter[Anchor]) -> anchors.Weigh:
    """What thousands of queries name, as they do our own name, may stand in every post that a network gives
    us. No list of words knows it."""
    named: Counter[Anchor] = Counter()
    for anchor, count in counts.items():
        named[_first(anchor)] += count
    weights = {first: limits.weight(first) + min(0.3, count / 10_000) for first, count in named.items()}
    return {anchor: weights[_first(anchor)] for anchor in counts}.__getitem__
