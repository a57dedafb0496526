"""Google Business Profile: every review of the hospital's own locations, and the owner's answer to each.

Reads: the reviews of the locations in `locations`, one a line, as `accounts/…/locations/…`. Only verified
locations that the connected account manages. Complete and free, stars without words included.

Keys: `client_id`, `client_secret` and `refresh_token` with the scope
`https://www.googleapis.com/auth/business.manage`, from a Google Cloud project that Google has approved for
the Business Profile APIs (the applicant must have managed a verified listing for sixty days).

Limits: 300 calls a minute, 50 reviews a call.

Replies: one to a review, up to 4096 characters; sending again overwrites it. Google looks at each reply
before it shows it, so that a published reply may still be pending there.

Cursor: `parts` holds for every location the reviews its first page had, each with the time of its last
change; a location is read, latest change first, until one of them turns up unchanged. `walk` is where a
location stands half-way.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from django import forms

from listening.sources import rounds
from listening.sources.answers import Rejected
from listening.sources.contract import (
    AuthFailed,
    BadPayload,
    Connection,
    Cursor,
    Forbidden,
    Listening,
    Page,
    Post,
    ReplyWay,
    Sent,
    SourceError,
    Target,
    Thread,
    Unavailable,
    Written,
)
from listening.sources.google_token import Token, access_token, forget
from listening.sources.http import accept, exchange, sending
from listening.sources.options import LinesField, address_field, lines, option
from listening.sources.reading import identifier, mapping, moment, read_each, text
from listening.sources.search import Syntax
from listening.sources.sheet import Sheet

NETWORK = "Google"
API = "https://mybusiness.googleapis.com"
TOKENS = "https://oauth2.googleapis.com"
PAGE_SIZE = 50
STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
LOCATION = re.compile(r"accounts/[\w-]+/locations/[\w-]+\Z")
REVIEW = re.compile(r"accounts/[\w-]+/locations/[\w-]+/reviews/[\w=.~-]+\Z")
REVIEWS_PAGE = "https://business.google.com/reviews"  # the API names no address of a single review


class GoogleOptions(forms.Form):
    locations = LinesField(help_text="One a line: accounts/…/locations/…")
    api_url = address_field(API)


class Google:
    kind = "google"
    label = "Google reviews"
    secrets: tuple[str, ...] = ("client_id", "client_secret", "refresh_token")
    OptionsForm: type[forms.Form] = GoogleOptions
    reply_way: ReplyWay = "api"
    max_reply_characters = 4096
    attribution = "Google"
    sheet = Sheet(
        searches="Every review of the locations that the hospital owns and has verified.",
        history="All of it.",
        replies="Every review, once; a later answer takes the place of the first. Google moderates it.",
        deletions="A review that is no longer listed was taken down; an edit moves it to the top.",
        cost="Free.",
        limits="300 calls a minute. The project must be approved by Google first.",
        cannot_see="Reviews of places that are not ours, and questions asked on the map.",
        keys_url="https://console.cloud.google.com/apis/credentials",
        keys={
            "client_id": "Of the OAuth client in the project that Google approved.",
            "client_secret": "It stands beside the client ID.",
            "refresh_token": "Given when whoever manages the listings allows business.manage.",
        },
        ids="google",
        terms_url="https://developers.google.com/my-business/content/policies",
    )
    syntax: Syntax | None = None
    reads = "Every review of our own locations"

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        """One page of one location: the one half-way, or the first that this round has not read."""
        locations = lines(connection, "locations")
        if not locations:
            return Page((), cursor)
        now = datetime.now(UTC)
        walk = rounds.resumed(cursor.get("walk"), locations, now)
        try:
            answer = _reviews(connection, walk)
        except (Forbidden, Rejected) as error:
            return _failed(error, cursor, walk, locations, now)
        return _page(answer, cursor, walk, locations)

    def reply(self, connection: Connection, target: Target, text: str) -> Sent:
        if not REVIEW.match(target.external_id):
            raise Forbidden("This is not a review of a Google location.")
        token = access_token(connection, _token_site(connection))
        address = f"{_base(connection)}/v4/{quote(target.external_id)}/reply"
        with sending(NETWORK):
            _call(connection, "PUT", address, token, json.dumps({"comment": text}).encode())
        return Sent(f"{target.external_id}/reply", REVIEWS_PAGE)

    def replies_to(self, connection: Connection, target: Target) -> Thread:
        """The one answer of the review itself, whichever of us gave it; a refused one is not public."""
        if not REVIEW.match(target.external_id):
            raise Forbidden("This is not a review of a Google location.")
        address = f"{_base(connection)}/v4/{quote(target.external_id)}"
        found = _call(connection, "GET", address, access_token(connection, _token_site(connection)))
        if not isinstance(found, Mapping) or not found.get("name", found.get("reviewId")):
            raise BadPayload("Google answered with something that is no review.", raw=str(found))
        answer = found.get("reviewReply")
        ours = _ours(answer, target.external_id)
        if ours is None and _is_public(answer):
            raise BadPayload("Google gave an answer of ours without its words.", raw=str(found))
        return Thread([ours] if ours else [], is_whole=True)


def _ours(answer: Any, review: str) -> Written | None:
    words = answer.get("comment") if isinstance(answer, Mapping) and _is_public(answer) else None
    if not isinstance(words, str):
        return None
    return Written(f"{review}/reply", words, REVIEWS_PAGE, moment(answer.get("updateTime")), review)


def _is_public(answer: Any) -> bool:
    return isinstance(answer, Mapping) and answer.get("reviewReplyState") != "REJECTED"


def _reviews(connection: Connection, walk: Mapping[str, Any]) -> Any:
    if not LOCATION.match(walk["part"]):
        raise Forbidden("A location is written accounts/…/locations/…, as Google names it.")
    params = {"pageSize": PAGE_SIZE, "orderBy": "updateTime desc"}
    params |= {"pageToken": walk["token"]} if "token" in walk else {}
    address = f"{_base(connection)}/v4/{walk['part']}/reviews?{urlencode(params)}"
    return _call(connection, "GET", address, access_token(connection, _token_site(connection)))


def _base(connection: Connection) -> str:
    address: str = option(connection, "api_url", API)
    return address.rstrip("/")


def _token_site(connection: Connection) -> str:
    """Where tokens are taken: at Google, or at the test system that stands in for it."""
    return TOKENS if _base(connection) == API else _base(connection)


def _page(answer: Any, cursor: Cursor, walk: dict[str, Any], locations: list[str]) -> Page:
    reviews = answer.get("reviews", _none(answer)) if isinstance(answer, Mapping) else None
    if not isinstance(reviews, list):
        raise BadPayload("Google answered with something that is no list of reviews.", raw=str(answer))
    posts, unreadable = read_each(reviews, lambda item: review(item, walk["part"]))
    ours, _ = read_each(
        reviews,
        lambda item: _ours(mapping(item, "").get("reviewReply"), review(item, walk["part"]).external_id),
    )
    versions = {post.external_id: _changed(post) for post in posts}
    walk.setdefault("seen", versions)
    known = (cursor.get("parts") or {}).get(walk["part"], {})
    is_caught_up = any(known.get(name) == changed for name, changed in versions.items())
    token, is_again, gap = answer.get("nextPageToken"), rounds.repeats(walk, versions), ""
    if isinstance(token, str) and token and token != walk.get("token") and not (is_caught_up or is_again):
        following: Cursor = {"parts": cursor.get("parts", {}), "walk": {**walk, "token": token}}
    else:
        following = _finished(cursor, walk, locations)
        gap = f"{NETWORK} {rounds.REPEATED}" if is_again and token and not is_caught_up else ""
    return Page(posts, following, "walk" in following, unreadable, gap=gap, ours=ours)


def _none(answer: Mapping[str, Any]) -> list[Any] | None:
    """No reviews, if that is what the answer says; an answer about something else is not an empty list."""
    return [] if answer.keys() <= {"averageRating", "totalReviewCount", "nextPageToken"} else None


def _failed(
    error: SourceError, cursor: Cursor, walk: dict[str, Any], locations: list[str], now: datetime
) -> Page:
    if "token" in walk:
        # A page token is no longer taken: read that location from its top.
        again = {name: walk[name] for name in walk if name not in ("token", "seen")}
        return Page((), {**cursor, "walk": again}, has_more=True)
    walk = rounds.counted(walk)
    if rounds.has_failed(walk, locations, now):
        raise error
    gap = f"The reviews of {walk['part']} could not be read: {error.message}"
    following = _finished(cursor, walk, locations)
    return Page((), following, "walk" in following, gap=gap)


def _changed(post: Post) -> str:
    at = post.edited_at or post.published_at
    return at.isoformat() if at else ""


def _finished(cursor: Cursor, walk: Mapping[str, Any], locations: list[str]) -> Cursor:
    """One location is stored whole: its first page is what the next round looks for."""
    parts = {place: known for place, known in cursor.get("parts", {}).items() if place in locations}
    if walk.get("seen"):
        parts[walk["part"]] = walk["seen"]
    following = rounds.following(walk, locations)
    return {"parts": parts, "walk": following} if following else {"parts": parts}


def review(item: Any, location: str) -> Post:
    found = mapping(item, "the review")
    name = text(found, "name") or f"{location}/reviews/{identifier(found, 'reviewId')}"
    reviewer = mapping(found.get("reviewer") or {}, "the reviewer")
    answer = found.get("reviewReply")
    created_at, updated_at = moment(found.get("createTime")), moment(found.get("updateTime"))
    return Post(
        external_id=name,
        text=text(found, "comment"),
        url=REVIEWS_PAGE,
        author_name="" if reviewer.get("isAnonymous") else text(reviewer, "displayName"),
        published_at=created_at or updated_at,
        edited_at=updated_at if created_at != updated_at else None,
        kind="review",
        rating=STARS.get(text(found, "starRating")),
        facility_hint=location,
        replied=_is_public(answer),
    )


def _call(
    connection: Connection, method: str, address: str, token: Token, content: bytes | None = None
) -> Any:
    headers = {"Authorization": f"Bearer {token.text}", "Content-Type": "application/json"}
    answer = exchange(connection, method, address, network=NETWORK, headers=headers, content=content)
    try:
        accept(answer, NETWORK)
    except AuthFailed:
        forget(token)
        if token.is_proven:
            # A token can end before its time. The next call takes a new one, and that answer is final.
            raise Unavailable("Google ended the session early; the next call opens a new one.") from None
        raise
    token.is_proven = True
    return answer.json(NETWORK)


adapter = Google()
