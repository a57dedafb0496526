"""The rows of what was typed in or sent, as the pipeline takes them, each with the number of its line."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.utils import timezone

from hospital.models import Facility
from listening import filepost, filerows, jsonlines, upload_columns
from listening.filerows import BadFile, File, Row
from listening.intake import ImportedPost
from listening.sources.contract import Unreadable
from listening.wording import storable

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 50_000
MOST_COLUMNS, LONGEST_NAME = 200, 200
LOOKED_AT = 200
"""Rows that are looked at for their columns and dates."""

Item = ImportedPost | Unreadable
Places = Mapping[str, int]
"""Facilities that whoever sent it may write for, by every word they are called by."""

SAME = {name: name for name in filepost.COLUMNS}


@dataclass(frozen=True)
class Shape:
    """How a file is to be read, as a person left it."""

    columns: Mapping[str, str]
    dates: str = ""
    facility_id: int | None = None
    kind: str = ""  # of rows without stars; empty: a post
    network: str = ""  # of rows that name none
    is_typed: bool = False


@contextmanager
def opened(body: bytes, name: str) -> Iterator[File]:
    """The file while it is read; BadFile in words that do not name where it lies."""
    with TemporaryDirectory(prefix="murmur-") as folder:
        path = Path(folder) / f"rows{Path(name).suffix.lower()[:8]}"
        path.write_bytes(body)
        try:
            yield filerows.opened(path)
        except BadFile as error:
            raise BadFile(str(error).replace(f"{path}: ", "", 1).capitalize()) from None


def as_lines(body: bytes) -> bytes:
    """A JSON list as one object a line; anything else as it was."""
    head = body[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head.startswith(b"["):
        return body
    try:
        items = json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadFile(
            f"It is not UTF-8 at byte {error.start + 1}. Save it again with that encoding."
        ) from None
    except json.JSONDecodeError as error:
        raise BadFile(f"Line {error.lineno}: not JSON at character {error.colno}.") from None
    except (ValueError, RecursionError):
        raise BadFile("It is JSON that cannot be read: a number too long, or lists too deep.") from None
    return b"".join(json.dumps(item).encode() + b"\n" for item in items)


def columns_of(file: File) -> list[str]:
    """Every column the file names that can be chosen; of JSON those of its first rows."""
    if file.is_json:
        named: Iterator[str] = (name for row in islice(file.rows(), LOOKED_AT) for name in row.values)
    else:
        named = iter(file.columns)
    found = dict.fromkeys(name for name in named if name.strip() and storable(name) == name)
    return list(islice((name for name in found if len(name) <= LONGEST_NAME), MOST_COLUMNS))


def dates_of(file: File, column: str) -> str:
    first = islice(file.rows(), LOOKED_AT)
    return upload_columns.order_of_dates(row.values.get(column) for row in first)


def places_of(facility_ids: frozenset[int] | None) -> Places:
    found: dict[str, int] = {}
    for facility in Facility.objects.within(facility_ids).filter(is_active=True):
        for word in (facility.short_name, facility.name, facility.slug):
            found[word.casefold().strip()] = facility.pk
    return found


def items(file: File, shape: Shape, places: Places) -> Iterator[tuple[int, Item]]:
    return ((row.line, item(row, shape, places)) for row in file.rows())


def item(row: Row, shape: Shape, places: Places) -> Item:
    """One row as a post, or why it is none, with its line."""
    if row.fault:
        return Unreadable(f"{_called(shape)} {row.line}: {row.fault}", row.raw)
    values = {ours: row.values.get(theirs) for ours, theirs in shape.columns.items()}
    try:
        place = _place(values.pop("facility", None), shape, places)
        title = jsonlines.text(values, "title").strip()
        values.pop("title", None)
    except jsonlines.BadLine as odd:
        return Unreadable(f"{_called(shape)} {row.line}: {odd}", row.raw)
    if upload_columns.is_slashed(values.get("published_at")) and not shape.dates:
        said = "its date can be read two ways; say above whether the day or the month comes first"
        return Unreadable(f"{_called(shape)} {row.line}: {said}", row.raw)
    values["published_at"] = upload_columns.as_iso(values.get("published_at"), shape.dates)
    values["text"] = values.get("text") or title
    values["external_id"] = values.get("external_id") or made_id(values, title)
    if not values["external_id"]:
        return Unreadable(f"{_called(shape)} {row.line}: it is empty", row.raw)
    return _shaped(filepost.post_of(replace(row, values=values), SAME, _zone()), shape, title, place)


def _shaped(post: Item, shape: Shape, title: str, place: int | None) -> Item:
    if isinstance(post, Unreadable):
        words = post.reason.replace("Line", _called(shape), 1).replace("published_at", "date")
        return replace(post, reason=words.replace("its rating is", "its stars are"))
    kind = post.kind if post.rating is not None else shape.kind or post.kind
    named = post.network or shape.network
    return replace(post, title=title, kind=kind, facility_id=place, network=named)


def _zone() -> Any:
    return timezone.get_default_timezone()


def _called(shape: Shape) -> str:
    return "Entry" if shape.is_typed else "Line"


def _place(said: object, shape: Shape, places: Places) -> int | None:
    word = str(said if said is not None else "").strip()
    if not word:
        return shape.facility_id
    found = places.get(word.casefold())
    if found is None:
        raise jsonlines.BadLine(f"you have no facility called “{word[:80]}”")
    return found


def made_id(values: Mapping[str, Any], title: str) -> str:
    """The id of what has none: the same whenever it is entered again, whichever way its lines break."""
    said = [values.get(name) for name in ("url", "author", "published_at", "rating", "text")]
    words = "\x1f".join(" ".join(str(value if value is not None else "").split()) for value in [*said, title])
    if not words.replace("\x1f", ""):
        return ""
    return f"made-{hashlib.sha256(words.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"
