"""What in a draft could name somebody. A reply is a narrow kind of text: what is not known to be ours is not.

1. What the hospital has listed, public lines (911, 988) and hours of opening are put away first.
2. Then the readers of identifiers look, on letters whose case is restored the same way for every spelling.
3. Then what is left of addresses, handles, names and longer numbers.
"""

import re
from collections.abc import Iterable, Iterator

from alerts.gate import contacts as listed
from alerts.gate import tongue
from alerts.gate.canonical import Canonical
from alerts.gate.contacts import Contacts, digits
from alerts.gate.data import Data
from alerts.gate.reasons import BLOCK, WARN, Reason
from alerts.gate.shapes import is_name
from listening.reading import identifiers
from listening.reading.identifiers import KINDS
from listening.reading.identifiers.words import Is, words

CLOCK = re.compile(r"(?<![\w.])\d{1,2}(?:[:.h]\d{2})? ?(?:(?:a\.? ?m|p\.? ?m)\b\.?|hours\b)?")
TOKEN = re.compile(r"[^\W_]+")
NUMBERLIKE = re.compile(r"(?<![\w])(?=[a-z#-]{0,12}\d)[a-z0-9#][a-z0-9#/._-]{2,60}(?![\w])")
YEAR = re.compile(r"(?:19|20)\d\d")
ORDINARY = re.compile(
    r"\d{1,3}(?:st|nd|rd|th|s|h|hr|hrs|min|am|pm|x|k|%)|\d{1,2}[:.]\d{2}(?:am|pm)?|\d{1,3}(?:[-/]\d{1,3})?|covid-?19|h1n1|24/7(?:/365)?|a1c|b12|t1|\d{1,2}(?:am|pm)?-\d{1,2}(?:am|pm)?|\$?\d{1,3}(?:\.\d\d)?|9/11"
)
AGE = re.compile(
    r"(?<!\w)(?:9\d|1[01]\d)(?:th|st|nd|rd|-year|-yr| ?years?| ?anos| ?yrs?| ?birthday)\b|\b(?:ninety|noventa)\b"
)
GREETING = re.compile(
    r"(?:^|[.!?]\s{1,3}|[\"¿¡])\s{0,3}(?:hi|hello|hey|dear|hola|estimad[oa]|querid[oa]|good (?:morning|afternoon|evening)|buen[oa]s (?:dias|tardes|noches)|thank you|thanks|gracias|sorry)[ ,]{1,2}([a-z'-]{2,20})(?: [a-z'-]{2,20})?[,!.:]"
)
NOT_GREETED = frozenset(
    ["there", "all", "everyone", "everybody", "folks", "friends", "friend", "neighbors", "neighbor", "team", "again", "and", "for", "so", "you", "ladies", "gentlemen", "community", "northfield", "visitors", "families", "todos", "todas", "amigos", "equipo", "por", "vecinos", "comunidad", "familia", "de"]
)
TITLED = re.compile(
    r"(?<![\w])(?:mr|mrs|ms|miss|dr|dra|doctor|doctora|nurse|sr|sra|srta|don|dona|senor|senora|prof|professor|enfermer[oa]|sister|father|officer)\.? ([a-z][a-z'-]{0,20})"
)
STREET = re.compile(
    r"(?<![\w])(?:on|at|to|from|of|in|near|en|de|calle|avenida)(?: the)? ((?!the\b|our\b|any\b|every\b|this\b|one\b)[a-z]{3,20}"
    r" (?:street|avenue|lane|road|drive|boulevard|blvd|ave|terrace|parkway|st|rd|ln|dr))(?![\w])"
)
PLACE = re.compile(
    r"(?<![\w])(?:in|at|from|near|to|en|de|desde|around|outside) ([a-z]{4,20}(?: [a-z]{4,20})?)(?![\w])"
)
MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|enero|febrero|marzo|abril"
    "|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|jan|feb|mar|apr|jun|jul|aug|sept|oct|nov|dec"
)
DAYS = re.compile(
    rf"(?<![\w])(?:(?:{MONTHS})\.? (?:the )?(?:[12]?\d|3[01])(?:st|nd|rd|th)?(?![\w%]|[.,:]\d)(?:,? \d{{4}}\b)?"
    rf"|(?:the )?(?:[12]?\d|3[01])(?:st|nd|rd|th)? (?:of |de )?(?:{MONTHS})\b|the (?:[12]?\d|3[01])(?:st|nd|rd|th)\b"
    rf"|\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?)(?![\w/])"
)
BORN = re.compile(r"\b(?:born|nacid[oa]|nacio)(?: in| on| en| el)? (\d{4})\b")
ROOM = re.compile(
    r"\b(?:room|rm|bed|bay|cubicle|cuarto|cama|habitacion)\.? (?:#|no\.? |number |numero )?([a-z]?-?\d{1,4}[a-z]?)(?![\w])"
)
NOT_A_PLACE = frozenset(
    ["by", "per", "each", "which", "what", "new", "the", "this", "that", "these", "those", "our", "any", "every", "each", "all", "some", "one", "your", "their", "its", "care", "need", "case"]
)
KIND_OF_PLACE = re.compile(
    r"(?<![\w])(?:in|at|from|near|of|to) ([a-z]{3,20} (?:heights|falls|springs|beach|village|bay|hills|grove))(?![\w])"
    r"|(?<![\w])([a-z]{3,20} (?:county|township))(?![\w])"
)
WHY = "It tells {words}, which could name somebody."
INSTEAD = "Leave it out. Give only numbers and addresses that the hospital has listed."
UNKNOWN = (
    "This word is in no list: it may be the name of a person or a place.",
    "Leave it out, or have an approver confirm that it names nobody.",
)
MASK = "\u2003"
Span = tuple[int, int]


