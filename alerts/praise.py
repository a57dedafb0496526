"""What of a post may stand on a card of thanks, and for whom it is. Pure.

The unit is read from the text; a person confirms it. A member of staff is named by the first name that the
author wrote, and never by a surname. Nothing that leads to the author is left.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alerts.staffnotes import PLACES_AND_TIMES
from listening.reading import identifiers
from listening.reading.identifiers import Identifier
from listening.reading.identifiers.plain import plain

LONGEST_WORDS = 600
LOOKED_AT = identifiers.LONGEST
SHORTEST = 3
"""Letters of a word of an author's name that is looked for by itself."""

PLACES = frozenset({"room", "age", "date"})
SMALL = frozenset({"and", "for", "her", "his", "not", "the", "was", "you"})
AUTHOR = "[author]"
STAFF = "staff member"
NUMBERED = re.compile(
    r"\b(?:\d{1,2} ?(?:north|south|east|west)|(?:ward|unit|floor|piso|planta) \d{1,2}[a-z]?"
    r"|\d{1,2}(?:st|nd|rd|th) floor)\b",
    re.IGNORECASE,
)
# Short names are read in capitals only: "Ed" is a person, and "or" is a word.
UNITS: tuple[tuple[str, str], ...] = (
    ("Emergency department", r"\b(?:E[RD]|(?i:emergency (?:room|department|dept|team)|urgencias))\b"),
    ("Intensive care", r"\b(?:ICU|CCU|(?i:intensive care|cuidados intensivos))\b"),
    ("Newborn intensive care", r"\b(?:NICU|(?i:neonatal (?:unit|intensive care)))\b"),
    ("Labor and delivery", r"\b(?:L&D|(?i:labou?r (?:and|&) delivery|delivery room|midwi(?:fe|ves)))\b"),
    ("Maternity", r"\b(?i:maternity|mother[- ]baby|maternidad)\b"),
    ("Pediatrics", r"\b(?i:p(?:a)?ediatrics?|peds|pediatría)\b"),
    ("Surgery", r"\b(?:OR|(?i:operating room|surgical (?:team|unit)|surgeons?|cirugía))\b"),
    ("Recovery room", r"\b(?:PACU|(?i:recovery room))\b"),
    ("Cardiology", r"\b(?i:cardiology|cath lab|cardiac (?:unit|team|rehab)|cardiología)\b"),
    ("Oncology", r"\b(?i:oncology|infusion (?:center|centre)|chemo (?:nurses?|team|unit)|oncología)\b"),
    ("Imaging", r"\b(?:MRI|CT|(?i:radiology|x-?ray|imaging|ultrasound|mammo(?:gram|graphy)|radiología))\b"),
    ("Laboratory", r"\b(?i:phlebotom(?:y|ists?)|blood draw|lab (?:tech|team|staff)|laboratorio)\b"),
    ("Rehabilitation", r"\b(?i:physical therap(?:y|ists?)|occupational therap(?:y|ists?)|rehab)\b"),
    ("Dialysis", r"\b(?i:dialysis|diálisis)\b"),
    ("Pharmacy", r"\b(?i:pharmac(?:y|ists?)|farmacia)\b"),
    ("Behavioral health", r"\b(?i:behaviou?ral health|psych(?:iatric)? unit)\b"),
    ("Ambulance", r"\b(?:EMTs?|EMS|(?i:paramedics?|ambulance))\b"),
    ("Front desk", r"\b(?i:front desk|reception(?:ists?)?|registration|check-?in|recepción)\b"),
    ("Billing", r"\b(?i:billing)\b"),
    ("Food service", r"\b(?i:cafeteria|kitchen|food service)\b"),
    ("Housekeeping", r"\b(?i:housekeep(?:ing|ers?)|cleaning (?:staff|crew|lady)|janitors?)\b"),
    ("Security", r"\b(?i:security (?:guards?|team|officer)|valet)\b"),
    ("Volunteers", r"\b(?i:volunteers?)\b"),
)
SURNAME_FOLLOWS = re.compile(
    r"\b(?:dr|dra|doctor|doctora|mr|mrs|ms|miss|mx|sir|prof|professor|sr|sra|srta|señora?)\.?\s*\Z",
    re.IGNORECASE,
)
ROLES: tuple[tuple[str, str], ...] = (
    ("doctor", r"\b(?:drs?|dra|doctors?|doctora|physicians?|surgeons?|hospitalist|md|do)\b"),
    ("nurse", r"\b(?:nurses?|rn|lpn|np|enfermer[ao]s?)\b"),
    ("midwife", r"\bmidwi(?:fe|ves)\b"),
    ("paramedic", r"\b(?:paramedics?|emts?)\b"),
    ("therapist", r"\btherapists?\b"),
    ("technician", r"\b(?:tech|technicians?|phlebotomists?|sonographers?)\b"),
    ("pharmacist", r"\bpharmacists?\b"),
    ("receptionist", r"\b(?:receptionists?|front desk|registration|clerks?)\b"),
    ("security guard", r"\b(?:guards?|security)\b"),
    ("volunteer", r"\bvolunteers?\b"),
)
NEAR = 30
"""Characters before and behind a name in which its role may stand."""

