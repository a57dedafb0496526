"""Names as they can be compared however they were typed, and where in a text they were found.

Case, accents, full-width letters, punctuation and spaces make no difference; "St", "St." and "Saint" are one
word, as are "&" and "and", "Hosp" and "Hospital". Whole words only. Pure.
"""

import re
import unicodedata
from functools import cached_property

from listening.wording import normal

Span = tuple[int, int]

WRITTEN = {
    "and": "&",
    "st": "saint street",
    "ste": "sainte suite",
    "mt": "mount",
    "ft": "fort",
    "hosp": "hospital hospl",
    "hosps": "hospitals",
    "ctr": "center centre cntr",
    "med": "medical",
    "univ": "university",
    "mem": "memorial meml",
    "reg": "regional regl",
    "comm": "community",
    "gen": "general",
    "hlth": "health",
    "rehab": "rehabilitation",
    "dept": "department",
    "rd": "road",
    "ave": "avenue av",
    "blvd": "boulevard",
    "hwy": "highway",
    "pkwy": "parkway",
    "dr": "drive doctor",
}
"""Words that are written in several ways. All are held for the first, in names and in posts alike."""
HELD_FOR = {other: word for word, others in WRITTEN.items() for other in others.split()}

IN_FULL = {word: others.split()[0] for word, others in WRITTEN.items()}

LEGAL = frozenset(["inc", "llc", "lp", "llp", "ltd", "corp", "plc", "pllc", "the"])
"""What a register puts after a name, and nobody says."""

# The point between two initials: "V.A." is "VA".
INITIAL = re.compile(r"(?<![^\W_])([^\W\d_])\.(?=[^\W\d_](?![^\W_]))")
AN_INITIAL = re.compile(r"\.\w\b")  # quick to tell that there is none
APOSTROPHE = re.compile("['’]")
INSIDE = re.compile(r"(?<=[^\W_])[-/.](?=[^\W_])")
TOKEN = re.compile(r"&|[^ &']+(?:'+[^ &']+)*")
DIGITS = re.compile(r"\d+")


class _Plain(dict[int, str]):
    """Each character as it is compared: letters without accents, the rest a space. One for one."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _plain(chr(code))
        return found


def _plain(character: str) -> str:
    if character in "'&":
        return character
    if not character.isalnum():
        # Vowel signs of Indic scripts are marks, and part of the word.
        return character if unicodedata.category(character)[0] == "M" else " "
    base = unicodedata.normalize("NFD", character)[0]
    return base if base.isascii() else character


PLAIN = _Plain(zip(map(ord, "øłđı`"), "oldi'", strict=True))


class Line:
    """A text as names are looked for in it: its words in `key`, each as it is compared, one space between."""

    def __init__(self, text: str) -> None:
        self.text = text
        # The usual case, quickly: one character for one, so that places need no finding.
        self._normal = None if text.isascii() else normal(text)
        self.said = self._normal.text if self._normal else text.lower()
        said = INITIAL.sub(r"\1'", self.said) if AN_INITIAL.search(self.said) else self.said
        self.plain = said.translate(PLAIN)
        self.key = " ".join(self._words())

    def _words(self) -> list[str]:
        plain = self.plain.replace("'", "")
        if "&" in plain:
            plain = plain.replace("&", " & ")
        return [HELD_FOR.get(word, word) for word in plain.split()]

    def span(self, start: int, end: int) -> Span:
        """Where the characters of the key from `start` to `end` stand in what is said."""
        return self._place(start)[0], self._place(end - 1)[1]

    def original(self, start: int, end: int) -> Span:
        """Where they stand in the text as it was given."""
        span = self.span(start, end)
        return self._normal.original(*span) if self._normal else span

    def original_text(self, start: int, end: int) -> str:
        begin, finish = self.original(start, end)
        return self.text[begin:finish]

    def _place(self, at: int) -> Span:
        """Of one character of the key: of its whole word, save where words have no spaces between them."""
        first, last = self._tokens[self.key.count(" ", 0, at)]
        begin = self.key.rfind(" ", 0, at) + 1
        word = self.key[begin:].partition(" ")[0]
        if word.isascii() or len(word) != last - first:
            return first, last
        return first + at - begin, first + at - begin + 1

    @cached_property
    def _tokens(self) -> list[Span]:
        return [found.span() for found in TOKEN.finditer(self.plain)]


def key(text: str) -> str:
    return Line(text).key


def keys(name: str) -> list[str]:
    """All that a name is looked for as: the likeliest first, none of them empty."""
    typed = [name, INSIDE.sub("", name), APOSTROPHE.sub(" ", name), name.replace("&", " ")]
    found = [_spoken(key(each)) for each in dict.fromkeys(typed)]
    return [each for each in dict.fromkeys([*found, _glued(found[0])]) if each]


def _spoken(said: str) -> str:
    """Without the article before it and what only a register puts behind it."""
    words = _unregistered(said.split())
    if len(words) > 2 and words[0] == "the":
        words = words[1:]
    return " ".join(words)


def _unregistered(words: list[str]) -> list[str]:
    end = len(words)
    while end > 2 and words[end - 1] in LEGAL:
        end -= 1
    return words[:end]


def _glued(said: str) -> str:
    """Initials as one word ("d w" is "dw"), an "s" with the word it belongs to ("mary s" is "marys")."""
    words: list[str] = []
    is_open = False  # the last word is made of initials
    for word in said.split():
        is_initial = len(word) == 1 and word.isalpha()
        if words and is_initial and (is_open or word == "s"):
            words[-1] += word
        else:
            words.append(word)
            is_open = is_initial
    return " ".join(words)


def tags(name: str) -> list[str]:
    """A name as a hashtag has it: its words without spaces, as they were typed, cut short, or in full."""
    found: dict[str, None] = {}
    for each in dict.fromkeys([name, name.replace("&", " ")]):
        line = Line(each)
        words = line.key.split()
        typed = line.plain.replace("'", "").replace("&", " and ").split()
        in_full = [word if word == "and" else IN_FULL.get(word, word) for word in words]
        for one in (typed, words, in_full):
            found.update(dict.fromkeys(["".join(one), "".join(_unregistered(one))]))
    return list(found) if len(words) > 1 else []


def phone_keys(number: str) -> list[str]:
    """A telephone number in the groups it was typed in, as one, and in those of North America."""
    groups = DIGITS.findall(number)
    digits = "".join(groups)
    if len(digits) < 7:
        return []
    found = [" ".join(groups), digits]
    if len(digits) in (7, 10):
        found.append(" ".join(filter(None, (digits[:-7], digits[-7:-4], digits[-4:]))))
    return list(dict.fromkeys(found))


def street_keys(address: str) -> list[str]:
    """Each part of an address, with its number and without."""
    found: list[str] = []
    for part in address.split(","):
        words = key(part).split()
        while len(words) > 1:
            found.append(" ".join(words))
            if not words[0].isdigit():
                break
            words = words[1:]
    return list(dict.fromkeys(found))
