"""One term of a query line, as it was typed: a word, a phrase, a field."""

import re
import unicodedata
from collections.abc import Iterator
from difflib import get_close_matches

from listening.queries import words
from listening.queries.mistakes import BadExpression, mistake
from listening.queries.tree import Field, Phrase, Word

FIELDS = ("author", "site", "url", "lang", "stars", "facility", "source", "kind")
EXAMPLES = {
    "author": "author:northfield_jobs",
    "site": "site:news.example",
    "url": "url:news.example/health",
    "lang": "lang:es",
    "stars": "stars:<=2",
    "facility": "facility:north-ed",
    "source": "source:reddit",
    "kind": "kind:review",
}
KINDS = ("post", "comment", "review", "article")
NAMED = re.compile(r"([^\W\d_]+):", re.UNICODE)
STARS = re.compile(r"(<=|>=|<|>|=)?([0-9])\Z|([0-9])\.\.([0-9])\Z")
MOST_WORDS = 30
STAR = "* stands only at the end of a word: wait* finds wait, waits and waiting"


def word(text: str, at: int, *, exact: bool = False) -> Word | None:
    """The word, or None where no letter, digit or symbol is in it. `at` is where it begins in the line."""
    marked = len(text) - len(text.lstrip("="))
    _check_stars(text[marked:], at + marked)
    exact = exact or marked > 0
    said = _trimmed(text[marked:].replace("*", ""))
    if not words.listed(said.replace("?", "")):
        return None
    return Word(said, exact=exact, prefix="*" in text)


def _check_stars(text: str, at: int) -> None:
    """A * counts where only punctuation follows it."""
    star = text.find("*")
    if star < 0 or not words.listed(text.replace("?", "x")):
        return
    if not words.listed(text[:star].replace("?", "x")):
        raise mistake(f"The * at {{at}} is at the beginning of a word. {STAR}.", at + star)
    if words.listed(text[star:].replace("?", "x")):
        raise mistake(f"The * at {{at}} is in the middle of a word. {STAR}.", at + star)


def _trimmed(text: str) -> str:
    """The word without the punctuation around it. A mark of a tag or handle stays, and ? is a letter."""
    text = unicodedata.normalize("NFKC", words.VANISHING.sub("", text))
    if text.isalnum():
        return text
    first, last = 0, len(text)
    while first < last and not _begins(text[first : first + 2]):
        first += 1
    while last > first and not _counts(text[last - 1]):
        last -= 1
    return text[first:last]


def _begins(text: str) -> bool:
    return _counts(text[0]) or (text[0] in "#@" and _counts(text[1:]))


def _counts(character: str) -> bool:
    return character == "?" or bool(words.listed(character))


def phrase(text: str, at: int, *, exact: bool) -> Phrase:
    """What stood between quotes that open at `at`."""
    found = tuple(each for each in _words(text, at + 1, exact=exact) if each)
    if not found:
        raise mistake("There is no word between the quotes at {at}.", at, "a word between them")
    if len(found) > MOST_WORDS:
        raise mistake(f"The phrase at {{at}} has more than {MOST_WORDS} words.", at)
    return Phrase(found)


def _words(text: str, at: int, *, exact: bool) -> Iterator[Word | None]:
    for piece in re.finditer(r"[^\s=]\S*", text):
        yield word(piece[0], at + piece.start(), exact=exact)


def field_name(text: str, at: int) -> str:
    """The field that a term begins with, else nothing."""
    found = NAMED.match(text)
    if found is None:
        return ""
    name = found[1].lower()
    if name in FIELDS:
        return name
    if text[found.end() :].startswith("//"):
        raise mistake("An address at {at}. Write it as a field.", at, "url: and the address without https://")
    close = get_close_matches(name, FIELDS, n=1, cutoff=0.6)
    meant = (
        f"{close[0]}:"
        if close
        else f"one of {', '.join(f'{each}:' for each in FIELDS)}, or the words in quotes"
    )
    raise mistake(f"There is no field {found[1]}: (at {{at}}).", at, meant)


def field(name: str, value: str, at: int) -> Field:
    """`at` is where the value begins."""
    value = unicodedata.normalize("NFKC", words.VANISHING.sub("", value)).strip()
    if not value:
        raise no_value(name, at)
    if name == "stars":
        return _stars(value, at)
    is_prefix = value.endswith("*")
    value = value.rstrip("*").casefold()
    if name == "author":
        value = value.lstrip("@")
    if name in ("site", "url"):
        value = re.sub(r"\A(?:https?://)?(?:www\.)?", "", value).rstrip("/" if name == "site" else "")
    if name == "kind" and value not in KINDS:
        raise mistake("There is no such kind at {at}.", at, " or ".join(f"kind:{kind}" for kind in KINDS))
    if name == "lang" and not re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})?", value):
        raise mistake("A language at {at} is two or three letters.", at, "lang:en or lang:es, for example")
    if "*" in value or not value or (is_prefix and name != "author"):
        raise no_value(name, at)
    return Field(name, "prefix" if is_prefix else "=", value)


def no_value(name: str, at: int) -> BadExpression:
    return mistake(f"{name}: has no value at {{at}} that can be used.", at, EXAMPLES[name])


def _stars(value: str, at: int) -> Field:
    found = STARS.match(value.replace(" ", ""))
    numbers = [int(each) for each in found.groups()[1:] if each] if found else []
    if found is None or not all(1 <= number <= 5 for number in numbers) or numbers != sorted(numbers):
        raise mistake(
            "The stars at {at} cannot be read.",
            at,
            "1 to 5, as in stars:1, stars:<=2, stars:>3 or stars:1..2",
        )
    if len(numbers) == 2:
        return Field("stars", "..", f"{numbers[0]}..{numbers[1]}")
    comparison = found[1] or "="
    if (comparison, numbers[0]) in (("<", 1), (">", 5)):
        raise mistake("No post has the stars asked for at {at}.", at, "1 to 5")
    return Field("stars", comparison, str(numbers[0]))
