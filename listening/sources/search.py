"""Watchlist queries in the words of a network's search, cut into as few requests as its length limit allows.

Where something must be left out to fit, it is a required term, which makes the search wider, never narrower:
the local matcher has the last word.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence

from listening.sources.contract import Listening

_PLAIN = re.compile(r"[#@]?\w+\Z")
_OPERATORS = frozenset({"AND", "OR", "NOT"})


def quoted(term: str) -> str:
    """The term as a word or a phrase; nothing in it can act as an operator. Empty if no letter is in it."""
    text = " ".join(term.replace('"', " ").replace("\\", " ").split())
    if not re.search(r"\w", text):
        return ""
    return text if _PLAIN.match(text) and text.upper() not in _OPERATORS else f'"{text}"'


def clause(terms: Sequence[str], limit: int) -> str:
    """All terms required, within `limit` characters."""
    words = [word for word in (quoted(_cut(term, limit - 4)) for term in terms) if word]
    while len(joined := " ".join(words)) > limit - 2 and len(words) > 1:
        words.remove(min(words, key=len))
    return f"({joined})" if len(words) > 1 else joined


def _cut(term: str, limit: int) -> str:
    """The term without the words at its end that would not fit."""
    if len(term) <= limit:
        return term
    return term[:limit].rpartition(" ")[0] or term[:limit]


def searches(queries: Sequence[Listening], limit: int) -> list[str]:
    """The fewest searches, in the order of the queries, that together ask for all of them."""
    asked = (terms for query in queries for terms in (query.terms, *query.others))
    clauses = dict.fromkeys(clause(terms, limit) for terms in asked)
    return list(_packed([found for found in clauses if found], limit))


def _packed(clauses: Sequence[str], limit: int) -> Iterator[str]:
    filled = ""
    for found in clauses:
        wider = f"{filled} OR {found}" if filled else found
        if filled and len(wider) > limit:
            yield filled
            wider = found
        filled = wider
    if filled:
        yield filled


def key(search: str) -> str:
    """A short name for a search: another watchlist, another name, another beginning."""
    return hashlib.sha256(search.encode("utf-8", "surrogatepass")).hexdigest()[:16]
