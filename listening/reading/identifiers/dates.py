"""Days and ages: dates to the day, dates of birth, ages over 89."""

import re
from collections.abc import Iterator

from listening.reading.identifiers.found import Found, after, before
from listening.reading.identifiers.looked import Looked

MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?"
    r"(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
MESES = (
    r"(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre)"
)
MONTH_WORDS_SAID = """
jan january feb february mar march apr april may june jun july jul aug august sep sept september oct
october nov november dec december enero febrero marzo abril mayo junio julio agosto septiembre setiembre
octubre noviembre diciembre
"""
MONTH_WORDS = frozenset(MONTH_WORDS_SAID.split())
TIME = r"(?:[ T,]{1,2}\d{1,2}:\d{2}(?::\d{2})?)?"
YEAR_FIRST = re.compile(rf"(?<![\w./-])(?:19|20)\d\d([/.-])(\d{{1,2}})\1(\d{{1,2}}){TIME}(?![\w-])")
NUMERIC = re.compile(rf"(?<![\w./-])(\d{{1,2}})([/.-])(\d{{1,2}})\2((?:19|20)\d\d|\d\d){TIME}(?![\w/-])")
NAMED = re.compile(
    rf"(?<!\w){MONTHS}\.? (?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?!\d|[:%])(?:,? (?:of )?(?:19|20)\d\d\b)?",
    re.IGNORECASE,
)
DAY_FIRST = re.compile(
    rf"(?<![\w:$.])\d{{1,2}}(?:st|nd|rd|th)?[ -](?:of )?{MONTHS}\b\.?(?:,?[ -](?:19|20)\d\d\b)?",
    re.IGNORECASE,
)
SPANISH = re.compile(rf"(?<!\w)\d{{1,2}}(?: de)? {MESES}\b(?: (?:de|del)(?: ano)? \d{{4}})?", re.IGNORECASE)
SHORT = re.compile(r"(?<![\w./-])(\d{1,2})/(\d{1,2})(?![\w/%]|\.\d|-\d)")
DIGITS_ONLY = re.compile(r"(?<!\d)(?:\d{8}|\d{6})(?!\d)")

BIRTH = re.compile(
    r"\b(?:dob|d\.o\.b|d o b|date of birth|birth ?date|birth ?day|b-?day|born|fecha de nacimiento"
    r"|nacimiento|nacid[oa]|nacio|cumple\w{0,6})\b[^.!?\n]{0,25}$"
)
ON = re.compile(
    r"\b(?:on|since|dated?|from|until|till|by|for|the|del|el|dia|desde|visit|appointment"
    r"|cita)\W{0,3}(?:dia )?$"
)
NOT_A_DAY = re.compile(
    r"^ ?(?:stars?|out of|of|people|patients|times|mg|ml|cups?|hours?|days?|weeks?|months?|years?"
    r"|nights?|chance|rating|care|service|dias|meses|horas)\b"
)
MAY_OR_MARCH = re.compile(r"(?:may|mar|march)\b", re.IGNORECASE)

