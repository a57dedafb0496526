"""YAML as people write it here: texts, lists and keys, each mistake named with its line and its key. Pure.

Only the safe events are read. Aliases, tags of other kinds, keys that are not known and keys that are there
twice are refused: an alias can make a small file endless, and a key that is there twice says two things.
"""

from collections.abc import Iterable
from typing import Any

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from listening.wording import UNSTORABLE

MAX_CHARACTERS = 300_000
MAX_DEPTH = 6
TEXTS = {
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value")
}
"""What YAML may take a plain text for."""

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Dumper(yaml.SafeDumper):
    """A list has a line for each of its items, a tuple stands on one."""


Dumper.add_representer(
    tuple, lambda dumper, items: dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)
)


class BadFile(ValueError):
    """Why a file cannot be used, in words for whoever wrote it, with the line and the key."""


def composed(text: str) -> Node:
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


def mapping(node: Node, known: tuple[str, ...], path: str) -> dict[str, Node]:
    if not isinstance(node, MappingNode):
        raise bad(node, path.rstrip(".") or "file", f"expected keys such as “{known[0]}: ...”")
    found: dict[str, Node] = {}
    for key_node, value in node.value:
        key = key_node.value if isinstance(key_node, ScalarNode) else ""
        if key not in known:
            shown = str(key)[:40] or "this"
            raise bad(key_node, f"{path}{shown}", f"is no key here; known are {', '.join(known)}")
        if key in found:
            raise bad(key_node, f"{path}{key}", "is there twice")
        found[key] = value
    return found


def text(node: Node, path: str, limit: int, *, may_be_empty: bool = False) -> str:
    """A plain text, whatever YAML takes it for: `name: 123` is called 123, and a town may be called No."""
    if not isinstance(node, ScalarNode) or node.tag not in TEXTS:
        raise bad(node, path, "expected a text; put it in quotes")
    text = " ".join(node.value.split())
    if node.tag.endswith(":null") and not node.style:
        text = ""
    if not text and not may_be_empty:
        raise bad(node, path, "is empty")
    if len(text) > limit:
        raise bad(node, path, f"is too long: {len(text):,} characters, at most {limit:,}")
    return text


def claim(node: Node | None) -> bool:
    if node is None:
        return True
    if isinstance(node, ScalarNode) and node.tag.endswith(":bool"):
        return node.value.lower() in ("true", "yes", "on")
    raise bad(node, "active", "expected true or false")


def line_of(node: Node) -> int:
    return int(node.start_mark.line) + 1 if node.start_mark else 1


def bad(node: Node, key: str, problem: str) -> BadFile:
    return BadFile(f"Line {line_of(node)}, “{key}”: {problem}.")


def sequence(node: Node, path: str, *, most: int, what: str) -> list[Node]:
    """The items of a list that holds one at least."""
    if not isinstance(node, SequenceNode):
        raise bad(node, path, f"expected a list, {what} on a line of its own that begins with “- ”")
    if not node.value:
        raise bad(node, path, "is empty: write at least one")
    if len(node.value) > most:
        raise bad(node, path, f"holds {len(node.value):,}, at most {most}")
    return list(node.value)


def texts(node: Node, path: str, known: Iterable[str]) -> tuple[str, ...]:
    """One text or a list of them, each of those that are known."""
    listed = node.value if isinstance(node, SequenceNode) else [node]
    known = list(known)
    found: dict[str, None] = {}
    for each in listed:
        value = text(each, path, 100)
        if value not in known:
            raise bad(each, path, f"“{value[:40]}” is not known; known are {', '.join(known)}")
        found[value] = None
    return tuple(found)


def number(node: Node, path: str, least: int, most: int) -> int:
    value = text(node, path, 20)
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise bad(node, path, f"expected a whole number from {least} to {most}")
    return int(value)


def dumped(value: Any) -> str:
    """As it is read again; the same value always gives the same text."""
    return str(yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=1_000_000))
