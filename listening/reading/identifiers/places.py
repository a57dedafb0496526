"""Where somebody lives: streets, units, post boxes, postcodes."""

import re
from collections.abc import Iterator

from listening.reading.identifiers.found import Found, before
from listening.reading.identifiers.looked import Looked

STREETS = (
    r"(?:street|st|avenue|ave|av|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|circle|cir|place|pl"
    r"|terrace|ter|highway|hwy|parkway|pkwy|square|sq|trail|trl|way|close|crescent|grove|gardens|rise|row"
    r"|mews|hill|view|loop|alley|pike|route|rapids|pass|run|crossing)"
)
WORD = r"[A-Z0-9][\w'.-]{0,24}"
UNIT = r"(?:apt|apartment|suite|ste|unit|flat|lot|trailer|piso|depto|departamento|apto|#)"
CITY = (
    r"(?:,\s{0,4}[A-Z][\w'-]{1,24}(?: [A-Z][\w'-]{1,24}){0,2})?"
    r"(?:,\s{0,4}(?:[A-Z]{2}\b|[A-Z][a-z]{2,20})|\s[A-Z]{2}(?=\s\d))?(?:,?\s{1,4}\d{5}(?:-\d{4})?)?"
)
AMERICAN = re.compile(
    rf"(?<![\w$.,/-])\d{{1,6}}[A-Za-z]?(?: \d{{1,6}})? (?:[NSEW]\.? |North |South |East |West )?"
    rf"(?:{WORD} ){{1,4}}?(?i:{STREETS})\b\.?"
    rf"(?:[,\s]{{1,4}}(?i:{UNIT})\.? ?\w{{1,6}}\b)?(?:{CITY})"
)
LOWER = re.compile(
    r"(?<![\w$.,/-])\d{2,6} (?:[a-z]{3,20} ){1,2}(?:street|st|avenue|ave|road|rd|lane|ln|blvd"
    r"|boulevard|terrace|parkway|pkwy)\b"
    r"(?! (?:of|ahead|away|from|to|is|was)\b)"
)
EUROPEAN = re.compile(
    r"(?<!\w)(?:(?:\d{1,5} ){0,2}(?:Rue|rue|calle|avenida|Via|Calle|Avenida|Av\.?|Avda\.?|Carrera"
    r"|Cra\.?|Plaza|Paseo|Camino|Rua|Ulica|ul\.|Avenue|Boulevard|C/)"
    r" ?(?:[\w'.-]{1,24} ){0,4}?[\w'.-]{2,24},? ?(?:#|no?\.? ?|numero )?\d{1,5}(?:-\d{1,4})?[A-Za-z]?(?!\w))"
)
NORTHERN = re.compile(
    r"(?<!\w)(?:[A-Z]\w{2,30}(?:gade|vej|vaenget|straat|strasse|str\.|weg|gatan|gata|veien|katu"
    r"|tie|kuja|allee|ring|plein|laan"
    r"|utca|terrasse|straeti|gasse) ?\d{1,4}[A-Za-z]?(?!\w)"
    r"|(?:\d{1,5} )?[A-Z]\w{2,24} (?:gate|gade|vei|vej|tie|u\.|ut|utca|ter) ?\d{1,4}\.?)"
)
# A house number, a name and another number, as addresses are written where the number follows the street.
NUMBERED = re.compile(
    r"(?<![\w$.,/:-])\d{3,5} (?:[A-Z][\w'.-]{3,24} )(?:[A-Z][\w'.-]{1,24} ){0,3}\d{1,4}\b(?![:%/,.]\d)"
)
UNITS = re.compile(
    r"(?<!\w)(?i:apt|apartment|suite|ste|flat|trailer|apto|depto)\.? ?(?:#|no\.? ?)?\d{1,5}[A-Za-z]?(?!\w)"
)
BOX = re.compile(
    r"(?<!\w)(?:p\.? ?o\.? ?box|apartado(?: postal| de correos)?|(?:psc|unit|cmr) \d{1,5},? box) ?\d{1,6}"
    r"(?:\s{1,3}(?:apo|fpo|dpo)(?: [a-z]{2})?(?: \d{5})?)?|(?<!\w)(?:us\w{1,3} \w{2,24}\s)?(?:apo"
    r"|fpo|dpo) a[aep] \d{5}",
    re.IGNORECASE,
)
CORNER = re.compile(
    r"(?<!\w)corner of (?:[\w'.-]{1,24} ){1,5}(?:and|&|y) [\w'.-]{2,24}(?: [A-Z][\w'.-]{1,24}| \d{1,5})?"
)
STATED = re.compile(
    r"\b(?i:address(?:es)?(?: is| to|, here (?:they are|it is))?|it(?:'s| is) in|lives? (?:at|on|in)"
    r"|living (?:at|on)|lived in|located at|meet (?:you|me|us) at|sent to|send (?:it )?to|deliver(?:ed)? to"
    r"|direccion(?: es)?|(?:vive|vivo) en|domicilio|off at|arrived at|return to|taxi to|is at)"
    r"\s?[:?]?\s{0,8}(?:it is )?(\d{1,6} (?:\d{1,6} )?(?:[A-Z][a-z]|[^\x00-\x7f])[^?!;|\n]{3,60})(?!\w)"
)
MORE_LINES = re.compile(
    r"(?:[,\s>?]{0,8}\n[>? ,]{0,8}(?:(?:Suite|Apt|Unit)\.? ?\w{1,6}|[A-Z][\w.'()-]{1,24}"
    r"(?: [A-Z(][\w.'()-]{1,24}){0,3}"
    r"(?:,? \d{4,6}(?!\d))?|[A-Z]{2}\b|\d{4,6}(?!\d))(?=\s{0,4}(?:$|[\n,]))){1,4}"
)
ADDRESS_END = re.compile(
    r"(?<=[a-z]{3})\.(?:\W|$)|\n\n|\s(?:after|in case|last night|this morning|for this"
    r"|and the corner)\b|\n(?!\s{0,3}[\w,])"
)
STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH"
    "|NJ|NM|NY|NC|ND|OH|OK|OR"
    "|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|PR"
)
Shapes = tuple[tuple[re.Pattern[str], frozenset[str] | None], ...]
"""Each with the words of which a text must hold one; None where the shape alone tells."""