OLD = r"(9\d|1[01]\d)"
AGE = (
    re.compile(rf"(?<![\w.$]){OLD}[ -]?(?:years?|yrs?|y)[ -/.]?(?:old|o|of age)\b", re.IGNORECASE),
    re.compile(
        rf"\b(?:aged?|turn(?:s|ed|ing)?|cumpl\w{{1,5}}|edad(?: de)?)\W{{1,2}}{OLD}(?! ?(?:degrees|%|\d"
        rf"|[.,]\d|min))\b", re.IGNORECASE),
    re.compile(
        rf"\b(?:he|she|who|dad|mom|mum|mother|father|grandm\w{{1,6}}|grandp\w{{1,6}}|aunt|uncle|i|wife"
        rf"|husband)"
        rf"(?:'s|'m| is| am| was)(?: now| only| almost| nearly)? {OLD}(?=[ ]?(?:$|[.,!?;)]|and\b|but\b"
        rf"|now\b|with\b|years))",
        re.IGNORECASE,
    ),
    re.compile(rf"(?<!\w){OLD} anos\b", re.IGNORECASE),
    re.compile(r"(?<!\w)(9\d|1[01]\d)(?:st|nd|rd|th) (?:birthday|b-?day|year)\b", re.IGNORECASE),
    re.compile(
        rf"\b(?:mother|father|mom|mum|dad|grandma|grandmother|grandfather|grandpa|aunt|uncle|madre"
        rf"|padre|abuel[oa])"
               rf" ?\(?,? ?{OLD}(?=[,)])", re.IGNORECASE),
    re.compile(
        r"\b((?:ninety(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?)|noventa(?: y \w{2,7})?)"
        r"[ -](?:years?|yr|anos)\b",
        re.IGNORECASE,
    ),
)  # fmt: skip
OLD_WORDS = re.compile(r"\b(?:9\d|1[01]\d|ninety|noventa)", re.IGNORECASE)
MAX_AGE = 119


def find(looked: Looked) -> Iterator[Found]:
    text = looked.text
    if (looked.digits or not looked.seen.isdisjoint(("ninety", "noventa"))) and OLD_WORDS.search(text):
        for shape in AGE:
            yield from (Found("age", *hit.span(1)) for hit in shape.finditer(text))
    if looked.digits:
        days = [*_numeric(text), *(() if looked.seen.isdisjoint(MONTH_WORDS) else _named(text))]
        yield from (Found(_kind(text, start), start, end) for start, end in days)
        if not looked.seen.isdisjoint(("dob", "birth", "birthdate", "nacimiento")):
            yield from _bare_births(text)


def _kind(text: str, at: int) -> str:
    return "date_of_birth" if BIRTH.search(before(text, at, 50)) else "date"


def _numeric(text: str) -> Iterator[tuple[int, int]]:
    yield from (hit.span() for hit in YEAR_FIRST.finditer(text) if _is_day(hit[2], hit[3]))
    yield from (hit.span() for hit in NUMERIC.finditer(text) if _is_day(hit[1], hit[3]))
    if "/" in text:
        yield from (
            hit.span() for hit in SHORT.finditer(text) if _is_day(hit[1], hit[2]) and _is_short_day(text, hit)
        )


def _named(text: str) -> Iterator[tuple[int, int]]:
    yield from (hit.span() for hit in SPANISH.finditer(text))
    for shape in (NAMED, DAY_FIRST):
        yield from (hit.span() for hit in shape.finditer(text) if _is_month(text, hit))


def _is_day(one: str, other: str) -> bool:
    low, high = sorted((int(one), int(other)))
    return 1 <= low <= 12 and 1 <= high <= 31


def _is_month(text: str, hit: re.Match[str]) -> bool:
    """`may 5 people` and `march 3 blocks` speak of no day."""
    if NOT_A_DAY.match(after(text, hit.end(), 12)):
        return False
    found = MAY_OR_MARCH.search(hit[0])
    return not found or found[0][0].isupper() or bool(ON.search(before(text, hit.start(), 20)))


def _is_short_day(text: str, hit: re.Match[str]) -> bool:
    if hit[0] in ("9/11", "24/7", "7/11"):
        return False
    lead = before(text, hit.start(), 20)
    return bool(ON.search(lead) or BIRTH.search(lead)) and not NOT_A_DAY.match(after(text, hit.end(), 12))


def _bare_births(text: str) -> Iterator[Found]:
    """`DOB 03151950`, and a birth year where the word for birth stands right before it."""
    for hit in DIGITS_ONLY.finditer(text):
        if re.search(
            r"\b(?:dob|date of birth|birth ?date|nacimiento)\W{0,4}$", before(text, hit.start(), 24)
        ):
            yield Found("date_of_birth", *hit.span())
