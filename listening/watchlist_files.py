"""A watchlist as a file: YAML that a person can read, keep beside others, and compare line by line. Pure.

    name: Waiting in the North ED
    purpose: Long waits, before they become complaints
    owner: ada
    facility: north
    review: 2027-02-02
    active: true
    queries:
    - '"north ed" wait*'
    - query: '"north ed" NEAR/6 hours'
      note: How people count their wait

Each mistake is named with its line and its key (`plain_yaml`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from yaml import Node, ScalarNode

from listening.plain_yaml import BadFile, bad, claim, composed, dumped, line_of, mapping, sequence, text

MAX_QUERIES = 200
KEYS = ("name", "purpose", "owner", "facility", "review", "active", "queries")
OF_A_QUERY = ("query", "note")
LIMITS = {"name": 120, "purpose": 300, "owner": 150, "facility": 50, "query": 4000, "note": 200}


@dataclass(frozen=True)
class Line:
    """One query, and why it is there."""

    expression: str
    note: str = ""


@dataclass(frozen=True)
class Document:
    """All that the file of a watchlist says."""

    name: str
    purpose: str = ""
    owner: str = ""
    facility: str = ""  # its slug; empty: all of them
    review_on: date | None = None
    is_active: bool = True
    queries: tuple[Line, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict, compare=False)  # the line of each key

    def place(self, key: str) -> str:
        """How an error begins that is about this key."""
        line = self.places.get(key)
        return f"Line {line}, “{key}”: " if line else f"“{key}”: "


def written(document: Document) -> str:
    """As `read` reads it again; the same document always gives the same text."""
    values: dict[str, Any] = {
        "name": document.name,
        "purpose": document.purpose,
        "owner": document.owner,
        "facility": document.facility,
        "review": document.review_on,
        "active": document.is_active,
    }
    said = {key: value for key, value in values.items() if value is not None and value != ""}
    said["queries"] = [_line(each) for each in document.queries]
    return dumped(said)


def _line(line: Line) -> str | dict[str, str]:
    return {"query": line.expression, "note": line.note} if line.note else line.expression


def read(body: str) -> Document:
    """The document that a file says. BadFile names the line and the key that are wrong."""
    root = composed(body)
    values = mapping(root, KEYS, "")
    for key in ("name", "queries"):
        if key not in values:
            raise BadFile(f"The file has no “{key}”. Add a line “{key}: ...”.")
    queries = tuple(_queries(values["queries"]))
    return Document(
        name=_required(values["name"], "name"),
        purpose=_optional(values, "purpose"),
        owner=_optional(values, "owner"),
        facility=_optional(values, "facility"),
        review_on=_date(values.get("review")),
        is_active=claim(values.get("active")),
        queries=queries,
        places={**{key: line_of(node) for key, node in values.items()}, **_places(values["queries"])},
    )


def _places(queries: Node) -> dict[str, int]:
    return {f"queries[{number}]": line_of(each) for number, each in enumerate(queries.value, 1)}


def _queries(node: Node) -> Iterator[Line]:
    listed = sequence(node, "queries", most=MAX_QUERIES, what="each query")
    for place, each in enumerate(listed, 1):
        yield _query(each, f"queries[{place}]")


def _query(node: Node, path: str) -> Line:
    if isinstance(node, ScalarNode):
        return Line(text(node, path, LIMITS["query"]))
    values = mapping(node, OF_A_QUERY, f"{path}.")
    if "query" not in values:
        raise bad(node, path, "has no “query”")
    note = values.get("note")
    return Line(
        text(values["query"], f"{path}.query", LIMITS["query"]),
        text(note, f"{path}.note", LIMITS["note"], may_be_empty=True) if note else "",
    )


def _required(node: Node, key: str) -> str:
    return text(node, key, LIMITS[key])


def _optional(values: dict[str, Node], key: str) -> str:
    return text(values[key], key, LIMITS[key], may_be_empty=True) if key in values else ""


def _date(node: Node | None) -> date | None:
    if node is None or not (day := text(node, "review", 40, may_be_empty=True)):
        return None
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise bad(node, "review", "expected a day such as 2027-02-28") from None