def reasons(
    read: Canonical, draft: str, contacts: Contacts, own: frozenset[str], data: Data
) -> Iterator[Reason]:
    away = [*contacts.spans(read.text), *_public(read.text, data)]
    text = _without(read.text, away)
    is_english = tongue.is_plain_english(read, data)
    sorted_out = _unknown(text, own, data) if is_english else ()
    found = {*_kinds(_cased(text, own, data, is_english=is_english)), *_left(text, own, data)}
    for kind, start, end in sorted(found, key=lambda each: each[1:]):
        said = KINDS[kind].words if kind in KINDS else kind
        if said in own or text[start:end].strip() == "":
            continue
        yield _reason(kind, said, *read.original(start, end), draft)
    for start, end in sorted_out:
        first, last = read.original(start, end)
        yield Reason("unknown-word", WARN, first, last, draft[first:last], *UNKNOWN)


def _reason(kind: str, said: str, start: int, end: int, draft: str) -> Reason:
    why = WHY.format(words=f"{'an' if said[0] in 'aeiou' else 'a'} {said}")
    rule = "staff-name" if kind == "staff_name" else "name" if kind == "name" else f"identifier:{kind}"
    return Reason(rule, BLOCK, start, end, draft[start:end], why, INSTEAD)


def _public(text: str, data: Data) -> Iterator[Span]:
    for hit in listed.PHONE.finditer(text):
        if digits(hit[0]) in data.lines:
            yield hit.span()
    for hit in re.finditer(r"(?<![\w-])(?:911|988|112|999|111|211|311|741741|24/7)(?![\w-])", text):
        yield hit.span()


def _without(text: str, spans: Iterable[Span]) -> str:
    for start, end in spans:
        text = text[:start] + MASK * (end - start) + text[end:]
    return text


def _cased(text: str, own: frozenset[str], data: Data, *, is_english: bool) -> str:
    """Capitals as a careful writer puts them: on what can only be a name, and on numbers with letters."""

    def one(hit: re.Match[str]) -> str:
        word = hit[0]
        if any(map(str.isdigit, word)):
            return word.upper()
        known = words().of(word)
        is_odd = is_english and not known and len(word) > 3 and not data.is_word(word) and word not in own
        is_only_name = is_name(word) and not data.is_word(word) and word not in own
        return word.capitalize() if is_odd or is_only_name or word == "i" else word

    return TOKEN.sub(one, text)


def _kinds(text: str) -> Iterator[tuple[str, int, int]]:
    for each in identifiers.find(text):
        if each.kind != "unread":
            yield each.kind, each.start, each.end


def _left(text: str, own: frozenset[str], data: Data) -> Iterator[tuple[str, int, int]]:
    yield from (("email", *span) for span, _ in listed.emails(text))
    yield from (("url", *span) for span, said in listed.links(text))
    yield from (("handle", *span) for span, _ in listed.handles(text))
    yield from (("age", *hit.span()) for hit in AGE.finditer(text))
    yield from (("code", *hit.span()) for hit in NUMBERLIKE.finditer(text) if _is_code(hit[0].rstrip(".-/_")))
    yield from (("address", *hit.span(1)) for hit in STREET.finditer(text))
    yield from (("date", *hit.span()) for hit in DAYS.finditer(text))
    yield from (("room", *hit.span(1)) for hit in ROOM.finditer(text))
    yield from (("date_of_birth", *hit.span(1)) for hit in BORN.finditer(text))
    yield from _places(text, own, data)
    for shape in (GREETING, TITLED):
        yield from (("name", *hit.span(1)) for hit in shape.finditer(text) if _is_person(hit[1], shape))
    for hit in TOKEN.finditer(text):
        if is_name(hit[0]) and hit[0] not in own and not data.is_word(hit[0]):
            yield "name", *hit.span()


def _places(text: str, own: frozenset[str], data: Data) -> Iterator[tuple[str, int, int]]:
    for hit in TOKEN.finditer(text):
        if hit[0] in data.towns and hit[0] not in own:
            yield "address", *hit.span()
    for hit in KIND_OF_PLACE.finditer(text):
        group = 1 if hit[1] else 2
        first = hit[group].split()[0]
        if first not in NOT_A_PLACE and first not in own:
            yield "address", *hit.span(group)
    for hit in PLACE.finditer(text):
        word = hit[1].split()[0]
        if (
            not words().of(word)
            and not data.is_word(word)
            and word not in own
            and not _is_spanish_lead(hit[0])
        ):
            yield "address", hit.start(1), hit.start(1) + len(word)


def _is_spanish_lead(said: str) -> bool:
    return said.split()[0] in ("en", "de", "desde")


def _unknown(text: str, own: frozenset[str], data: Data) -> Iterator[Span]:
    for hit in TOKEN.finditer(text):
        word = hit[0]
        if len(word) > 2 and word.isalpha() and word not in own and not words().of(word):
            if not data.is_word(word) and data.repaired(word) == word and not data.short.get(word):
                yield hit.span()


def _is_code(said: str) -> bool:
    if YEAR.fullmatch(said) or ORDINARY.fullmatch(said):
        return False
    return sum(map(str.isdigit, said)) >= 2 and any(map(str.isdigit, said))


def _is_person(word: str, shape: re.Pattern[str]) -> bool:
    if word in NOT_GREETED:
        return False
    known = words().of(word)
    if shape is GREETING:
        return bool(known & (Is.FIRST | Is.LAST)) or not known
    return bool(known & (Is.FIRST | Is.LAST)) or not known & Is.WORD or len(word) == 1
