"""What a post tells of who somebody is, and so is named on screens instead of shown."""

from collections.abc import Iterable, Sequence

from listening.models import Mention
from listening.reading import identifiers
from listening.reading.identifiers import Identifier, Span

SLACK = 64
"""Characters read behind those that are shown of a longer text: one cut in two would not be known."""


def in_text(mention: Mention, text: str, own: Iterable[Span] = ()) -> Sequence[Identifier]:
    """Of a mention's text, or of its beginning. `own` are the spans that our queries matched."""
    return _kept(mention, "text", text, own)


def in_title(mention: Mention) -> Sequence[Identifier]:
    return _kept(mention, "title", mention.title, ())


def _kept(mention: Mention, part: str, text: str, own: Iterable[Span]) -> Sequence[Identifier]:
    kept = mention.identifiers.get(part)
    if kept is None:
        # Stored before identifiers were read.
        return identifiers.find(text, own)
    return [Identifier(kind, start, end) for kind, start, end in kept]


def words(kind: str) -> str:
    return f"[{identifiers.KINDS[kind].words}]"
