"""What of a query a network's own search can be asked for, and which of its words are names."""

from itertools import product

from listening.queries.tree import And, Expression, Field, Near, Not, Or, Phrase, Word

MOST_WAYS = 16
"""Searches that an AND of several ORs is multiplied into; beyond, an OR is left out, which asks for more."""

Terms = tuple[str, ...]  # of which all are required


def alternatives(tree: Expression) -> tuple[Terms, ...]:
    """Searches that together find all that the query finds, and more. None where nothing can be asked."""
    return _asked(tree, is_stem_asked=False) or _asked(tree, is_stem_asked=True) or ()


def _asked(tree: Expression, *, is_stem_asked: bool) -> tuple[Terms, ...] | None:
    """None: no word is required. Few networks know wait*: "wait" is asked only where nothing else is."""
    if isinstance(tree, Word | Phrase):
        return ((said(tree),),) if is_stem_asked or is_literal(tree) else None
    if isinstance(tree, Field | Not):
        return None
    if isinstance(tree, Near):
        return _asked(And((tree.left, tree.right)), is_stem_asked=is_stem_asked)
    parts = [_asked(part, is_stem_asked=is_stem_asked) for part in tree.parts]
    known = [part for part in parts if part is not None]
    if isinstance(tree, Or):
        return tuple(terms for part in known for terms in part) if len(known) == len(parts) else None
    return _together(known)


def _together(parts: list[tuple[Terms, ...]]) -> tuple[Terms, ...] | None:
    if not parts:
        return None
    first, *others = sorted(parts, key=len)
    found = first
    for part in others:
        if len(found) * len(part) <= MOST_WAYS:
            found = tuple(tuple(dict.fromkeys(one + other)) for one, other in product(found, part))
    return found


def said(term: Word | Phrase) -> str:
    return " ".join(word.text for word in (term.words if isinstance(term, Phrase) else (term,)))


def is_literal(term: Word | Phrase) -> bool:
    listed = term.words if isinstance(term, Phrase) else (term,)
    return not any(word.prefix or "?" in word.text for word in listed)


def lone(tree: Expression) -> tuple[str, ...]:
    """Terms of which one alone answers the query: such are names."""
    if isinstance(tree, Or):
        return tuple(term for part in tree.parts for term in lone(part))
    return (said(tree),) if isinstance(tree, Word | Phrase) and is_literal(tree) else ()


def positive(tree: Expression) -> tuple[str, ...]:
    """All terms that may be what was found, as they are written."""
    if isinstance(tree, Word | Phrase):
        return (said(tree),) if is_literal(tree) else ()
    if isinstance(tree, Near):
        return positive(tree.left) + positive(tree.right)
    if isinstance(tree, And | Or):
        return tuple(term for part in tree.parts for term in positive(part))
    return ()
