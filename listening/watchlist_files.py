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

Only the safe events of YAML are read: texts, lists and keys. Aliases, tags of other kinds, keys that are not
known and keys that are there twice are refused with their line and their key.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from listening.wording import UNSTORABLE

MAX_CHARACTERS = 300_000
MAX_DEPTH = 6
MAX_QUERIES = 200
KEYS = ("name", "purpose", "owner", "facility", "review", "active", "queries")
OF_A_QUERY = ("query", "note")
LIMITS = {"name": 120, "purpose": 300, "owner": 150, "facility": 50, "query": 4000, "note": 200}
TEXTS = {
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value")
}
"""What YAML may take a plain text for."""

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Dumper: Any = yaml.SafeDumper


class BadFile(ValueError):
    """Why a file is no watchlist, in words for whoever wrote it, with the line and the key."""


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
    return str(yaml.dump(said, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=1_000_000))


def _line(line: Line) -> str | dict[str, str]:
    return {"query": line.expression, "note": line.note} if line.note else line.expression


def read(text: str) -> Document:
    """The document that a file says. BadFile names the line and the key that are wrong."""
    root = _composed(text)
    values = _mapping(root, KEYS, "")
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
        is_active=_claim(values.get("active")),
        queries=queries,
        places={**{key: _line_of(node) for key, node in values.items()}, **_places(values["queries"])},
    )


def _places(queries: Node) -> dict[str, int]:
    return {f"queries[{number}]": _line_of(each) for number, each in enumerate(queries.value, 1)}


def _composed(text: str) -> Node:
    if len(text) > MAX_CHARACTERS:
        raise BadFile(f"The file is too long: at most {MAX_CHARACTERS:,} characters.")
    if odd := UNSTORABLE.search(text):
        at = text.count("\n", 0, odd.start()) + 1
        raise BadFile(f"Line {at}: it holds a character that cannot be stored.")
    try:
        _refuse_odd(text)
        root = yaml.compose(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"Line {mark.line + 1}, character {mark.column + 1}: " if mark else ""
        raise BadFile(f"{where}this is not YAML: {error.problem or error.context}.") from None
    except (yaml.YAMLError, UnicodeError, ValueError) as error:
        raise BadFile(str(error) if isinstance(error, BadFile) else "This is not YAML.") from None
    if root is None:
        raise BadFile("The file is empty.")
    return root


def _refuse_odd(text: str) -> None:
    """Aliases can make a small file endless, and nesting uses up a parser's stack: neither gets that far."""
    depth = 0
    for event in yaml.parse(text, Loader=Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadFile(f"Line {line}: “&” and “*” names are not used here. Write it out, or in quotes.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise BadFile(f"Line {line}: lists within lists within lists are not used here.")


def _mapping(node: Node, known: tuple[str, ...], path: str) -> dict[str, Node]:
    if not isinstance(node, MappingNode):
        raise _bad(node, path.rstrip(".") or "file", f"expected keys such as “{known[0]}: ...”")
    found: dict[str, Node] = {}
    for key_node, value in node.value:
        key = key_node.value if isinstance(key_node, ScalarNode) else ""
        if key not in known:
            shown = str(key)[:40] or "this"
            raise _bad(key_node, f"{path}{shown}", f"is no key here; known are {', '.join(known)}")
        if key in found:
            raise _bad(key_node, f"{path}{key}", "is there twice")
        found[key] = value
    return found


def _queries(node: Node) -> Iterator[Line]:
    if not isinstance(node, SequenceNode):
        raise _bad(node, "queries", "expected a list, each query on a line of its own that begins with “- ”")
    if not node.value:
        raise _bad(node, "queries", "is empty: write at least one query")
    if len(node.value) > MAX_QUERIES:
        raise _bad(node, "queries", f"holds {len(node.value):,}; a watchlist has at most {MAX_QUERIES}")
    for number, each in enumerate(node.value, 1):
        yield _query(each, f"queries[{number}]")


def _query(node: Node, path: str) -> Line:
    if isinstance(node, ScalarNode):
        return Line(_text(node, path, LIMITS["query"]))
    values = _mapping(node, OF_A_QUERY, f"{path}.")
    if "query" not in values:
        raise _bad(node, path, "has no “query”")
    note = values.get("note")
    return Line(
        _text(values["query"], f"{path}.query", LIMITS["query"]),
        _text(note, f"{path}.note", LIMITS["note"], may_be_empty=True) if note else "",
    )


def _required(node: Node, key: str) -> str:
    return _text(node, key, LIMITS[key])


def _optional(values: dict[str, Node], key: str) -> str:
    return _text(values[key], key, LIMITS[key], may_be_empty=True) if key in values else ""


def _text(node: Node, path: str, limit: int, *, may_be_empty: bool = False) -> str:
    """A plain text, whatever YAML takes it for: `name: 123` is called 123, and a town may be called No."""
    if not isinstance(node, ScalarNode) or node.tag not in TEXTS:
        raise _bad(node, path, "expected a text; put it in quotes")
    text = " ".join(node.value.split())
    if node.tag.endswith(":null") and not node.style:
        text = ""
    if not text and not may_be_empty:
        raise _bad(node, path, "is empty")
    if len(text) > limit:
        raise _bad(node, path, f"is too long: {len(text):,} characters, at most {limit:,}")
    return text


def _date(node: Node | None) -> date | None:
    if node is None or not (text := _text(node, "review", 40, may_be_empty=True)):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _bad(node, "review", "expected a day such as 2027-02-28") from None


def _claim(node: Node | None) -> bool:
    if node is None:
        return True
    if isinstance(node, ScalarNode) and node.tag.endswith(":bool"):
        return node.value.lower() in ("true", "yes", "on")
    raise _bad(node, "active", "expected true or false")


def _line_of(node: Node) -> int:
    return int(node.start_mark.line) + 1 if node.start_mark else 1


def _bad(node: Node, key: str, problem: str) -> BadFile:
    return BadFile(f"Line {_line_of(node)}, “{key}”: {problem}.")
