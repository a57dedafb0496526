"""Labelled sets as they lie in a folder: `<sub-folder>/<name>_<any part>.<csv, tsv or json>`."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ENDINGS = (".csv", ".tsv", ".json")
csv.field_size_limit(64 * 1024 * 1024)  # the library's own limit is 128 KB


class BadSet(Exception):
    """A set that cannot be read, with the file and the row."""


@dataclass(frozen=True)
class Row:
    path: Path
    number: int  # 1 for the first row of data
    fields: dict[str, Any]

    def text(self, column: str) -> str:
        found = self.fields.get(column)
        if not isinstance(found, str):
            raise self.bad(f"has no text in the column {column!r}")
        return found

    def number_in(self, column: str) -> float | None:
        """The number there, or None where people wrote something else."""
        try:
            return float(self.text(column))
        except ValueError:
            return None

    def bad(self, says: str) -> BadSet:
        return BadSet(f"{self.path.parent.name}/{self.path.name}, row {self.number}: {says}.")


def find(folder: Path, sub: str, name: str) -> Path | None:
    """The file of a set, known by its name up to the last underscore."""
    inside = folder / sub
    if not inside.is_dir():
        return None
    found = (each for each in sorted(inside.iterdir()) if each.suffix in ENDINGS)
    return next((each for each in found if each.stem.rpartition("_")[0] == name), None)


def rows(path: Path, columns: Sequence[str] | None = None) -> list[Row]:
    """All rows of a set. `columns` names them where the file itself does not."""
    read = _json(path) if path.suffix == ".json" else _table(path, columns)
    return [Row(path, number, fields) for number, fields in enumerate(read, start=1)]


def _json(path: Path) -> Iterator[dict[str, Any]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8", errors="replace"))
    except ValueError as error:
        raise BadSet(f"{path.parent.name}/{path.name}: no JSON ({error}).") from error
    for number, each in enumerate(found if isinstance(found, list) else [found], start=1):
        if not isinstance(each, dict):
            raise BadSet(f"{path.parent.name}/{path.name}, row {number}: not an object.")
        yield each


def _table(path: Path, columns: Sequence[str] | None) -> Iterator[dict[str, Any]]:
    is_tabbed = path.suffix == ".tsv"
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.DictReader(
            file,
            columns,
            delimiter="\t" if is_tabbed else ",",
            quoting=csv.QUOTE_NONE if is_tabbed else csv.QUOTE_MINIMAL,
        )
        try:
            yield from reader
        except csv.Error as error:
            raise BadSet(f"{path.parent.name}/{path.name}, near line {reader.line_num}: {error}.") from error
