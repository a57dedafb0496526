"""Numbers that need no word to tell them: phones, social security, cards, bank accounts, long runs."""

import re
from collections.abc import Iterator
from itertools import pairwise, takewhile

from listening.reading.identifiers.found import Found, after, before
from listening.reading.identifiers.looked import Looked

SSN = re.compile(r"(?<![\d-])(?!000|666)\d{3}([- .])\d{2}\1\d{4}(?![\d-])")
US_PHONE = re.compile(
    r"(?<![\w/-])(?:\+?1[ .-]?)?(?:\(\d{3}\) ?[ .-]?|\d{3} ?[.-] ?|\d{3} )\d{3}(?: ?[.-] ?| )\d{4}"
    r"(?: ?(?:x|ext\.?|extension) ?\d{1,6})?(?![\w/-])"
    r"|(?<![\w/.,$-])\d{3} ?[-.] ?\d{4}(?![\w/-])",
    re.IGNORECASE,
)
# One number after another, parted by little: told apart below by how many digits stand together.
RUN = re.compile(r"(?<![\w$£€#%/.])(?<!\d,)\+?\(?\d{1,40}(?:[ .()/_*-]{1,3}\d{1,40})*(?:x\d{1,6})?(?![\w%])")
GROUP = re.compile(r"\d+")
IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
COMPACT_IBAN = re.compile(r"(?<!\w)[a-z]{2}\d{2}[a-z0-9]{11,30}(?!\w)", re.IGNORECASE)
MIXED = re.compile(r"(?<![\w./@#-])(?=[a-zA-Z-]{0,10}\d)[A-Za-z0-9-]{8,40}(?![\w./@])")

FAX = re.compile(r"\bfax\b")
PHONE = re.compile(
    r"\b(?:calls?|called|calling|text(?:ed)?|phones?|tel|telephone|cell|mobile|mobil|desk|office|dial|ring"
    r"|contact|reach|registered|answering|whatsapp|direct|landline|pager"
    r"|llam\w{1,6}|telefono|celular|movil|marc\w{1,4})\b"
)
CARD = re.compile(r"\b(?:cards?|cc|visa|mastercard|amex|credit|debit|tarjeta|credito|debito)\b")
SOCIAL = re.compile(r"\b(?:ssn|social(?: security)?|seguro social)\b")
SHORTEST = 4
"""Digits of the shortest number that tells somebody: the last four of a social security number."""
MEASURED = re.compile(
    r"^ ?(?:mg|mcg|ml|cc|units?|iu|dollars|usd|bucks|calories|steps|people|patients|words|hours|am|pm)\b"
)
NOT_A_NUMBER = re.compile(r"\b(?:version|score|between|page|pages|years?|from|anos|de)\W{0,2}$")
LAST_OF_SOCIAL = re.compile(
    r"\b(?:ssn|social(?: security)?(?: number| no\.?| num\.?| #)?|seguro social)\W{0,3}"
    r"(?:is|was|are|es|ends in|ending in|last (?:four|4))?\W{0,3}(\d{4}|\d{9})(?!\d)",
    re.IGNORECASE,
)

