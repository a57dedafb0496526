"""Reports as CSV, a head and a line each. Pure: bytes go in, entries with their lines come out.

The head names the columns: service, at, value, words, trouble, until; the first two are needed, in any order.
Trouble is yes or no. A time without a zone is one of the hospital's own clocks.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from django.utils.dateparse import parse_datetime

from hospital.feeds.schema import KNOWN, Unreadable, Wrong, shown

MOST_BYTES = 1_000_000
MOST_LINES = 2000
NEEDED = ("service", "at")
TRUTHS = {"": False, "no": False, "false": False, "0": False, "yes": True, "true": True, "1": True}


class _Bad(ValueError):
    pass


def entries(content: bytes, zone: tzinfo) -> list[tuple[str, object] | Wrong]:
    rows = _rows(content)
    head = _head(next(rows, []))
    read = [_entry(f"line {number}", head, row, zone) for number, row in enumerate(rows, 2) if any(row)]
    if len(read) > MOST_LINES:
        raise Unreadable(f"It has {len(read)} lines; at most {MOST_LINES} are taken at once.")
    if not read:
        raise Unreadable("It has a head and no line below.")
    return read


def _rows(content: bytes) -> Iterator[list[str]]:
    if len(content) > MOST_BYTES:
        raise Unreadable(f"It has more than {MOST_BYTES // 1_000_000} MB.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("It is not UTF-8. Save it as CSV UTF-8.") from None
    if "\0" in text:
        raise Unreadable("It is no text file.")
    try:
        yield from (
            [cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True)
        )
    except csv.Error:
        raise Unreadable("It is not CSV: a quotation mark is not closed, or a cell has no end.") from None


def _head(row: Sequence[str]) -> list[str]:
    head = [cell.casefold() for cell in row]
    missing = [name for name in NEEDED if name not in head]
    if missing:
        raise Unreadable(f"Its first line names no column {' and no column '.join(missing)}.")
    strange = next((cell for cell in head if cell not in KNOWN), None)
    if strange is not None:
        raise Unreadable(f"Its first line names {shown(strange)}; the columns are {', '.join(KNOWN)}.")
    if len(set(head)) < len(head):
        raise Unreadable("Its first line names a column twice.")
    return head


def _entry(place: str, head: Sequence[str], row: Sequence[str], zone: tzinfo) -> tuple[str, object] | Wrong:
    if len(row) != len(head):
        return Wrong(place, f"it has {len(row)} cells, and the first line {len(head)}")
    cells = {name: cell for name, cell in zip(head, row, strict=True) if cell}
    entry: dict[str, object] = dict(cells)
    name = ""
    try:
        for name, cell in cells.items():
            entry[name] = _read(name, cell, zone)
    except _Bad as error:
        return Wrong(f"{place}, {name}", str(error))
    return place, entry


def _read(name: str, cell: str, zone: tzinfo) -> object:
    if name == "value":
        return _number(cell)
    if name == "trouble":
        if cell.casefold() not in TRUTHS:
            raise _Bad(f"{shown(cell)} is neither yes nor no")
        return TRUTHS[cell.casefold()]
    return _moment(cell, zone) if name in ("at", "until") else cell


def _number(cell: str) -> float:
    try:
        if cell.isascii():
            return float(cell)
    except ValueError:
        pass
    raise _Bad(f"{shown(cell)} is not a number")


def _moment(cell: str, zone: tzinfo) -> str:
    """The cell with its zone; what is no time is left for the schema to tell."""
    try:
        found = parse_datetime(cell)
    except ValueError:
        return cell
    if found is None or found.tzinfo is not None:
        return cell
    return _local(found, cell, zone).isoformat()


def _local(found: datetime, cell: str, zone: tzinfo) -> datetime:
    first, second = (found.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        raise _Bad(
            f"the clocks are changed at {shown(cell)}; write its zone, as in 2026-03-02T12:00:00-05:00"
        )
    return first
