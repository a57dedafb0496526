"""Yelp: up to three excerpts of reviews of each business, as Yelp chooses them.

Reads: `/v3/businesses/{id}/reviews` of the businesses in `businesses`, one a line, by id or by the name in
the address of its page. Yelp gives at most three reviews, none of them whole, in an order of its own: one
that is never among them is never seen here. It also says how many there are; when that number grows and no
new review is among the three, the poll says so, for somebody to look at the page.

Keys: `api_key`. Reviews need a plan above the smallest one.

Limits: a number of calls a day, 300 on trial, that begins anew at midnight UTC. Too many in one second, and
all of a day's used up, are both 429; the code in the body tells them apart.

Replies: none from here. Yelp lets only its partners answer; the link leads to the review.

How long Yelp lets its words be kept was not found in writing; twenty-four hours is from memory. The careful
side was taken: words are erased after a day, and nothing of them is exported.

Cursor: `parts` holds for each business how many reviews it had, and the ids that were seen; `walk` is the
business that is next in a round.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django import forms

from listening.sources import rounds
from listening.sources.answers import Rejected, believable, number
from listening.sources.contract import (
    BadPayload,
    Connection,
    Cursor,
    Forbidden,
    Listening,
    Page,
    Post,
    QuotaExhausted,
    Rate,
    RateLimited,
    ReplyWay,
    Sent,
    SourceError,
    Target,
)
from listening.sources.http import Answer, accept, exchange
from listening.sources.options import LinesField, address_field, lines, option, secret
from listening.sources.reading import identifier, mapping, moment, read_each, text
from listening.sources.search import Syntax
from listening.sources.sheet import Sheet, Terms

NETWORK = "Yelp"
API = "https://api.yelp.com"
ZONE = ZoneInfo("America/Los_Angeles")  # its times name no zone, and are Pacific
MOST_REMEMBERED = 200
SOON = timedelta(minutes=1)
TOO_FAST = b"TOO_MANY_REQUESTS_PER_SECOND"
USED_UP = b"ACCESS_LIMIT_REACHED"


class YelpOptions(forms.Form):
    businesses = LinesField(help_text="One a line: the last part of the address of its Yelp page.")
    api_url = address_field(API)


class Yelp:
    kind = "yelp"
    label = "Yelp reviews"
    secrets: tuple[str, ...] = ("api_key",)
    OptionsForm: type[forms.Form] = YelpOptions
    reply_way: ReplyWay = "link_out"
    max_reply_characters = 5000
    attribution = "Yelp"
    sheet = Sheet(
        searches="Up to three excerpts of reviews of each named business, as Yelp chooses them.",
        history="Only what is among the three.",
        replies="None from here: Yelp lets only its partners. The link leads to the review.",
        deletions="Not told. A review may leave the three for other reasons, too.",
        cost="A paid plan of Yelp's; the smallest one is said to hold no reviews.",
        limits="A number of calls a day, by the plan: 300 on trial. It begins anew at midnight UTC.",
        cannot_see="Every review that is not among the three, and the rest of each excerpt.",
        keys_url="https://www.yelp.com/developers/v3/manage_app",
        keys={"api_key": "It stands under Manage App, once a plan is chosen."},
        ids="yelp",
        terms=Terms(may_export=False, keep_for=timedelta(hours=24)),
    )
    syntax: Syntax | None = None
    reads = "What Yelp shows of the chosen businesses"

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        """The next business of the round."""
        businesses = lines(connection, "businesses")
        if not businesses:
            return Page((), cursor)
        now = datetime.now(UTC)
        walk = rounds.resumed(cursor.get("walk"), businesses, now)
        try:
            answer = _ask(connection, walk["part"], now)
        except (Forbidden, Rejected) as error:
            return _failed(error, cursor, walk, businesses, now)
        return _page(answer, cursor, walk, businesses, now)

    def reply(self, connection: Connection, target: Target, text: str) -> Sent:
        raise Forbidden("Yelp lets only its partners answer. Open the review and answer there.")


def _ask(connection: Connection, business: str, now: datetime) -> Answer:
    base = str(option(connection, "api_url", API)).rstrip("/")
    address = f"{base}/v3/businesses/{quote(business, safe='')}/reviews?sort_by=yelp_sort"
    headers = {"Authorization": f"Bearer {secret(connection, 'api_key', NETWORK)}"}
    answer = exchange(connection, "GET", address, network=NETWORK, headers=headers)
    if answer.status == 429 and (error := _limit(answer, now)):
        raise error
    return accept(answer, NETWORK)


def _limit(answer: Answer, now: datetime) -> SourceError | None:
    """Which of its two limits was met: the one of a second is over soon, the other with the day."""
    raw = answer.body[:65536].decode("utf-8", "replace")
    if USED_UP in answer.body:
        ends_at = moment(answer.headers.get("ratelimit-resettime")) or _midnight(now)
        message = "Yelp: the calls of this day are used up."
        return QuotaExhausted(message, retry_at=believable(ends_at, now), raw=raw)
    if TOO_FAST in answer.body:
        return RateLimited("Yelp was asked too fast.", retry_at=now + SOON, raw=raw)
    return None


def _midnight(now: datetime) -> datetime:
    return (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def rate(headers: Mapping[str, str], now: datetime) -> Rate:
    left = number(headers.get("ratelimit-remaining"))
    ends_at = moment(headers.get("ratelimit-resettime"))
    is_fine = ends_at is not None and ends_at == believable(ends_at, now)
    return Rate(None if left is None else max(0, int(left)), ends_at if is_fine else None)


def _page(answer: Answer, cursor: Cursor, walk: dict[str, Any], businesses: list[str], now: datetime) -> Page:
    found = answer.json(NETWORK)
    reviews = found.get("reviews") if isinstance(found, Mapping) else None
    if not isinstance(reviews, list):
        raise BadPayload("Yelp answered with something that is no list of reviews.", raw=str(found))
    business = walk["part"]
    posts, unreadable = read_each(reviews, partial(review, business=business))
    before = (cursor.get("parts") or {}).get(business)
    total = found.get("total")
    total = total if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None
    seen = [post.external_id for post in posts]
    known = _remembered(before, total, seen)
    following = rounds.finished(cursor, walk, businesses, known)
    gap = unseen(business, before, total, seen)
    return Page(posts, following, "walk" in following, unreadable, rate(answer.headers, now), gap=gap)


def _remembered(before: dict[str, Any] | None, total: int | None, seen: list[str]) -> dict[str, Any]:
    old = before or {}
    ids = list(dict.fromkeys([*seen, *old.get("ids", [])]))[:MOST_REMEMBERED]
    return {"total": old.get("total") if total is None else total, "ids": ids}


def unseen(business: str, before: dict[str, Any] | None, total: int | None, seen: list[str]) -> str:
    """What Yelp counts and does not show, in words; empty when all that is new was among these."""
    if total is None:
        return ""
    if before is None or before.get("total") is None:
        missed = total - len(seen)
        told = f"The other {missed} are not seen here"
    else:
        missed = total - before["total"] - len(set(seen) - set(before.get("ids", [])))
        told = f"{missed} new {'one is' if missed == 1 else 'ones are'} not among them"
    if missed <= 0:
        return ""
    return f"Yelp shows {len(seen)} of {total} reviews of {business[:60]}. {told}; look at its page."


def review(item: Any, business: str) -> Post:
    found = mapping(item, "the review")
    user = mapping(found.get("user") or {}, "the user")
    stars = found.get("rating")
    return Post(
        external_id=identifier(found, "id"),
        text=text(found, "text"),
        url=text(found, "url") or f"https://www.yelp.com/biz/{quote(business, safe='')}",
        author_id=text(user, "id"),
        author_name=text(user, "name"),
        published_at=pacific(found.get("time_created")),
        kind="review",
        rating=stars if isinstance(stars, int) and not isinstance(stars, bool) and 1 <= stars <= 5 else None,
        facility_hint=business,
    )


def pacific(value: object) -> datetime | None:
    """A time that names no zone; one that does keeps it."""
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
        return read and (read if read.tzinfo else read.replace(tzinfo=ZONE)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _failed(
    error: SourceError, cursor: Cursor, walk: dict[str, Any], businesses: list[str], now: datetime
) -> Page:
    walk = rounds.counted(walk)
    if rounds.has_failed(walk, businesses, now):
        raise error
    known = (cursor.get("parts") or {}).get(walk["part"])
    following = rounds.finished(cursor, walk, businesses, known)
    return Page((), following, "walk" in following, gap=f"{walk['part'][:60]}: {error.message}")


adapter = Yelp()
