"""The rows of a CSV or JSON lines file, each with the number of its line; a broken row costs only itself.

UTF-8 with or without its mark. A file that is mostly not UTF-8 and could be Windows-1252 is read as that; in
one that is UTF-8 elsewhere, the row at fault is set aside.
"""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any

from listening import jsonlines

csv.field_size_limit(64 * 1024 * 1024)  # the library's own limit is 128 KB

JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")
NOT_DECODED = re.compile("[\udc80-\udcff]")  # how Python hands over bytes that are not UTF-8


class BadFile(Exception):
    """Why a file cannot be read at all, with the place."""


@dataclass(frozen=True)
class Row:
    """One row: its values by column, or why it has none."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    raw: str = ""
    fault: str = ""


@dataclass(frozen=True)
class File:
    path: Path
    encoding: str
    is_json: bool = True
    columns: tuple[str, ...] = ()  # of a CSV; of JSON lines each may have others
    delimiter: str = ","

    def lines(self) -> IO[str]:
        return self.path.open(encoding=self.encoding, errors="surrogateescape", newline="")

    def rows(self) -> Iterator[Row]:
        with self.lines() as lines:
            yield from _json_rows(lines) if self.is_json else _csv_rows(_Lines(lines), self)


def opened(path: Path) -> File:
    """The file, and how it is to be read; BadFile when it cannot be."""
    try:
        if path.exists() and not path.is_file():
            raise BadFile(f"{path}: not an ordinary file.")
        file = File(path, _encoding(path))
        with file.lines() as lines:
            number, first = next(((at, line) for at, line in enumerate(lines, 1) if line.strip()), (1, ""))
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}.") from error
    if not first:
        raise BadFile(f"{path}: it is empty.")
    if first.lstrip().startswith("["):
        raise BadFile(f"{path}: line {number}: a JSON list. One object a line is needed.")
    if first.lstrip().startswith("{") or path.suffix.lower() in JSON_SUFFIXES:
        return file
    return _as_csv(file, first, number)


def _as_csv(file: File, first: str, number: int) -> File:
    delimiter = max(",;\t", key=first.count)
    try:
        columns = next(csv.reader([first], delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise BadFile(f"{file.path}: line {number}: no row of column names ({error}).") from error
    return File(file.path, file.encoding, False, tuple(name.strip() for name in columns), delimiter)


def _encoding(path: Path) -> str:
    utf8 = other = not_western = 0
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if number == 1 and line.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise BadFile(f"{path}: line 1: it is UTF-16. Save it as UTF-8.")
            if line.isascii():
                continue
            is_utf8 = _is(line, "utf-8")
            utf8, other = utf8 + is_utf8, other + (not is_utf8)
            not_western = not_western or (0 if _is(line, "cp1252") else number)
    if not_western and other and not utf8:
        raise BadFile(f"{path}: line {not_western}: neither UTF-8 nor Windows-1252. Save it as UTF-8.")
    # By chance a line of one may be the other, too.
    return "cp1252" if other > utf8 and not not_western else "utf-8-sig"


def _is(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _json_rows(lines: Iterator[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _row(number, line, partial(jsonlines.loaded, line))


def _csv_rows(lines: "_Lines", file: File) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=file.delimiter, strict=True)
    is_header = True
    while True:
        lines.begin()
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            lines.give_back()
            yield Row(lines.number, raw=lines.raw, fault=f"it is no row of a CSV ({error})")
            continue
        if values and not is_header:
            yield _row(lines.number, lines.raw, partial(_by_column, values, file.columns))
        is_header = is_header and not values


def _row(number: int, raw: str, read: Callable[[], dict[str, Any]]) -> Row:
    if NOT_DECODED.search(raw):
        return Row(number, raw=raw, fault="it is not UTF-8")
    try:
        return Row(number, read(), raw)
    except jsonlines.BadLine as error:
        return Row(number, raw=raw, fault=str(error))


def _by_column(values: list[str], columns: tuple[str, ...]) -> dict[str, Any]:
    if any(values[len(columns) :]):
        # A comma in a text without quotes: every value after it would be taken for its neighbour.
        raise jsonlines.BadLine(f"it has {len(values)} values for {len(columns)} columns")
    return dict(zip(columns, values, strict=False))


class _Lines(Iterator[str]):
    """Lines of which those that a broken row has swallowed can be given back.

    A quote that is not closed swallows all lines up to the next quote, or the end of the file.
    """

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._given_back: list[str] = []
        self._taken: list[str] = []
        self.number = 1  # of the first line of the row that is being read

    def __next__(self) -> str:
        line = self._given_back.pop() if self._given_back else next(self._lines)
        self._taken.append(line)
        return line

    @property
    def raw(self) -> str:
        return "".join(self._taken)

    def begin(self) -> None:
        self.number += len(self._taken)
        self._taken.clear()

    def give_back(self) -> None:
        self._given_back += reversed(self._taken[1:])
        del self._taken[1:]
