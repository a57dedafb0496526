"""Public lists of hospitals, as files: that of the US (CMS, "Hospital General Information") and that of
England's NHS trusts (ODS, "etr"). Pure: a file goes in, hospitals come out, or a BadList that says where
the file is wrong.

CMS: comma-separated, columns known by their heads. NHS: no head and 27 columns, or a head with ODS's names.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from hospital.titles import titled

MAX_BYTES = 20_000_000
MAX_ROWS = 50_000
TOO_LARGE = f"The file has more than {MAX_BYTES // 1_000_000} MB: that is no list of hospitals."
LONGEST = {"name": 200, "address": 300, "city": 100, "region": 60, "postcode": 20, "phone": 40}

CMS = {
    "code": ("Facility ID", "Provider ID", "CMS Certification Number"),
    "name": ("Facility Name", "Hospital Name"),
    "address": ("Address",),
    "city": ("City/Town", "City"),
    "region": ("State",),
    "postcode": ("ZIP Code", "ZIP"),
    "phone": ("Telephone Number", "Phone Number"),
}
NHS = {
    "code": ("Organisation Code", "Code"),
    "name": ("Name", "Organisation Name"),
    "line 1": ("Address Line 1",),
    "line 2": ("Address Line 2",),
    "line 3": ("Address Line 3",),
    "city": ("Address Line 4", "Town"),
    "county": ("Address Line 5", "County"),
    "postcode": ("Postcode",),
}
NHS_AT = {
    "code": 0, "name": 1, "line 1": 4, "line 2": 5, "line 3": 6, "city": 7, "county": 8, "postcode": 9,
    "phone": 17,
}  # fmt: skip
NHS_WIDTH = 27
NHS_OPTIONAL = {"phone": ("Contact Telephone Number", "Telephone")}
CODE = re.compile(r"[0-9A-Z]{3,6}")
UK_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}")


class BadList(ValueError):
    """Why a file is no list of hospitals, in words for whoever brought it."""


@dataclass(frozen=True)
class Listed:
    listed_as: str  # the list and the hospital's code in it: "cms 010001"
    name: str
    address: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    phone: str = ""


@dataclass(frozen=True)
class HospitalList:
    kind: str
    hospitals: list[Listed]


@dataclass(frozen=True)
class _Layout:
    """Where each column stands, and how many there are."""

    kind: str
    at: Mapping[str, int]
    width: int


def read(content: bytes) -> HospitalList:
    if len(content) > MAX_BYTES:
        raise BadList(TOO_LARGE)
    rows = _rows(_text(content))
    number, first = next(rows, (0, []))
    if not first:
        raise BadList("The file is empty.")
    if (layout := _without_head(first)) is None:
        return _read(rows, _by_head(first))
    return _read(chain([(number, first)], rows), layout)


def _text(content: bytes) -> str:
    if content.startswith(b"PK"):
        raise BadList("This is a spreadsheet or an archive. Save the list as CSV first.")
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise BadList(f"Line {line} holds a NUL: this is no text file.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that says something, with the line it ends on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    kept = 0
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadList(f"Line {reader.line_num} is not comma-separated text: {error}.") from None
        if any(map(str.strip, row)):
            kept += 1
            if kept > MAX_ROWS:
                raise BadList(f"Line {reader.line_num}: a list has at most {MAX_ROWS:,} rows.")
            yield reader.line_num, [cell.strip() for cell in row]


def _without_head(first: Sequence[str]) -> _Layout | None:
    """The layout of an NHS list, where this is its first row."""
    is_nhs = len(first) > NHS_AT["postcode"] and UK_POSTCODE.fullmatch(first[NHS_AT["postcode"]].upper())
    return _Layout("nhs", NHS_AT, NHS_WIDTH) if is_nhs and CODE.fullmatch(first[0].upper()) else None


def _by_head(head: Sequence[str]) -> _Layout:
    known = {" ".join(cell.casefold().split()): at for at, cell in reversed(list(enumerate(head)))}
    found = {"cms": _columns(known, CMS), "nhs": _columns(known, NHS)}
    kind = max(found, key=lambda each: len(found[each]))
    wanted = CMS if kind == "cms" else NHS
    missing = [names[0] for column, names in wanted.items() if column not in found[kind]]
    if len(found[kind]) < 2:
        raise BadList(
            "The first line names no columns of a CMS list (Facility ID, Facility Name, Address, City/Town, "
            "State, ZIP Code, Telephone Number), and is no row of an NHS list (code, name, ..., postcode)."
        )
    if missing:
        said = "”, “".join(missing)
        raise BadList(f"This looks like a list of the {kind.upper()}, but it has no column “{said}”.")
    more = _columns(known, NHS_OPTIONAL) if kind == "nhs" else {}
    return _Layout(kind, {**more, **found[kind]}, len(head))


def _columns(known: Mapping[str, int], wanted: Mapping[str, Sequence[str]]) -> dict[str, int]:
    found = {}
    for column, names in wanted.items():
        at = next((known[name.casefold()] for name in names if name.casefold() in known), None)
        if at is not None:
            found[column] = at
    return found


def _read(rows: Iterable[tuple[int, list[str]]], layout: _Layout) -> HospitalList:
    hospitals: list[Listed] = []
    lines: dict[str, int] = {}
    for line, row in rows:
        if len(row) != layout.width:
            raise BadList(f"Line {line} has {len(row)} columns; this list has {layout.width}.")
        cells = {column: row[at] for column, at in layout.at.items()}
        hospital = _hospital(layout.kind, cells, line)
        if hospital.listed_as in lines:
            before = lines[hospital.listed_as]
            raise BadList(f"Line {line}: the code {cells['code']} stands on line {before} already.")
        lines[hospital.listed_as] = line
        hospitals.append(hospital)
    if not hospitals:
        raise BadList("The list names no hospital: there is no row below its head.")
    return HospitalList(layout.kind, hospitals)


def _hospital(kind: str, cells: Mapping[str, str], line: int) -> Listed:
    code = cells["code"].upper()
    if not code.isalnum() or not code.isascii() or len(code) > 20:
        raise BadList(f"Line {line}: the code “{code[:30]}” is not made of letters and digits.")
    if not any(map(str.isalnum, cells["name"])):
        raise BadList(f"Line {line}: {code} has no name.")
    lines = (cells.get(f"line {number}", "") for number in (1, 2, 3))
    address = cells.get("address") or ", ".join(filter(None, lines))
    said = {
        "name": titled(cells["name"]),
        "address": titled(address),
        "city": titled(cells["city"]),
        "region": cells.get("region", "") or titled(cells.get("county", "")),
        "postcode": cells["postcode"],
        "phone": cells.get("phone", ""),
    }
    for column, text in said.items():
        if len(text) > LONGEST[column]:
            raise BadList(f"Line {line}: the {column} of {code} has more than {LONGEST[column]} characters.")
    return Listed(f"{kind} {code}", **said)
