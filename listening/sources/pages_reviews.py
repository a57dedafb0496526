"""Reviews and averages of a page as posts."""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from listening.sources import plain
from listening.sources.contract import Post, Unreadable
from listening.sources.pages_markup import Markup, Thing, types_of
from listening.sources.reading import Odd, moment, read_each

REVIEWS = frozenset({"Review", "UserReview", "CriticReview", "Recommendation"})
AVERAGES = frozenset({"AggregateRating"})
MOST_REVIEWS = 1000
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
OUT_OF = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(?:/|of|out of|von|de)\s*(\d+)\b")


@dataclass(frozen=True)
class Found:
    posts: list[Post]
    unreadable: list[Unreadable]
    is_about_reviews: bool  # whether the page holds any, or at least an average
    onward: str = ""  # its next page, where there is one


def found(markup: Markup, address: str) -> Found:
    names = _names(markup.things)
    marked = [thing for thing in markup.things if types_of(thing) & REVIEWS and not _is_reference(thing)]
    reviews, odd = read_each(marked[:MOST_REVIEWS], lambda thing: review(thing, address))
    averages, _ = read_each(_averages(markup.things, names), lambda pair: average(pair, address))
    broken = [Unreadable("a block of the page is no JSON", script[:65536]) for script in markup.broken]
    is_about = bool(reviews or odd or averages or broken)
    return Found([*_once(reviews, address), *_first(averages)], [*odd, *broken], is_about)


def _is_reference(thing: Thing) -> bool:
    """Only a pointer to a review that stands elsewhere on the page."""
    return thing.keys() <= {"@id", "@type"}


def _names(things: Sequence[Thing]) -> dict[str, str]:
    return {
        one["@id"]: words(one["name"]) for one in things if isinstance(one.get("@id"), str) and "name" in one
    }


def review(thing: Thing, address: str) -> Post:
    said = words(thing.get("reviewBody")) or words(thing.get("description")) or words(thing.get("text"))
    title = words(thing.get("headline")) or words(thing.get("name"))
    stars = rating(thing.get("reviewRating"))
    if not said and not title and stars is None:
        raise Odd("the review has neither words nor stars")
    return Post(
        external_id=own_address(thing, address),
        text=said or title,
        url=own_address(thing, address) or address,
        author_name=words(thing.get("author")) or words(thing.get("creator")),
        title=title,
        published_at=date(thing.get("datePublished")) or date(thing.get("dateCreated")),
        edited_at=date(thing.get("dateModified")),
        kind="review",
        rating=stars,
        language=_language(thing.get("inLanguage")),
        facility_hint=address,
    )


def words(value: Any) -> str:
    """The plain text of a value: of a list its first, of an object its name."""
    for _ in range(5):
        if isinstance(value, list):
            value = value[0] if value else ""
        elif isinstance(value, Mapping):
            value = value.get("name", value.get("@value", ""))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return plain.from_html(value).strip() if isinstance(value, str) else ""


def rating(value: Any) -> int | None:
    """Stars from 1 to 5, whatever the scale of the site; None where it can't be told."""
    given, best = _out_of(value)
    if given is None or not best or not 0 <= given <= best:
        return None
    return max(1, min(5, math.floor(given / best * 5 + 0.5)))


def _out_of(value: Any) -> tuple[float | None, float]:
    if isinstance(value, list):
        value = value[0] if value else None
    thing = value if isinstance(value, Mapping) else {"ratingValue": value}
    said = thing.get("ratingValue")
    if isinstance(said, str) and (pair := OUT_OF.match(said)):
        return _number(pair[1]), _number(pair[2]) or 0
    best = _number(thing.get("bestRating"))
    return _number(said), 5 if best is None else best


def _number(value: Any) -> float | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, str):
        read = NUMBER.search(value) if len(value) < 100 else None
        return float(read[0].replace(",", ".")) if read else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e9 else None


def date(value: Any) -> datetime | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, str):
        return None
    if (read := moment(value.strip())) is not None:
        return read
    try:
        return moment(parsedate_to_datetime(value.strip()).isoformat())
    except (ValueError, IndexError, TypeError, OverflowError):
        return None


def _language(value: Any) -> str:
    return words(value).lower().replace("_", "-").partition("-")[0][:8]


def own_address(thing: Thing, address: str) -> str:
    """The address of this one review; empty where it has none but that of the whole page.

    A bare #3 is the third of the page today and another one tomorrow.
    """
    for value in (thing.get("@id"), thing.get("url")):
        link = value.strip() if isinstance(value, str) else ""
        if not link or link.startswith("#") or len(link) > 1000:
            continue
        try:
            whole = urljoin(address, link)
            is_web = urlsplit(whole).scheme in ("http", "https")
        except ValueError:
            continue
        if is_web and whole.rstrip("/") != address.rstrip("/"):
            return whole
    return ""


def _once(reviews: Sequence[Post], address: str) -> list[Post]:
    """Each review once, though the page marks it up in two ways, by its address or else by what it says."""
    shared = Counter(post.external_id for post in _distinct(reviews))
    kept: list[Post] = []
    for post in _distinct(reviews):
        is_own = post.external_id and shared[post.external_id] == 1
        kept.append(post if is_own else replace(post, external_id=digest(post, address)))
    return kept


def _distinct(reviews: Sequence[Post]) -> list[Post]:
    said: dict[tuple[str, str, object], Post] = {}
    for post in reviews:
        key = (post.author_name, post.text, post.published_at)
        if key not in said or not said[key].external_id:
            said[key] = post
    return list(said.values())


def digest(post: Post, address: str) -> str:
    said_at = post.published_at.isoformat() if post.published_at else ""
    return f"{_short(address)}:{_short(chr(31).join((post.author_name, said_at, post.text)))}"


def _short(said: str) -> str:
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _averages(things: Sequence[Thing], names: Mapping[str, str]) -> list[tuple[str, Thing]]:
    """What is rated, and its average: whichever of the two holds the other."""
    pairs = [(words(one.get("name")), one.get("aggregateRating")) for one in things]
    pairs += [(_reviewed(one, names), one) for one in things if types_of(one) & AVERAGES]
    return [(name, one) for name, one in pairs if isinstance(one, Mapping)]


def _reviewed(one: Thing, names: Mapping[str, str]) -> str:
    about = one.get("itemReviewed")
    known = names.get(str(about.get("@id", "")), "") if isinstance(about, Mapping) else ""
    return words(about) or known


def average(pair: tuple[str, Thing], address: str) -> Post:
    """An average as something that is said once: a new one when it has moved by a tenth of a star."""
    name, one = pair
    given, best = _out_of(one)
    if given is None or not best or not 0 <= given <= best:
        raise Odd("the average has no number")
    stars = f"{given / best * 5:.1f}"
    site = urlsplit(address).hostname or ""
    return Post(
        external_id=f"{_short(address)}:rated:{stars}",
        text=f"{name or 'This page'} is rated {stars} of 5 on {site}.",
        url=address,
        kind="average",
        facility_hint=address,
    )


def _first(averages: Sequence[Post]) -> list[Post]:
    """Of one thing the average stands on the page once with its name, and once by itself."""
    named = [post for post in averages if not post.text.startswith("This page ")]
    return list({post.external_id: post for post in reversed(named or averages)}.values())
