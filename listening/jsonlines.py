"""One JSON object a line in, one a line out: how other programs speak with our commands.

Each line is answered before the next is read. A line that cannot be answered gets {"error": ...} in its
place. Answers are plain ASCII, so that no locale and no half character can stop one.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from listening.intake import UNREADABLE

Item = Mapping[str, Any]
Answer = Callable[[Item], dict[str, Any]]


ENCODER = json.JSONEncoder(allow_nan=False)  # NaN is no JSON


class Out(Protocol):
    def write(self, said: str, /) -> object: ...
    def flush(self) -> object: ...
    def fileno(self) -> int: ...


class BadLine(ValueError):
    """What is wrong with a line, in words for whoever sent it."""


def converse(lines: Iterable[bytes], out: Out, answer: Answer) -> None:
    try:
        for line in answered(lines, answer):
            out.write(f"{line}\n")
            out.flush()
    except BrokenPipeError:
        # Whoever listened has gone. Python writes what it still holds when it ends: to nowhere, then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


def answered(lines: Iterable[bytes], answer: Answer) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        try:
            yield ENCODER.encode(answer(parsed(line)))
        except UNREADABLE as error:
            said = str(error) if isinstance(error, BadLine) else f"it cannot be read ({type(error).__name__})"
            yield json.dumps({"error": f"line {number}: {said}"})


def parsed(line: bytes) -> Item:
    try:
        return loaded(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadLine(f"not UTF-8 at byte {error.start + 1}") from None


def loaded(line: str) -> dict[str, Any]:
    try:
        item = json.loads(line, parse_constant=_refuse)
    except BadLine:
        raise
    except RecursionError:
        raise BadLine("nested too deeply") from None
    except json.JSONDecodeError as error:
        raise BadLine(f"not JSON at character {error.pos + 1}") from None
    except ValueError:
        raise BadLine("not JSON that can be read: a number is too long") from None
    if not isinstance(item, dict):
        raise BadLine("not a JSON object")
    return item


def _refuse(constant: str) -> None:
    raise BadLine(f"not JSON: {constant} is no number")


def text(item: Item, name: str, *, required: bool = False) -> str:
    """The string under that name; empty when absent or null."""
    value = item.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str):
        raise BadLine(f"{name} must be a string" if name in item else f"{name} is missing")
    return value


def texts(item: Item, name: str) -> tuple[str, ...]:
    value = item.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise BadLine(f"{name} must be a list of strings")
    return tuple(value)


def rating(item: Item) -> int | None:
    value = item.get("rating")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value not in range(1, 6):
        raise BadLine("rating must be a whole number from 1 to 5")
    return int(value)
