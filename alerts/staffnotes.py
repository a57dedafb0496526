"""Whether a note about what a member of staff said can travel without leading to whoever said it. Pure."""

import re

from listening.reading import identifiers

QUOTED_WORDS = 6
LOOKED_AT = 50_000
"""Characters of a post that a note is compared with."""

HANDLE_OR_LINK = re.compile(r"@\w|\bu/\w|https?:|\bwww\.", re.IGNORECASE)
PLACES_AND_TIMES = frozenset({"room", "date"})
"""What whoever looks into it has to know, though it can be an identifier elsewhere."""

EMPTY = "Say in your own words what they should know. The post itself does not go with it."
LEADS_TO_AUTHOR = "Leave out the handle and the link: they lead to whoever wrote it."
NAMES_SOMEBODY = "Leave out names, numbers and birthdays: say only what should be looked at."
QUOTES = "Say it in your own words: whoever searches for a quotation finds its author."


def objection(note: str, post: str) -> str:
    """Why it must not travel as it is, in a sentence; nothing when it may."""
    if not note.strip():
        return EMPTY
    if HANDLE_OR_LINK.search(note):
        return LEADS_TO_AUTHOR
    if any(each.kind not in PLACES_AND_TIMES for each in identifiers.find(note)):
        return NAMES_SOMEBODY
    return QUOTES if _quotes(_words(note), _words(post[:LOOKED_AT])) else ""


def _quotes(note: list[str], post: list[str]) -> bool:
    return not _runs(note).isdisjoint(_runs(post))


def _runs(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + QUOTED_WORDS]) for at in range(len(words) - QUOTED_WORDS + 1)}


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
