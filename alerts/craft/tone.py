"""The manner of a draft beside the post that it answers: cheer under anger, no care first, another tongue."""

import re

from listening.reading import languages, sentiment
from listening.reading.sentiment import Names

GLOWING = 0.85
"""The score from which a draft glows, whatever its words are."""
LONGEST = 4_000
CHEER = re.compile(
    r"!{1,9}\s*$|!.{0,400}!|[\U0001f600-\U0001f60f\U0001f389\U0001f38a\U0001f970\U0001f973\u2764]"
    r"|\b(?:awesome|amazing|yay|woohoo|wonderful|thrilled|delighted|fantastic|great day)\b"
    r"|\blove(?:d|s)? (?:this|hearing)\b"
    r"|\b(?:genial|maravillos[oa]|encantad[oa]s?|qué alegría|feliz)\b",
    re.IGNORECASE | re.DOTALL,
)
CARE = re.compile(
    r"\b(?:sorry|thank|thanks|hear|heard|understand|hard|difficult|frustrat\w+|matters?|appreciate|care|concern\w*"
    r"|to heart|worr\w+|seriously|deserves?|regret|listen\w*|right to|should be|no one should|nobody should"
    r"|lament\w+|sentimos|gracias|entendemos|comprendemos|importa\w*|difícil\w*|agradecemos|preocup\w+|escuch\w+)\b",
    re.IGNORECASE,
)
FIRST = re.compile(r"^.{1,300}?(?:[.!?\u2026](?=\s|$)|\n|$)", re.DOTALL)
ENOUGH_WORDS = 4


def is_cheerful(draft: str, *, names: Names) -> bool:
    """So glad that it would hurt under a bitter post."""
    if not draft.strip():
        return False
    read = sentiment.read(draft[:LONGEST], names=names)
    return read.score >= GLOWING or (read.label != "negative" and bool(CHEER.search(draft[:LONGEST])))


def begins_with_care(draft: str) -> bool:
    """Its first sentence has a word of thanks, of regret or of listening."""
    first = FIRST.match(draft.strip()[:LONGEST])
    return bool(first and CARE.search(first[0]))


def languages_of(draft: str, post: str, said: str = "") -> tuple[str, str]:
    """The language of each, or nothing where so few words do not tell."""
    enough = len(draft.split()) >= ENOUGH_WORDS
    return (languages.read(draft) if enough else ""), languages.read(post, said)
