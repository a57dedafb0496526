"""What `match` is asked about one post, and what it answers."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from listening import jsonlines
from listening.jsonlines import Answer, Item
from listening.queries.asked import Asked
from listening.queries.matching import Single
from listening.reading import languages

Places = Callable[[Asked], tuple[str, ...]]
"""The facilities that a post speaks of, looked up."""


def answering(single: Single, places: Places) -> Answer:
    """Answers by one expression. `places` is asked only where the expression asks for a facility and the post
    does not bring its own."""
    return partial(_answer, single=single, places=places)


def _answer(item: Item, *, single: Single, places: Places) -> dict[str, Any]:
    asked = _asked(item, single.fields)
    if "facility" in single.fields and not asked.facilities:
        asked = replace(asked, facilities=places(asked))
    hit = single.find(asked)
    return {"id": item.get("id"), "matched": hit is not None, "spans": hit.spans if hit else []}


def _asked(item: Item, fields: frozenset[str]) -> Asked:
    text, title = jsonlines.text(item, "text", required=True), jsonlines.text(item, "title")
    rating, language = jsonlines.rating(item), jsonlines.text(item, "language")
    return Asked(
        text,
        title,
        author=jsonlines.text(item, "author"),
        url=jsonlines.text(item, "url"),
        site=jsonlines.text(item, "site"),
        language=languages.read(f"{title}\n{text}", language) if "lang" in fields else language,
        rating=rating,
        source=f"{jsonlines.text(item, 'source')} {jsonlines.text(item, 'network')}",
        kind=jsonlines.text(item, "kind") or ("post" if rating is None else "review"),
        facilities=_facilities(item),
    )


def _facilities(item: Item) -> tuple[str, ...]:
    if "facilities" in item:
        return jsonlines.texts(item, "facilities")
    named = jsonlines.text(item, "facility")
    return (named,) if named else ()