SPOKEN = {
    **dict(
        zip(
            ["zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
            "00123456789",
            strict=True,
        )
    ),
    **dict(
        zip(
            ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"],
            "0123456789",
            strict=True,
        )
    ),
}
SPOKEN_RUN = re.compile(
    r"(?<!\w)(?:(?:{0})[\s,.-]{{1,3}}){{5,25}}(?:{0})(?!\w)".format("|".join(SPOKEN)), re.IGNORECASE
)


def find(looked: Looked) -> Iterator[Found]:
    text = looked.text
    if not looked.seen.isdisjoint(SPOKEN):
        yield from (Found("phone", *hit.span()) for hit in SPOKEN_RUN.finditer(text))
    if looked.digits < SHORTEST:
        return
    yield from (Found("ssn", *hit.span()) for hit in SSN.finditer(text) if _may_be_social(text, hit))
    if not looked.seen.isdisjoint(("ssn", "social")):
        yield from (Found("ssn", *hit.span(1)) for hit in LAST_OF_SOCIAL.finditer(text))
    for hit in US_PHONE.finditer(text):
        if not MEASURED.match(after(text, hit.end(), 12)):
            yield Found(_line(text, *hit.span()), *hit.span())
    yield from (Found("iban", *hit.span()) for hit in IBAN.finditer(text) if _is_bank(hit[0]))
    yield from (Found("iban", *hit.span()) for hit in COMPACT_IBAN.finditer(text) if _is_bank(hit[0]))
    yield from (Found("code", *hit.span()) for hit in MIXED.finditer(text) if _is_code(hit[0]))
    for hit in RUN.finditer(text):
        kind = _kind_of_run(text, hit)
        if kind:
            start = hit.start() + len(hit[0]) - len(hit[0].lstrip(" ."))
            yield Found(kind, start, hit.end())


def _lead(text: str, at: int) -> str:
    """What the same sentence says before a number."""
    return re.split(r"[.!]\s", before(text, at, 40))[-1]


def _may_be_social(text: str, hit: re.Match[str]) -> bool:
    return hit[1] == "-" or bool(SOCIAL.search(before(text, hit.start(), 40)))


def _line(text: str, start: int, end: int) -> str:
    is_fax = FAX.search(before(text, start, 15)) or FAX.search(after(text, end, 10))
    return "fax" if is_fax else "phone"


def _kind_of_run(text: str, hit: re.Match[str]) -> str:
    groups = GROUP.findall(hit[0])
    digits = "".join(groups)
    lead = _lead(text, hit.start())
    if len(groups) >= 7 and all(len(group) == 1 for group in groups):
        return "ssn" if SOCIAL.search(lead) else "phone" if len(groups) in (7, 10, 11) else "code"
    if (
        hit[0][0] != "+"
        and 12 <= len(digits) <= 19
        and _is_card_shaped(groups)
        and (is_luhn(digits) or CARD.search(lead))
    ):
        return "credit_card"
    if len(groups) == 1:
        return _kind_of_one(text, hit, digits, lead)
    return _line(text, *hit.span()) if _is_phone(text, hit, groups, lead) else ""


def _kind_of_one(text: str, hit: re.Match[str], digits: str, lead: str) -> str:
    if len(digits) == 9 and SOCIAL.search(lead):
        return "ssn"
    is_dialled = PHONE.search(lead) or PHONE.search(after(text, hit.end(), 12)) or hit[0].startswith("+")
    if (len(digits) == 10 and digits[0] > "1") or (7 <= len(digits) <= 13 and is_dialled):
        return _line(text, *hit.span())
    return "code" if len(digits) >= 9 and digits.strip("0") else ""


def _is_phone(text: str, hit: re.Match[str], groups: list[str], lead: str) -> bool:
    total = sum(map(len, groups))
    if not 7 <= total <= 15 or len(groups) > 6 or "/" in hit[0] or max(map(len, groups)) > 8:
        return False
    if hit[0][0] in "+(" or (groups[0][0] == "0" and total >= 8 and len(groups) <= 5):
        return True
    if PHONE.search(lead) or FAX.search(lead) or PHONE.search(after(text, hit.end(), 12)):
        return True
    are_pairs = all(len(group) == 2 for group in groups) and " " in hit[0]
    is_spread = len(groups) >= 3 and total >= 8 and not are_pairs and min(map(len, groups)) >= 2
    return is_spread and not NOT_A_NUMBER.search(lead)


def _is_card_shaped(groups: list[str]) -> bool:
    return len(groups) == 1 or (len(groups) >= 3 and all(3 <= len(group) <= 7 for group in groups))


def is_luhn(digits: str) -> bool:
    if not 12 <= len(digits) <= 19 or not digits.strip("0"):
        return False
    doubled = (int(digit) * 2 for digit in digits[-2::-2])
    return (
        sum(map(int, digits[-1::-2])) + sum(value - 9 if value > 9 else value for value in doubled)
    ) % 10 == 0


def _is_bank(text: str) -> bool:
    bare = text.replace(" ", "")
    if not 15 <= len(bare) <= 34:
        return False
    number = "".join(str(int(character, 36)) for character in bare[4:] + bare[:4])
    return int(number) % 97 == 1 or sum(map(str.isdigit, bare)) >= 14


def _is_code(text: str) -> bool:
    """Letters and digits so mixed that it can only be somebody's number."""
    digits = sum(map(str.isdigit, text))
    letters = sum(map(str.isalpha, text))
    turns = sum(1 for one, next_one in pairwise(text) if one.isdigit() != next_one.isdigit())
    leading = len(list(takewhile(str.isdigit, text)))
    return digits >= 4 and letters >= 2 and (turns >= 2 or digits >= 6) and leading < len(text) - 2
