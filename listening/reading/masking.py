"""Names blanked out before tone is read: a hospital called Good Hope is no praise.

Blanked are our own names, @mentions and links, and what is written like the name of any hospital: words with
capitals that lead up to "Hospital", "Medical Center" and the like.
"""

import html
import re
from collections.abc import Iterable, Iterator

from listening.phrases import Phrases, Span

NOT_WORDS = re.compile(r"https?://\S+|www\.\S+|(?<!\w)@\w+")
BLANK = "¤"
"""Stands where a name stood: no word to any reader, and yet its neighbours do not come together."""

KIND = (
    r"(?:hospitals?|hosp|medical cent(?:er|re)|med(?:ical)? ctr|cent(?:er|re)|ctr|clinic|health ?care|health|"
    r"infirmary|sanatorium|trust|campus|pavilion|institute|hospice)"
)
KINDS = re.compile(rf"\b{KIND}(?: {KIND})*\b", re.IGNORECASE)
CAPITALISED = re.compile(r"[A-Z0-9][^\s,;:!?]*|of|the|for|and|at|de|&|-", re.ASCII)
LITTLE = frozenset({"of", "the", "for", "and", "at", "de", "&", "-"})
PRAISE_AND_BLAME = frozenset(
    {"best", "worst", "great", "good", "bad", "terrible", "horrible", "awful", "amazing", "excellent"}
    | {"wonderful", "fantastic", "lovely", "beautiful", "nice", "love", "hate", "thank", "thanks", "dear"}
)
"""Straight before "Hospital" these judge it; further off they may be its name ("Great Plains Hospital")."""
WORKS_AT = re.compile(
    r"\b(?:work(?:ed|ing)?|trabaj\w{1,5})\s(?:at|for|in|en|para)\s(?:the\s|el\s|la\s)?", re.IGNORECASE
)
FAR = 8_192
"""Letters within which it is looked for."""
LONGEST_NAME = 9
"""Words in the name of a hospital."""


class Names:
    """Names that are blanked out before tone is read."""

    def __init__(self, names: Iterable[str]) -> None:
        quoted = ['"' + name.replace('"', " ") + '"' for name in names if any(map(str.isalnum, name))]
        self._matcher = Phrases(enumerate(quoted))

    def spans(self, text: str) -> list[Span]:
        """Where the names stand, in order."""
        return sorted(span for hit in self._matcher.find(text) for span in hit.spans)

    def where_they_work(self, text: str) -> str:
        """The text with a plain word for the hospital of one who says that they work there.

        No word list can hold its name, and who speaks of their own work must be heard as staff.
        """
        after = {found.end() for found in WORKS_AT.finditer(text, 0, FAR)}
        for start, end in reversed(self.spans(text[:FAR]) if after else []):
            if start in after:
                text = f"{text[:start]}hospital{text[end:]}"
        return text

    def blanked(self, text: str) -> str:
        text = html.unescape(text) if "&" in text else text
        text = _without(text, self.spans(text))
        return NOT_WORDS.sub(BLANK, _without(text, list(_institutions(text))))


NO_NAMES = Names([])


def _without(text: str, spans: list[Span]) -> str:
    pieces, at = [], 0
    for start, end in spans:
        if end <= at:
            continue
        pieces += [text[at : max(start, at)], BLANK]
        at = end
    return "".join([*pieces, text[at:]]) if pieces else text


def _institutions(text: str) -> Iterator[Span]:
    """Where a name ends in a word for a hospital, with the capitalised words that lead up to it."""
    last = 0
    for found in KINDS.finditer(text):
        if found[0][0].isupper():
            start = _start_of_name(text, last, found.start())
            if start < found.start():
                last = found.end()
                yield start, last


def _start_of_name(text: str, begin: int, end: int) -> int:
    head = text[max(begin, end - 120) : end]
    start, before = end, end
    for word in reversed(head.split()[-LONGEST_NAME:]):
        at = text.rindex(word, 0, before)
        is_judging = start == end and word.lower().strip("\"'(*") in PRAISE_AND_BLAME
        if is_judging or not CAPITALISED.fullmatch(word):
            break
        before = at
        start = start if word in LITTLE else at
    return start