HEAD = re.compile(r"(?:\b(?:dr|dra|doctora?|nurse|enfermera?|prof|mr|mrs|ms|miss)\.?\s+)\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Author:
    """What an author is called: none of it may stand on a card."""

    handle: str = ""
    name: str = ""

    @property
    def words(self) -> frozenset[str]:
        said = [plain(each).text.casefold() for each in (self.handle.lstrip("@"), self.name)]
        parts = [part for each in said for part in re.findall(r"\w+", each) if len(part) >= SHORTEST]
        return frozenset([*parts, *(each for each in said if len(each) >= SHORTEST)]) - SMALL


def units(text: str, services: Sequence[str] = ()) -> list[str]:
    """Units that a text speaks of, the surest first: as numbered, as the facility calls them, as all do."""
    text = text[:LOOKED_AT]
    numbered = [hit[0].title().replace("Th Floor", "th floor") for hit in NUMBERED.finditer(text)]
    own = [each for each in services if re.search(rf"(?<!\w){re.escape(each)}(?!\w)", text, re.IGNORECASE)]
    common = [(hit.start(), name) for name, pattern in UNITS if (hit := re.search(pattern, text))]
    return list(dict.fromkeys([*numbered, *own, *(name for _, name in sorted(common))]))


def first_names(text: str, author: Author) -> list[str]:
    """First names of staff as the author wrote them. What follows "Dr." alone is a surname."""
    found = (_first_name(text, each) for each in identifiers.find(text) if each.kind == "staff_name")
    return list(dict.fromkeys(each for each in found if each and each.casefold() not in author.words))


def _first_name(text: str, name: Identifier) -> str:
    parts = text[name.start : name.end].split()
    if not parts or (len(parts) == 1 and SURNAME_FOLLOWS.search(text[: name.start])):
        return ""
    return parts[0].strip(".,!?'\"")


def card(text: str, author: Author, first_name: str = "") -> str:
    """The words of a card: no identifier but that first name, and nothing of the author."""
    text = text[:LOOKED_AT]
    for _ in range(3):
        # What is masked can bring a name to the front that was none before.
        masked = _without_author(_masked(text, first_name), author)
        if masked == text:
            break
        text = masked
    return _cut(" ".join(text.split()))


def leads_to(said: str, author: Author) -> bool:
    """Whether a text names its author in any way of writing."""
    return any(_places(said, author))


def names_somebody(said: str) -> bool:
    """Whether a unit's name holds more than a unit's name: "4 West" may look like a room."""
    return any(each.kind not in PLACES for each in identifiers.find(said))


def _masked(text: str, first_name: str) -> str:
    pieces, at = [], 0
    for each in identifiers.find(text):
        if text[each.start - 1 : each.start] == "[" and text[each.end : each.end + 1] == "]":
            continue
        words = text[each.start : each.end].split()
        is_meant = first_name and each.kind == "staff_name" and words[:1] == [first_name]
        said = first_name if is_meant else f"[{identifiers.KINDS[each.kind].words}]"
        pieces += [text[at : each.start], said]
        at = each.end
    return "".join([*pieces, text[at:]])


def _without_author(text: str, author: Author) -> str:
    pieces, at = [], 0
    for start, end in sorted(_places(text, author), key=lambda span: (span[0], -span[1])):
        if start >= at:
            pieces += [text[at:start], AUTHOR]
            at = end
    return "".join([*pieces, text[at:]])


def _places(text: str, author: Author) -> Iterator[tuple[int, int]]:
    read = plain(text)
    lowered = read.text.casefold()
    if len(lowered) != len(read.text):
        lowered = read.text.lower() if len(read.text.lower()) == len(read.text) else read.text
    for word in author.words:
        for hit in re.finditer(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", lowered):
            start, end = read.original(*hit.span())
            if text[start - 1 : end + 1] != AUTHOR:
                yield start, end


def _cut(text: str) -> str:
    if len(text) <= LONGEST_WORDS:
        return text
    return f"{text[:LONGEST_WORDS].rpartition(' ')[0] or text[:LONGEST_WORDS]} …"


def to_role(text: str) -> str:
    """A complaint without the names of staff: each is called by what they do, others are masked.

    Rooms and dates stay: whoever looks into it has to know them.
    """
    pieces, at = [], 0
    for each in identifiers.find(text):
        before = text[at : each.start]
        if each.kind == "staff_name":
            role = _role(text, each, after=at)
            pieces += [HEAD.sub("", before), f"[{role}]"]
        elif each.kind in PLACES_AND_TIMES:
            pieces += [before, text[each.start : each.end]]
        else:
            pieces += [before, f"[{identifiers.KINDS[each.kind].words}]"]
        at = each.end
    return "".join([*pieces, text[at:]])


def _role(text: str, name: Identifier, *, after: int) -> str:
    before = re.split(r"[!?;\n]|(?<=\w{4})\.", text[max(after, name.start - NEAR) : name.start])[-1]
    behind = re.split(r"[.!?;\n]", text[name.end : name.end + NEAR])[0]
    return next(_roles(before, last=True), "") or next(_roles(behind, last=False), STAFF)


def _roles(text: str, *, last: bool) -> Iterator[str]:
    """The role named nearest to the name."""
    found = [
        (hit.start(), role) for role, pattern in ROLES for hit in re.finditer(pattern, text, re.IGNORECASE)
    ]
    yield from (role for _, role in sorted(found, reverse=last))
