"""Words of the trade, and plain ones for them. A swap leaves names, addresses and numbers as they are."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("jargon.toml")
LANGUAGES = {"en": "english", "es": "spanish"}
# What no swap may touch: links, addresses, handles, and numbers with all that hangs on them.
FIXED = re.compile(r"\S{0,200}(?:@|://|www\.|/)\S{0,300}|\b[\w-]{1,60}(?:\.[\w-]{1,60})+\b|\S*\d\S*")
CAPITAL = re.compile(r"[A-ZÁÉÍÓÚÑ]")
BEGINS = re.compile(r"(?:^|[.!?:\n]\s*|[\"'(]\s*)$")


@dataclass(frozen=True)
class Swap:
    start: int
    end: int
    term: str  # as it is listed
    said: str  # as it stands in the text
    plain: str


def found(text: str, language: str = "en", *, names: Iterable[str] = ()) -> list[Swap]:
    """What could be said in plain words, in the order of the text. `names` are kept whole."""
    pattern, plain = _listed(LANGUAGES.get(language, ""))
    if pattern is None:
        return []
    kept = [hit.span() for hit in FIXED.finditer(text)]
    for name in names:
        kept += [hit.span() for hit in re.finditer(re.escape(name), text, re.IGNORECASE)] if name else []
    swaps = []
    for hit in pattern.finditer(text):
        is_kept = any(start < hit.end() and hit.start() < end for start, end in kept)
        if not is_kept and not _is_part_of_a_name(text, hit):
            said = hit[0]
            swaps.append(Swap(*hit.span(), said.lower(), said, _cased(plain[said.lower()], said)))
    return swaps


def swapped(text: str, swaps: Iterable[Swap]) -> str:
    for each in sorted(swaps, key=lambda one: -one.start):
        text = text[: each.start] + each.plain + text[each.end :]
    return text


def count() -> int:
    return sum(len(_listed(name)[1]) for name in LANGUAGES.values())


def _is_part_of_a_name(text: str, hit: re.Match[str]) -> bool:
    """A capital in the middle of a sentence, or one more right behind it: "Pediatric Center"."""
    if not CAPITAL.match(hit[0]):
        return False
    after = text[hit.end() :].lstrip(" ")
    return not BEGINS.search(text[: hit.start()]) or bool(CAPITAL.match(after))


def _cased(plain: str, said: str) -> str:
    return plain[:1].upper() + plain[1:] if CAPITAL.match(said) else plain


@cache
def _listed(name: str) -> tuple[re.Pattern[str] | None, dict[str, str]]:
    terms: dict[str, str] = tomllib.loads(FILE.read_text(encoding="utf-8")).get(name, {})
    if not terms:
        return None, {}
    longest_first = "|".join(map(re.escape, sorted(terms, key=len, reverse=True)))
    return re.compile(rf"(?<![\w-])(?:{longest_first})(?![\w-])", re.IGNORECASE), terms
