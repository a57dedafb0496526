"""Reddit: submissions that hold the watchlist's words, and every comment of chosen subreddits.

Reads: search, which knows submissions only, over all of Reddit or the subreddits in `subreddits`; and, when
subreddits are chosen, their newest comments, which are then matched here.

Keys: `client_id` and `client_secret` of an app that Reddit has approved (its Responsible Builder Policy;
apply first, a hospital's own use may count as commercial). To reply, either `username` and `password` of a
script app, or the `refresh_token` of a web app.

Limits: 100 calls a minute. A listing ends after about a thousand entries; when more came between two polls,
the source says that some may be missing. Whatever is deleted at Reddit must be deleted here as well.

Replies: through the API. A locked, deleted or archived thread refuses them. What we said is read back from
the account's own comments.

Cursor: `parts` holds for every listing the names its first page had when it was last read to the end; a
listing is read until one of them turns up again. `walk` is where a listing stands half-way.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from praw.exceptions import RedditAPIException

from listening.sources import reddit_rechecks, reddit_replies, reddit_things, search
from listening.sources.contract import (
    AuthFailed,
    Connection,
    Cursor,
    Fate,
    Forbidden,
    Listening,
    Page,
    RateLimited,
    ReplyWay,
    SendUnknown,
    Sent,
    SourceError,
    Target,
    Thread,
)
from listening.sources.http import sending
from listening.sources.options import BackfillForm, address_field, option
from listening.sources.reading import moment, read_each, unix
from listening.sources.reddit_line import API, NETWORK, Line, call, guarded
from listening.sources.sheet import Sheet, Terms

SYNTAX = search.Syntax(
    network=NETWORK,
    longest=512,
    excludes="NOT ",
    author="author:",
    handle=re.compile(r"[A-Za-z0-9_-]{3,20}"),
    is_exact=False,  # it also finds other forms of a word
)
PAGE_SIZE = 100
MOST_PAGES = 12  # beyond a listing's thousand entries: only an answer that goes in circles gets here
WAIT = re.compile(r"(\d+)\s*(millisecond|second|minute|hour)")
SPANS = {
    "millisecond": timedelta(seconds=1),
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
}


@dataclass(frozen=True)
class Asked:
    """One listing of a round."""

    path: str
    params: dict[str, str | int]


def are_communities(written: str) -> None:
    """One that is left out in silence would have the others read, or all of Reddit."""
    wrong = next((name.strip() for name in written.split(",") if name.strip() and not subreddits(name)), "")
    if wrong:
        raise forms.ValidationError(f"{wrong[:60]} is no community's name. Write r/yourtown, r/nursing.")


class RedditOptions(BackfillForm):
    subreddits = forms.CharField(
        required=False,
        validators=[are_communities],
        help_text="Separated by commas. Empty: all of Reddit, submissions only.",
    )
    own_handle = forms.CharField(
        required=False, help_text="The hospital's own account; its posts are skipped."
    )
    api_url = address_field(API)


class Reddit:
    kind = "reddit"
    label = "Reddit"
    secrets: tuple[str, ...] = ("client_id", "client_secret", "username", "password", "refresh_token")
    OptionsForm: type[forms.Form] = RedditOptions
    reply_way: ReplyWay = "api"
    max_reply_characters = 10_000
    attribution = "Reddit"
    sheet = Sheet(
        searches="Submissions anywhere by their words; comments only in the communities that are named.",
        history="About a month of submissions by search, the newest 1,000 comments.",
        replies="By the hospital's own account, where a thread is open.",
        deletions="Stored posts and comments are looked up again.",
        cost="Free within the limits; commercial use needs a contract with Reddit.",
        limits="100 calls a minute. A new application must be approved by Reddit first.",
        cannot_see="Private communities, chats, and comments outside the named communities.",
        keys_url="https://www.reddit.com/prefs/apps",
        keys={
            "client_id": "It stands under the name of the app.",
            "client_secret": "It stands beside “secret”.",
            "username": "Only to answer, with an app of the type script: the hospital's account.",
            "password": "Only to answer, with an app of the type script.",
            "refresh_token": "Only to answer, with an app of the type web; it needs no name and password.",
        },
        ids="reddit",
        terms_url="https://redditinc.com/policies/data-api-terms",
        terms=Terms(recheck_every=timedelta(hours=12)),
    )
    syntax: search.Syntax | None = SYNTAX
    reads = "Submissions that Reddit's search finds, and every comment of the chosen communities"

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        """One page of one listing: the one half-way, or the first that this round has not read."""
        parts = listings(queries, subreddits(option(connection, "subreddits")))
        if not parts:
            return Page((), cursor)
        now = datetime.now(UTC)
        walk = resumed(
            cursor, list(parts), now - timedelta(hours=int(option(connection, "backfill_hours", 24)))
        )
        asked = parts[walk["part"]]
        params = asked.params | ({"after": walk["after"]} if "after" in walk else {})

        def listing(line: Line) -> tuple[Any, Line]:
            return guarded(lambda: line.reddit.request(method="GET", path=asked.path, params=params)), line

        answer, line = call(connection, listing)
        return _page(connection, answer, line, cursor, walk, list(parts))

    def reply(self, connection: Connection, target: Target, text: str) -> Sent:
        return call(connection, lambda line: _publish(line, target, text))

    most_rechecked = reddit_rechecks.MOST

    def recheck(self, connection: Connection, ids: Sequence[str]) -> dict[str, Fate]:
        return call(connection, lambda line: reddit_rechecks.read(line, ids))

    def replies_to(self, connection: Connection, target: Target) -> Thread:
        own = option(connection, "own_handle") or connection.secrets.get("username", "")
        return call(connection, lambda line: reddit_replies.read(line, target, own.removeprefix("u/")))


def subreddits(written: str) -> list[str]:
    """The names in the option, without r/ and whatever cannot be in a name."""
    names = (re.sub(r"^/?r/|/$", "", name.strip()) for name in written.split(","))
    return list(dict.fromkeys(name for name in names if re.fullmatch(r"\w{1,50}", name, re.ASCII)))


def listings(queries: Sequence[Listening], chosen: list[str]) -> dict[str, Asked]:
    """What a round reads, each under a short name that changes when what it asks for does."""
    place = "+".join(chosen) or "all"
    found: dict[str, Asked] = {}
    for text in search.searches(queries, SYNTAX):
        params: dict[str, str | int] = {"q": text, "restrict_sr": str(bool(chosen)), "sort": "new"}
        params |= {"syntax": "lucene", "t": "all", "limit": PAGE_SIZE}
        found[search.key(f"{place} {text}")] = Asked(f"r/{place}/search/", params)
    if found and chosen:
        found[search.key(f"{place} comments")] = Asked(f"r/{place}/comments/", {"limit": PAGE_SIZE})
    return found


def resumed(cursor: Cursor, parts: list[str], since: datetime) -> dict[str, Any]:
    """What to ask next: the listing half-way if it is still wanted, else the round's first."""
    walk: dict[str, Any] = cursor.get("walk") or {}
    if walk.get("part") in parts and "after" in walk:
        return dict(walk)
    part = walk["part"] if walk.get("part") in parts else parts[0]
    return {"part": part, "since": since.isoformat(), "pages": 0}


