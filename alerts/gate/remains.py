"""What the readers of identifiers leave: a reply is a narrow kind of text, so its rest is looked at twice.

Days, rooms, streets and towns; greetings and titles with a name behind; longer numbers of any kind; names
from the lists, however they are written; and words that no list holds, which may be names.
"""

import re
from collections.abc import Iterator

from alerts.gate import contacts
from alerts.gate.data import Data
from alerts.gate.shapes import is_name
from listening.reading.identifiers.words import Is, words

Span = tuple[int, int]
Kinded = tuple[str, int, int]

TOKEN = re.compile(r"[^\W_]+")
NUMBERLIKE = re.compile(r"(?<![\w])(?=[a-z#-]{0,12}\d)[a-z0-9#][a-z0-9#/._-]{1,60}")
TAIL = ".-/_"
YEAR = re.compile(r"(?:19|20)\d\d")
ORDINARY = re.compile(
    r"\d{1,3}(?:st|nd|rd|th|s|h|hr|hrs|min|am|pm|x|k|%)|\d{1,2}[:.]\d{2}(?:am|pm)?|\d{1,3}(?:[-/]\d{1,3})?"
    r"|covid-?19|h1n1|24/7(?:/365)?|a1c|b12|\d{1,2}(?:am|pm)?-\d{1,2}(?:am|pm)?|\$?\d{1,3}(?:\.\d\d)?|9/11"
)
AGE = re.compile(
    r"(?<!\w)(?:9\d|1[01]\d)(?:th|st|nd|rd|-year|-yr| ?years?| ?anos| ?yrs?| ?birthday)\b"
    r"|\b(?:ninety|noventa)\b|\bage[ds]? (?:9\d|1[01]\d)\b"
)
MONTHS = (
    "(?:january|february|march|april|may|june|july|august|september|october|november|december|enero|febrero|marzo"
    "|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
    "|jan|feb|mar|apr|jun|jul|aug|sept|oct|nov|dec)"
)
DAY = "(?:[12]?\\d|3[01])"
DAYS = re.compile(
    rf"(?<![\w])(?:{MONTHS}\.? (?:the )?{DAY}(?:st|nd|rd|th)?(?![\w%]|[.,:]\d)(?:,? \d{{4}}\b)?"
    rf"|(?:the )?{DAY}(?:st|nd|rd|th)? (?:of |de )?(?!may [a-z]){MONTHS}\b|the {DAY}(?:st|nd|rd|th)\b"
    r"|\d{1,2}/\d{1,2}(?:/\d{2,4})?)(?![\w/])"
)
NOT_A_DAY = frozenset({"24/7", "9/11"})
BORN = re.compile(r"\b(?:born|nacid[oa]|nacio)(?: in| on| en| el)? (\d{4})\b")
ROOM = re.compile(
    r"\b(?:room|rm|bed|bay|cubicle|cuarto|cama|habitacion)\.? (?:#|no\.? |number |numero )?"
    r"([a-z]?-?\d{1,4}[a-z]?)(?![\w])"
)
GREETING = re.compile(
    r"(?:^|[.!?]\s{1,3}|[\"\u00bf\u00a1])\s{0,3}(?:hi|hello|hey|dear|hola|estimad[oa]|querid[oa]"
    r"|good (?:morning|afternoon|evening)|buen[oa]s (?:dias|tardes|noches)|thank you|thanks|gracias|sorry)"
    r"[ ,]{1,2}([a-z'-]{2,20})(?: [a-z'-]{2,20})?[,!.:]"
)
TITLED = re.compile(r"(?<![\w])(?:mr|mrs|ms|mx|dr|dra|sr|sra|srta)\.? ([a-z][a-z'-]{0,20})")
CALLED = re.compile(
    r"(?<![\w])(?:miss|doctor|doctora|nurse|don|dona|senor|senora|prof|professor"
    r"|enfermer[oa]|sister|father|officer)\.? ([a-z][a-z'-]{0,20})"
)
STREETS = "(?:street|avenue|lane|road|drive|boulevard|blvd|ave|terrace|parkway|st|rd|ln|dr)"
STREET = re.compile(
    r"(?<![\w])(?:on|at|to|from|of|in|near|en|de|calle|avenida)(?: the)? "
    rf"((?!the\b|our\b|any\b|every\b|this\b|one\b)[a-z]{{3,20}} {STREETS})(?![\w])"
)
PLACE = re.compile(r"(?<![\w])(?:in|at|from|near|to|around|outside) ([a-z]{4,20})(?![\w])")
KIND_OF_PLACE = re.compile(
    r"(?<![\w])(?:in|at|from|near|of|to) "
    r"([a-z]{3,20} (?:heights|falls|springs|beach|village|bay|hills|grove))(?![\w])"
    r"|(?<![\w])([a-z]{3,20} (?:county|township))(?![\w])"
)

