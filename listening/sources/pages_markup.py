"""What a page says of itself in schema.org's words: as JSON-LD, each block by itself, and as microdata.

A page is only read: no script of it runs, nothing it names is fetched, and of its reviews only words remain.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import lxml.etree
import lxml.html

from listening.sources import microdata
from listening.sources.contract import BadPayload

Thing = Mapping[str, Any]

MOST_BYTES = 4 * 1024 * 1024
MOST_BLOCKS = 200
MOST_THINGS = 20_000
TEXT = r'"(?:\\.|[^"\\])*(?:"|\Z)'
COMMENT = re.compile(rf"{TEXT}|//[^\n]*()|/\*(?:.*?\*/|.*)()", re.DOTALL)
COMMA_TOO_MANY = re.compile(rf"{TEXT}|,\s*([}}\]])", re.DOTALL)
NEXT = "//*[self::link or self::a][contains(concat(' ', normalize-space(@rel), ' '), ' next ')]/@href"
SPEAKS_OF_REVIEWS = ("review", "rating")


@dataclass
class Markup:
    things: list[Thing] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)  # blocks that speak of reviews and can't be read
    following: str = ""  # where the page says that its next one is


def read(body: bytes, content_type: str, address: str, network: str) -> Markup:
    """Every thing on the page, the nested ones too. BadPayload where it is no page, or too large for one."""
    if len(body) > MOST_BYTES:
        raise BadPayload(f"{network} answered with a page that is too large to be read.")
    document = _parsed(body, content_type, network)
    found = Markup()
    for block in document.xpath("//script[contains(@type, 'ld+json')]")[:MOST_BLOCKS]:
        _json_ld("".join(block.itertext()), found)
    found.things += microdata.things(document, address)
    found.following = next((str(each).strip() for each in document.xpath(NEXT)), "")
    return found


def _parsed(body: bytes, content_type: str, network: str) -> Any:
    parser = lxml.html.HTMLParser(encoding=_encoding(body, content_type), no_network=True)
    try:
        return lxml.html.document_fromstring(body, parser=parser)
    except (lxml.etree.LxmlError, ValueError, LookupError):
        raise BadPayload(
            f"{network} answered with something that is no page.", raw=_beginning(body)
        ) from None


def _encoding(body: bytes, content_type: str) -> str | None:
    """As the answer says, else UTF-8 where it is that; else the page itself says it."""
    _, _, said = content_type.lower().partition("charset=")
    for name in (said.strip(" \"';"), "utf-8"):
        try:
            body.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
        return name
    return None


def _beginning(body: bytes) -> str:
    return body[:65536].decode("utf-8", "replace")


def _json_ld(script: str, found: Markup) -> None:
    for words in _variants(script):
        try:
            read = json.loads(words, strict=False)
        except (ValueError, RecursionError):
            continue
        found.things += _walked(read)
        return
    if any(word in script.lower() for word in SPEAKS_OF_REVIEWS):
        found.broken.append(script)


def _variants(script: str) -> Iterator[str]:
    """As it stands, then without what wraps it, then without comments and commas too many."""
    yield script
    bare = script.strip().removeprefix("<!--").removesuffix("-->").strip()
    bare = (
        bare.removeprefix("//<![CDATA[").removesuffix("//]]>").removeprefix("<![CDATA[").removesuffix("]]>")
    )
    yield bare.strip().rstrip(";")
    yield COMMA_TOO_MANY.sub(_kept, COMMENT.sub(_kept, bare))


def _kept(found: re.Match[str]) -> str:
    """A text of the JSON stays; what stands between the texts goes, but for a closing bracket."""
    return found[0] if found[0].startswith('"') else found[1] or " "


def _walked(value: Any) -> list[Thing]:
    """Every object in it, the outer before the inner; without recursion, however deep it is."""
    things: list[Thing] = []
    rest = [value]
    while rest and len(things) < MOST_THINGS:
        one = rest.pop()
        if isinstance(one, Mapping):
            things.append(one)
            rest += reversed(list(one.values()))
        elif isinstance(one, list):
            rest += reversed(one)
    return things


def types_of(thing: Thing) -> set[str]:
    """`Review` of "Review", "schema:Review", ["http://schema.org/Review", ...]."""
    said = thing.get("@type")
    every = said if isinstance(said, list) else [said]
    return {
        each.rstrip("/").replace("#", "/").split("/")[-1].split(":")[-1]
        for each in every
        if isinstance(each, str)
    }
