"""Which queries are too wide to be listened for; how wide a query is, roughly, before any post is seen."""

from listening.queries import anchors, fields, needles, rarity
from listening.queries.fields import Key
from listening.queries.mistakes import BadExpression
from listening.queries.tree import And, Expression, Field, Near, Not, Or

WIDEST = 0.05
"""Share of all posts that one query may find."""

FIELDS = {"lang": 0.5, "source": 0.01, "facility": 0.01, "site": 0.01, "url": 0.005, "author": 0.001}
KINDS = {"post": 0.8, "comment": 0.05, "review": 0.02, "article": 0.02}
STARS = 0.004
IN_REACH = 0.2
"""How often two things of one post are near each other."""


class TooWide(BadExpression):
    """`share` is the estimate: how many of all posts would be found, 0 to 1."""

    def __init__(self, sentence: str, *, share: float = 1.0) -> None:
        super().__init__(sentence)
        self.share = share


def check(expression: Expression) -> float:
    """The share of all posts that the query finds, roughly; TooWide where that is more than can be read."""
    if anchors.ways(expression) is None:
        raise TooWide(
            "The query says only what must not be there, so it would find nearly every post. "
            "Say what must be there too."
        )
    found = share(expression)
    if found > WIDEST:
        raise TooWide(
            f"The query would find about {_in_100(found)} of all posts; {WIDEST:.0%} are the most. "
            f"{widest(expression)} finds most of them. Add what must stand beside it.",
            share=found,
        )
    return found


def _in_100(found: float) -> str:
    return f"{found:.0%}" if found < 0.995 else "all"


def share(tree: Expression) -> float:
    """How many of all posts it is true of, as if words were strewn evenly."""
    if isinstance(tree, And):
        held = [share(part) for part in tree.parts]
        return _product(held)
    if isinstance(tree, Or):
        return min(1.0, sum(share(part) for part in tree.parts))
    if isinstance(tree, Not):
        return 1.0 - share(tree.part)
    if isinstance(tree, Near):
        return share(tree.left) * share(tree.right) * IN_REACH
    if isinstance(tree, Field):
        return min(1.0, sum(map(weight, fields.keys(tree))))
    return min(1.0, sum(map(_share_of_line, needles.lines(tree))))


def _share_of_line(line: tuple[needles.Piece, ...]) -> float:
    shares = []
    for piece in line:
        *whole, last = piece.tokens
        shares += [rarity.of_word(token) for token in whole]
        shares.append(rarity.of_prefix(last) if piece.prefix else rarity.of_word(last))
    return float(min(shares) * rarity.NEXT_WORD ** (len(shares) - 1))


def _product(shares: list[float]) -> float:
    product = 1.0
    for each in shares:
        product *= each
    return product


def widest(tree: Expression) -> str:
    """The term that makes the query wide, as it is written."""
    if isinstance(tree, And):
        return min((part for part in tree.parts), key=share).__str__()
    if isinstance(tree, Or):
        return widest(max(tree.parts, key=share))
    return str(tree)


def weight(anchor: bytes | Key) -> float:
    if isinstance(anchor, bytes):
        return rarity.of_needle(anchor)
    name, value = anchor
    if name == "stars":
        return STARS
    return KINDS.get(value, 0.05) if name == "kind" else FIELDS[name.rstrip("*")]
