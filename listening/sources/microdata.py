"""Microdata of a page, as the HTML standard says, in one walk over it: no page can make that a long one.

The libraries for it walk a page again for each thing on it, and a hostile page holds them for minutes.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

Thing = dict[str, Any]

MOST_THINGS = 20_000
MOST_CHARACTERS = 60_000
"""Of one text."""
MOST_TEXT = 8_000_000
"""Of all texts: one that stands in another is read twice."""
MOST_STEPS = 20_000
"""Elements that are looked at again because an item refers to them."""
MOST_VALUES = 1000
"""Of one property."""
ADDRESSES = {"a": "href", "area": "href", "link": "href", "object": "data"}
VALUES = {"meta": "content", "data": "value", "meter": "value"}
BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"})
UNSEEN = frozenset({"script", "style", "template", "noscript"})


class Reading:
    """What is left of the page's allowance, and the things found so far."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.things: dict[Any, Thing] = {}
        self.text = MOST_TEXT
        self.steps = MOST_STEPS


def things(document: Any, address: str) -> list[Thing]:
    """Every item on the page, the nested ones both in theirs and by themselves."""
    reading = Reading(address)
    _walk(document, None, reading)
    _refer(document, reading)
    return list(reading.things.values())


def _walk(root: Any, outer: Thing | None, reading: Reading, *, is_again: bool = False) -> None:
    """Give each property to the item it stands in. Again: of an item that refers here, only its own."""
    rest: list[tuple[Any, Thing | None]] = [(root, outer)]
    while rest and len(reading.things) < MOST_THINGS and reading.steps > 0:
        node, scope = rest.pop()
        if not isinstance(node.tag, str):
            continue
        reading.steps -= is_again
        is_item = node.get("itemscope") is not None
        if is_item and not is_again:
            reading.things[node] = _item(node)
        inner = reading.things.get(node) if is_item else None
        if scope is not None and node.get("itemprop"):
            _add(scope, node.get("itemprop"), inner if inner is not None else _value(node, reading))
        if not (is_item and is_again):
            within = inner if inner is not None else scope
            rest += [(child, within) for child in reversed(node)]


def _item(node: Any) -> Thing:
    types, name = node.get("itemtype", "").split(), node.get("itemid", "").strip()
    return {**({"@type": types} if types else {}), **({"@id": name} if name else {})}


def _add(scope: Thing, names: str, value: Any) -> None:
    for name in names.split()[:10]:
        before = scope.get(name)
        if before is None and not name.startswith("@"):
            scope[name] = value
        elif isinstance(before, list) and len(before) < MOST_VALUES:
            before.append(value)
        elif not isinstance(before, list) and not name.startswith("@"):
            scope[name] = [before, value]


def _refer(document: Any, reading: Reading) -> None:
    """Properties that stand elsewhere on the page (`itemref`)."""
    referring = [(node, thing) for node, thing in reading.things.items() if node.get("itemref")]
    if not referring:
        return
    places: Mapping[str, Any] = {node.get("id"): node for node in reversed(document.xpath("//*[@id]"))}
    for node, thing in referring:
        for name in node.get("itemref").split()[:20]:
            if name in places and places[name] is not node:
                _walk(places[name], thing, reading, is_again=True)


def _value(node: Any, reading: Reading) -> str:
    if node.tag in VALUES:
        return str(node.get(VALUES[node.tag], ""))
    if (link := node.get(ADDRESSES.get(node.tag, "src"))) and node.tag != "time":
        try:
            return str(urljoin(reading.address, link.strip()))
        except ValueError:
            return ""
    if node.tag == "time" and node.get("datetime"):
        return str(node.get("datetime"))
    return str(node.get("content") or _text(node, reading))


def _text(root: Any, reading: Reading) -> str:
    """The words in it, one block a line."""
    most = min(MOST_CHARACTERS, reading.text)
    pieces: list[str] = []
    for piece in _pieces(root):
        pieces.append(piece[:most])
        most -= len(piece)
        if most <= 0:
            break
    said = "".join(pieces)
    reading.text -= len(said) + len(pieces)
    lines = (" ".join(line.split()) for line in said.split("\x00"))
    return "\n".join(line for line in lines if line)


def _pieces(root: Any) -> Iterator[str]:
    for node in root.iter():
        if node.tag in BREAKS:
            yield "\x00"
        if isinstance(node.tag, str) and node.tag not in UNSEEN and node.text:
            yield node.text
        if node is not root and node.tail:
            yield node.tail
