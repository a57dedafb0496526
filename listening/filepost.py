"""From a row of a file to a post. What is odd about one row is said in words and costs only that row."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any

from listening.filerows import BadFile, File, Row
from listening.intake import EXTERNAL_ID_CHARACTERS, ImportedPost
from listening.sources.contract import Unreadable
from listening.sources.reading import Odd, unix

COLUMNS = ("external_id", "url", "author", "text", "published_at", "rating", "network")

EPOCH = re.compile(r"\d{9,13}(?:\.\d+)?")
MILLISECONDS = 100_000_000_000  # as seconds this is the year 5138
ROUNDED = re.compile(r"\d[.,]\d+E\+\d+")  # what a spreadsheet makes of a long number
SPACE_BEFORE_ZONE = re.compile(r" (?=[+-]\d\d:?\d\d$)")

Columns = Mapping[str, str]
"""Our name of each column that the file has, and the file's own."""


def columns_of(file: File, renamed: Columns) -> Columns:
    """BadFile where the file cannot hold what an import needs."""
    for ours in renamed:
        if ours not in COLUMNS:
            raise BadFile(f"--map: {ours!r} is none of {', '.join(COLUMNS)}.")
    wanted = {**{name: name for name in COLUMNS}, **renamed}
    if file.is_json:
        return wanted
    has = f"It has {', '.join(file.columns)[:500]}."
    for theirs in renamed.values():
        if theirs not in file.columns:
            raise BadFile(f"{file.path}: line 1: no column {theirs!r}. {has}")
    found = {ours: theirs for ours, theirs in wanted.items() if theirs in file.columns}
    if "external_id" not in found or not {"text", "rating"} & set(found):
        lacking = "external_id" if "external_id" not in found else "text"
        raise BadFile(
            f"{file.path}: line 1: no column {lacking!r}. {has} --map {lacking}=NAME names another."
        )
    for theirs in found.values():
        if file.columns.count(theirs) > 1:
            raise BadFile(f"{file.path}: line 1: the column {theirs!r} stands there twice.")
    return found


def post_of(row: Row, columns: Columns, zone: tzinfo) -> ImportedPost | Unreadable:
    external_id = ""
    try:
        if row.fault:
            raise Odd(row.fault)
        values = {ours: row.values.get(theirs) for ours, theirs in columns.items()}
        external_id = _external_id(values)
        return _post(external_id, values, zone)
    except Odd as odd:
        return Unreadable(f"Line {row.line}: {odd}", row.raw, external_id)


def _post(external_id: str, values: Mapping[str, Any], zone: tzinfo) -> ImportedPost:
    said, rating = _word(values, "text"), _rating(values.get("rating"))
    if not said.strip() and rating is None:
        raise Odd("it has neither a text nor a rating")
    return ImportedPost(
        external_id=external_id,
        text=said,
        url=_word(values, "url").strip(),
        author_handle=_word(values, "author").strip(),
        published_at=_moment(values.get("published_at"), zone),
        rating=rating,
        kind="post" if rating is None else "review",
        network=_word(values, "network").strip().lower(),
    )


def _word(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is not None and not isinstance(value, str):
        raise Odd(f"its {name} is not a text")
    return value or ""


def _external_id(values: Mapping[str, Any]) -> str:
    found = _word(values, "external_id").strip()
    if not found:
        raise Odd("it has no external_id")
    if len(found) > EXTERNAL_ID_CHARACTERS:
        raise Odd(f"its external_id is longer than {EXTERNAL_ID_CHARACTERS} characters")
    if ROUNDED.fullmatch(found):
        raise Odd("its external_id was rounded by a spreadsheet, so that others may have the same")
    return found


def _rating(value: object) -> int | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        stars = math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        stars = math.nan
    if stars not in range(1, 6):
        raise Odd("its rating is not a whole number from 1 to 5")
    return int(stars)


def _moment(value: object, zone: tzinfo) -> datetime | None:
    """None where the row gives no time; one without a zone is taken in the hospital's."""
    if value is None or value == "":
        return None
    found = _from_number(value) if not isinstance(value, str) else _from_words(value.strip())
    if found is None:
        # To take it for now would put a post of years ago on the live wall.
        raise Odd("its published_at is not a time")
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _from_number(value: object) -> datetime | None:
    is_milliseconds = isinstance(value, int | float) and value > MILLISECONDS
    return unix(value / 1000 if is_milliseconds else value)  # type: ignore[operator]


def _from_words(value: str) -> datetime | None:
    if EPOCH.fullmatch(value):
        return _from_number(float(value))
    try:
        return datetime.fromisoformat(SPACE_BEFORE_ZONE.sub("", value))
    except ValueError:
        pass
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    # RFC 2822 writes -0000 for a time in UTC whose own zone is not told.
    return found.replace(tzinfo=UTC) if value.endswith("-0000") else found
