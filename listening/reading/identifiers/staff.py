"""Whether a name is that of somebody who works here, by the words near it in its line and sentence."""

import re
from collections.abc import Sequence

from listening.reading.identifiers.looked import Token
from listening.reading.identifiers.words import Is

NEAR = 4
"""Words before and behind a name that are looked at."""

PARTED = re.compile(r"[!?;\n]|(?<=[a-z]{3})\. ")
SOMEBODY_ELSE = frozenset({"and", "y", "with", "told", "asked"})


def is_staff(text: str, tokens: Sequence[Token], at: int, end: int) -> bool:
    """`at` and `end` are the tokens of the name."""
    if at and tokens[at - 1].known & Is.KIN:
        return False
    behind = _behind(text, tokens, end)
    if any(token.known & (Is.STAFF | Is.STAFF_TITLE) for token in (*_before(text, tokens, at), *behind)):
        return True
    # "Sarah in radiology", "Bea at the front desk".
    is_at_work = bool(behind) and bool(behind[0].known & Is.WORKS_BEFORE)
    return is_at_work and any(token.known & Is.WORKS for token in behind)


def _before(text: str, tokens: Sequence[Token], at: int) -> list[Token]:
    near = tokens[max(0, at - NEAR) : at]
    return [token for token in near if not PARTED.search(text, token.end, tokens[at].start)]


def _behind(text: str, tokens: Sequence[Token], end: int) -> list[Token]:
    """Nothing where it goes on with somebody else: "Emma and the nurse"."""
    near = tokens[end : end + NEAR]
    if near and near[0].word in SOMEBODY_ELSE:
        return []
    return [token for token in near if not PARTED.search(text, tokens[end - 1].end, token.start)]