def _page(
    connection: Connection, answer: Any, line: Line, cursor: Cursor, walk: dict[str, Any], parts: list[str]
) -> Page:
    things, after = reddit_things.opened(answer)
    own = (option(connection, "own_handle") or connection.secrets.get("username", "")).lower()
    posts, unreadable = read_each(things, lambda thing: reddit_things.post(thing, own.removeprefix("u/")))
    ours, _ = read_each(things, lambda thing: reddit_replies.ours(thing, own.removeprefix("u/")))
    known = {part: cursor.get("parts", {})[part] for part in parts if part in cursor.get("parts", {})}
    seen = frozenset(known.get(walk["part"], ()))
    names = [name for thing in things if (name := reddit_things.fullname(thing))]
    walk["pages"] += 1
    walk.setdefault("seen", names[:PAGE_SIZE])
    is_caught_up = not seen.isdisjoint(names) if seen else _is_before(things, walk["since"])
    can_go_on = after and after != walk.get("after") and walk["pages"] < MOST_PAGES
    if can_go_on and not is_caught_up:
        following: Cursor = {"parts": known, "walk": {**walk, "after": after}}
    else:
        following = _finished(known, walk, parts)
    gap = _gap() if seen and not is_caught_up and not can_go_on and walk["pages"] > 1 else ""
    return Page(posts, following, "walk" in following, unreadable, line.budget.rate, gap, ours)


def _gap() -> str:
    return "More came at Reddit than one of its listings holds; some posts between two polls may be missing."


def _is_before(things: list[Any], since: str) -> bool:
    """Whether a first reading has reached the time it was to go back to."""
    times = [unix(thing["data"].get("created_utc")) for thing in things if reddit_things.fullname(thing)]
    wanted = moment(since)
    return wanted is not None and any(time < wanted for time in times if time)


def _finished(known: dict[str, Any], walk: Mapping[str, Any], parts: list[str]) -> Cursor:
    """One listing is stored whole: its first page is what the next round looks for."""
    if walk["seen"]:
        known[walk["part"]] = walk["seen"]
    rest = parts[parts.index(walk["part"]) + 1 :]
    return {"parts": known, "walk": {"part": rest[0]}} if rest else {"parts": known}


def _publish(line: Line, target: Target, text: str) -> Sent:
    kind, _, short = target.external_id.partition("_")
    thing = line.reddit.comment(short) if kind == "t1" else line.reddit.submission(short)
    try:
        with sending(NETWORK):
            comment = guarded(lambda: thing.reply(text))
    except RedditAPIException as error:
        raise refusal(error, datetime.now(UTC)) from None
    found = vars(comment) if comment is not None else {}
    if not isinstance(found.get("id"), str):
        raise SendUnknown("Reddit took the reply and did not say under which id. Look before sending again.")
    name = f"t1_{found['id']}"
    return Sent(name, reddit_things.link(name, found))


def refusal(error: RedditAPIException, now: datetime) -> SourceError:
    """What the errors in the body of a 200 mean. Reddit did nothing in any of these cases."""
    codes = {item.error_type: item.message or "" for item in error.items}
    if "RATELIMIT" in codes:
        found = WAIT.search(codes["RATELIMIT"])
        wait = now + max(1, int(found[1])) * SPANS[found[2]] if found else None
        return RateLimited("Reddit asks this account to wait before it answers again.", retry_at=wait)
    if "USER_REQUIRED" in codes:
        return AuthFailed("Reddit wants an account to reply with; only reading is set up.")
    if codes.keys() & {"DELETED_COMMENT", "DELETED_LINK"}:
        return Forbidden("The post was deleted at Reddit; it can no longer be answered.")
    if codes.keys() & {"THREAD_LOCKED", "TOO_OLD"}:
        return Forbidden("The thread is locked or archived at Reddit; it takes no more answers.")
    return Forbidden("Reddit does not accept this reply. Open the post and look.", raw=str(error))


adapter = Reddit()
