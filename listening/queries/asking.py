"""Which words of a query are names."""

from listening.queries.tree import And, Expression, Near, Or, Phrase, Word


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
