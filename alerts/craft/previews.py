"""A text as its network will show it: what becomes a link, what is shortened, which line breaks stay."""

import re
from dataclasses import dataclass

from alerts.craft import lengths
from alerts.gate import contacts

SHOWN_OF_A_LINK = 27
TEXT, LINK, HANDLE = "text", "link", "handle"
MARKDOWN_LINK = re.compile(r"\[([^\[\]\n]{1,200})\]\((?:https?://[^\s()]{1,500})\)")
EMPHASIS = re.compile(r"(\*\*|__|~~)(?=\S)([^\n]{1,400}?)(?<=\S)\1")
TAG = re.compile(r"(?<![\w&])#\w{1,100}")
SCHEME = re.compile(r"^(?:https?://)?(?:www\.)?", re.IGNORECASE)


@dataclass(frozen=True)
class Piece:
    kind: str
    text: str


def paragraphs(text: str, network: str) -> list[list[Piece]]:
    said = text.strip().replace("\r\n", "\n")
    if not said:
        return []
    if network == "reddit":
        # Reddit joins lines, and parts paragraphs only at an empty one.
        parts = [" ".join(part.split("\n")) for part in re.split(r"\n\s*\n", said)]
        return [_pieces(EMPHASIS.sub(r"\2", MARKDOWN_LINK.sub(r"\1", part)), network) for part in parts]
    return [_pieces(said, network)]


def _pieces(text: str, network: str) -> list[Piece]:
    if network == "google":
        # Nothing in a reply to a review can be pressed.
        return [Piece(TEXT, text)]
    marks = [(start, end, LINK) for start, end in lengths.links(text)]
    names = [span for span, _ in contacts.handles(text.lower())] if len(text.lower()) == len(text) else []
    marks += [(start, end, HANDLE) for start, end in names]
    if network == "x":
        marks += [(*hit.span(), HANDLE) for hit in TAG.finditer(text)]
    pieces, at = [], 0
    for start, end, kind in sorted(marks):
        if start < at:
            continue
        if text[at:start]:
            pieces.append(Piece(TEXT, text[at:start]))
        said = text[start:end]
        pieces.append(Piece(kind, _shortened(said) if kind == LINK and network == "x" else said))
        at = end
    return [*pieces, Piece(TEXT, text[at:])] if text[at:] else pieces


def _shortened(link: str) -> str:
    bare = SCHEME.sub("", link)
    return bare if len(bare) <= SHOWN_OF_A_LINK else f"{bare[:SHOWN_OF_A_LINK]}\u2026"
