"""Numbers that a word before them names: record, plan, account, licence, plate, device, room, other codes."""

import re
from collections.abc import Iterator

from listening.reading.identifiers.found import Found, after, before
from listening.reading.identifiers.looked import Looked

NUMBER = r"(?: ?(?:id|ids|number|numbers|numero|num|no|nr|card|code|#|de))"
JOIN = r"[\s:#.=_-]{0,4}(?:(?:is|was|are|es|era|ending in|starting with)\b[\s:#]{0,3})?"
VALUE = r"((?=[A-Za-z-]{0,8}\d)[A-Za-z0-9]{1,12}(?:[-/ ]?[0-9A-Z]{1,12}){0,4})(?![\w@])"

CUES = {
    "mrn": (
        r"mrn|m\.r\.n\.?|medical records?|health record|chart|patient|hospital|nhs|visit|encounter|admission"
        r"|expediente|historia clinica|historial|paciente|pulsera|wristband"
    ),
    "plan": (
        r"member(?:ship)?|policy|plan|group|subscriber|insurance|medicare|medicaid|claim"
        r"|(?:pre-?|prior )?auth(?:orization)?|referral|beneficiary|poliza|afiliad[oa]|seguro|reclamo"
    ),
    "account": r"acc(?:oun)?t|guarantor|invoice|bill(?:ing)?|statement|routing|cuenta|factura|bank|sort",
    "licence": (
        r"licen[sc]es?|driver'?s? licen[sc]e|dl|passport|certificate|certification|npi|dea|visa|green card"
        r"|pasaporte|licencia|certificado|cedula|dni|nie|curp"
    ),
    "vehicle": r"licen[sc]e plates?|number plate|plates?|vin|tag|registration|placas?|matricula",
    "device": r"serial|s/n|imei|udi|device|implant|pacemaker|pump|lot|serie",
    "code": (
        r"case|ticket|reference|ref|confirmation|order|tracking|appointment|booking|complaint"
        r"|employee|badge|staff"
        r"|student|id|pin|code|incident|prescription|rx|caso|referencia|folio|turno|cita|codigo"
    ),
}
# Other words alone are everyday speech ("plan 2", "lot 3", "case 5"): they need "number" behind them.
BARE = """
mrn|m.r.n|m.r.n.|medical record|medical records|npi|dea|vin|imei|s/n|udi|acct|account|dni|nie|curp|expediente
cuenta|passport|pasaporte|ticket|confirmation|pin|poliza|dl|plate|plates|placa|placas|matricula|licence plate
license plate|license plates|number plate|serial|rx|folio|invoice|factura|cedula|guarantor|routing|tracking
"""
BARE_TOO = frozenset(re.split(r"[|\n]", BARE.strip()))
CUE = re.compile(
    r"(?<![\w])(?:" + "|".join(f"(?P<{kind}>{words})" for kind, words in CUES.items()) + ")"
    r"(?P<number>" + NUMBER + r"{0,2})(?![a-z])\.?" + JOIN + VALUE,
    re.IGNORECASE,
)
ROOM = re.compile(
    r"(?<!\w)(?:rooms?|rms?\.?|beds?|bay|cubicle|hab\.?|habitacion|cuarto|cama|cubiculo)"
    r"(?: ?(?:#|no\.?|number|num\.?|numero))?[\s:]{0,2}([A-Z]?-?\d{1,4}[A-Z]?)(?![\w%$.,:/-]*\d)(?!\w)",
    re.IGNORECASE,
)
OTHER_FORMS = """
m s i claims patients records plates licences licenses certificates member membership account accounts acct
bill billing prior auth authorization afiliado afiliada drivers medical
"""
CUE_WORDS = frozenset(re.findall("[a-z]{1,20}", "|".join(CUES.values()))) | frozenset(OTHER_FORMS.split())
ROOM_SAID = "room rooms rm rms bed beds bay cubicle hab habitacion cuarto cama cubiculo"
ROOM_WORDS = frozenset(ROOM_SAID.split())
NOT_A_ROOM = re.compile(r"\b(?:emergency|waiting|er|of|operating|exam|per|in every|board|dining|break)[ -]$")
UNITS = re.compile(
    r"^[ -]?(?:hours?|hrs?|days?|minutes?|mins?|weeks?|months?|years?|times?|people|patients|beds?|rooms?"
    r"|nights?|stars?|p\.?m|a\.?m|horas?|dias?|minutos?|semanas?|veces|noches?|personas?|of|or|to|%|k)\b"
)
YEAR = re.compile(r"(?:19|20)\d\d")
PLATE = re.compile(r"(?=.*\d)(?:[A-Z0-9]{1,4}[ -]?[A-Z0-9]{1,5}|[A-HJ-NPR-Z0-9]{17})(?![a-z])")


def find(looked: Looked) -> Iterator[Found]:
    if looked.digits and not looked.seen.isdisjoint(CUE_WORDS):
        yield from _named(looked.text)
    if looked.digits and not looked.seen.isdisjoint(ROOM_WORDS):
        yield from _rooms(looked.text)


def _named(text: str) -> Iterator[Found]:
    for hit in CUE.finditer(text):
        kind = _kind(hit)
        start, end = hit.span(hit.re.groups)
        end = _without_words(text, start, end)
        if _is_told(kind, hit, text[start:end]) and not UNITS.match(after(text, end, 12)):
            yield Found(kind, start, end)


def _rooms(text: str) -> Iterator[Found]:
    for hit in ROOM.finditer(text):
        if not UNITS.match(after(text, hit.end(), 12)) and not NOT_A_ROOM.search(
            before(text, hit.start(), 20)
        ):
            yield Found("room", *hit.span(1))


def _kind(hit: re.Match[str]) -> str:
    return next(kind for kind in CUES if hit[kind])


def _without_words(text: str, start: int, end: int) -> int:
    """A number may be written in groups; a group without a digit after it is the next word."""
    value = text[start:end]
    pieces = re.split(r"([-/ ])", value)
    while len(pieces) > 2 and pieces[-2] == " " and not any(map(str.isdigit, pieces[-1])):
        pieces = pieces[:-2]
    return start + len("".join(pieces))


def _is_told(kind: str, hit: re.Match[str], value: str) -> bool:
    digits = sum(map(str.isdigit, value))
    word = str(hit[_kind(hit)]).lower()
    has_number = bool(hit["number"].strip(" de")) or "#" in hit[0]
    if YEAR.fullmatch(value) and not has_number:
        return False
    if kind == "vehicle":
        return bool(PLATE.fullmatch(value)) and digits >= 2 and (len(value) >= 5)
    if has_number:
        return digits >= 3 or (digits >= 2 and kind in ("mrn", "code") and len(value) >= 3)
    return (word in BARE_TOO and digits >= 4) or digits >= 6