BEGINNINGS = ("mid", "non", "pre", "over", "under", "multi", "semi", "anti")
ENDS = (
    "s",
    "es",
    "ing",
    "ings",
    "ed",
    "er",
    "ers",
    "ly",
    "ness",
    "room",
    "rooms",
    "line",
    "lines",
    "time",
    "day",
    "house",
    "work",
    "side",
)


def find(text: str, own: frozenset[str], data: Data, *, is_english: bool) -> Iterator[Kinded]:
    yield from (("email", *span) for span, _ in contacts.emails(text))
    yield from (("url", *span) for span, _ in contacts.links(text))
    yield from (("handle", *span) for span, _ in contacts.handles(text))
    yield from (("age", *hit.span()) for hit in AGE.finditer(text))
    yield from (("date", *hit.span()) for hit in DAYS.finditer(text) if hit[0] not in NOT_A_DAY)
    yield from (("date_of_birth", *hit.span(1)) for hit in BORN.finditer(text))
    yield from (("room", *hit.span(1)) for hit in ROOM.finditer(text))
    yield from _numbers(text)
    yield from _places(text, own, data)
    yield from _called(text, own, data)
    yield from _listed(text, own, data, is_english=is_english)


def _numbers(text: str) -> Iterator[Kinded]:
    for hit in NUMBERLIKE.finditer(text):
        said = hit[0].rstrip(TAIL)
        is_ordinary = YEAR.fullmatch(said) or ORDINARY.fullmatch(said)
        if not is_ordinary and sum(map(str.isdigit, said)) >= 2:
            yield "code", hit.start(), hit.start() + len(said)


def _called(text: str, own: frozenset[str], data: Data) -> Iterator[Kinded]:
    for hit in GREETING.finditer(text):
        known = words().of(hit[1])
        is_called = known & (Is.FIRST | Is.LAST) or not known
        if (
            is_called
            and hit[1] not in data.lists.not_greeted
            and hit[1] not in own
            and not data.is_spanish(hit[1])
        ):
            yield "name", *hit.span(1)
    for hit in TITLED.finditer(text):
        if words().of(hit[1]) & (Is.FIRST | Is.LAST) or not data.is_word(hit[1]) or len(hit[1]) == 1:
            yield "name", *hit.span(1)
    for hit in CALLED.finditer(text):
        known = words().of(hit[1])
        if (known & (Is.FIRST | Is.LAST) or not known & Is.WORD) and not data.is_word(hit[1]):
            yield "name", *hit.span(1)


def _listed(text: str, own: frozenset[str], data: Data, *, is_english: bool) -> Iterator[Kinded]:
    """Names out of the lists. Outside English a last name alone may be a word that is in no list."""
    telling = Is.FIRST | Is.LAST if is_english else Is.FIRST
    for hit in TOKEN.finditer(text):
        word = hit[0]
        if is_name(word) and words().of(word) & telling and word not in own and not data.is_word(word):
            yield "name", *hit.span()


def _places(text: str, own: frozenset[str], data: Data) -> Iterator[Kinded]:
    yield from (("address", *hit.span(1)) for hit in STREET.finditer(text))
    for hit in TOKEN.finditer(text):
        if hit[0] in data.lists.towns and hit[0] not in own:
            yield "address", *hit.span()
    for hit in KIND_OF_PLACE.finditer(text):
        group = 1 if hit[1] else 2
        first = hit[group].split()[0]
        if first not in data.lists.not_places and first not in own:
            yield "address", *hit.span(group)
    for hit in PLACE.finditer(text):
        if is_unknown(hit[1], own, data):
            yield "address", *hit.span(1)


def unknown(text: str, own: frozenset[str], data: Data) -> Iterator[Span]:
    """Words that no list holds, in a text of which the lists hold nearly all."""
    for hit in TOKEN.finditer(text):
        if "'" not in text[max(0, hit.start() - 1) : hit.end() + 1] and is_unknown(hit[0], own, data):
            yield hit.span()


def is_unknown(word: str, own: frozenset[str], data: Data) -> bool:
    if len(word) < 3 or not word.isalpha() or word in own or words().of(word):
        return False
    is_known = data.is_word(word) or data.repaired(word) != word or word in data.short
    return not is_known and not is_formed(word, data)


def is_formed(word: str, data: Data) -> bool:
    """Made of a known word with an ending, or with one of the beginnings that any word may take."""
    begun = any(word.startswith(each) and data.is_word(word.removeprefix(each)) for each in BEGINNINGS)
    return begun or any(_is_formed(word, end, data) for end in ENDS)


def _is_formed(word: str, end: str, data: Data) -> bool:
    """buildings, unsubscribed, restroom: a known word and an ending."""
    stem = word.removesuffix(end)
    return stem != word and len(stem) > 2 and (data.is_word(stem) or data.is_word(f"{stem}e"))