ZIPS: Shapes = (
    (
        re.compile(rf"(?<!\w)(?:{STATES}),? (\d{{5}}(?:-\d{{4}})?)(?!\w)"),
        frozenset(STATES.lower().split("|")),
    ),
    (re.compile(r"(?<![\w-])(\d{5}-\d{4})(?![\w-])"), None),
    (re.compile(r"(?<!\w)([A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2})(?!\w)"), None),
    (re.compile(r"(?<!\w)([A-Z]\d[A-Z] ?\d[A-Z]\d)(?!\w)"), None),
    (
        re.compile(
            r"\b(?:zip(?: ?code)?|post ?code|postal code|codigo postal|c\.p\.|cp)(?: is| es)?\W{0,3}"
            r"((?=[A-Z]{0,3}\d)[A-Z0-9]{2,5}(?:[- ][A-Z0-9]{2,4})?)(?!\w)",
            re.IGNORECASE,
        ),
        frozenset(["zip", "zipcode", "post", "postcode", "postal", "c", "cp"]),
    ),
    (re.compile(r"(?<!\w)[A-Z][a-z]{3,20} (\d{5})(?=\s*(?:\n|$))"), None),
)
STREET_WORDS = frozenset(re.findall("[a-z]{2,20}", STREETS))
EUROPEAN_WORDS = frozenset(
    [
        "rue",
        "via",
        "calle",
        "avenida",
        "av",
        "avda",
        "carrera",
        "cra",
        "plaza",
        "paseo",
        "camino",
        "rua",
        "ulica",
        "ul",
        "avenue",
        "boulevard",
        "c",
    ]
)
SHAPES: Shapes = (
    (AMERICAN, STREET_WORDS),
    (LOWER, STREET_WORDS),
    (EUROPEAN, EUROPEAN_WORDS),
    (NORTHERN, None),
    (NUMBERED, None),
    (UNITS, frozenset(["apt", "apartment", "suite", "ste", "flat", "trailer", "apto", "depto"])),
    (BOX, frozenset(["box", "apartado", "psc", "unit", "cmr", "apo", "fpo", "dpo"])),
)
WORDED: Shapes = tuple((shape, needed) for shape, needed in SHAPES if needed is not None)
HOUSE_AND_MORE = 2
"""Digits that an address without a telling word, or a postcode, has at least."""
STATED_WORDS_SAID = """
address addresses it's it live lives lived living located meet sent send deliver delivered direccion vive
vivo domicilio off arrived return taxi is
"""
STATED_WORDS = frozenset(STATED_WORDS_SAID.split())


def find(looked: Looked) -> Iterator[Found]:
    text, seen = looked.text, looked.seen
    if "corner" in seen:
        yield from (Found("address", *hit.span()) for hit in CORNER.finditer(text))
    if looked.digits:
        shapes = SHAPES if looked.digits >= HOUSE_AND_MORE else WORDED
        for start, end in _addresses(text, seen, shapes):
            end = _last_line(text, end)
            yield Found("address", start, start + len(text[start:end].rstrip(" .,\n")))
    if looked.digits >= HOUSE_AND_MORE:
        yield from _postcodes(text, seen)


def _addresses(text: str, seen: frozenset[str], shapes: Shapes) -> Iterator[tuple[int, int]]:
    for shape, needed in shapes:
        if needed is None or not seen.isdisjoint(needed):
            yield from (hit.span() for hit in shape.finditer(text))
    if not seen.isdisjoint(STATED_WORDS):
        for hit in STATED.finditer(text):
            start, end = hit.span(1)
            stop = ADDRESS_END.search(text, start, end)
            yield start, stop.start() if stop else end


def _postcodes(text: str, seen: frozenset[str]) -> Iterator[Found]:
    for shape, needed in ZIPS:
        if needed is None or not seen.isdisjoint(needed):
            yield from (
                Found("zip", *hit.span(1)) for hit in shape.finditer(text) if not _is_price(text, hit)
            )


def _last_line(text: str, end: int) -> int:
    """Where the lines end that go on with an address: unit, town, country with its postcode."""
    more = MORE_LINES.match(text, end)
    return more.end() if more else end


def _is_price(text: str, hit: re.Match[str]) -> bool:
    return before(text, hit.start(1), 2).strip().endswith(("$", "£", "€"))
