"""Bluesky, all of it as it is written: the Jetstream of public posts, matched here.

Reads: every post of the network as it is created, edited or deleted, tens to hundreds a second. Nothing can
be asked for: each post is held against the watchlists, and what none of them finds is counted and forgotten.
It is listened to by `manage.py stream`, not polled.

Keys: none.

Limits: it begins when it is set up; what was said before is for Bluesky's search. A listener that was away
takes up where it was within 36 hours; after that the gap is said in words. Only the author's id is told, not
the handle; the link leads to both.

Deletions: told at once, and obeyed at once. So is an account that was deleted, suspended or taken down: all
that it wrote is erased here.

Replies: none from here; the link leads to the post.

Cursor: `seq` is the number of the last event that is stored, `at` its time, `version` the dialect it is of.
The older dialect is taken up five seconds earlier, for its events are not quite in order.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms

from listening.sources import listened
from listening.sources.contract import (
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
    Unavailable,
    Unreadable,
)
from listening.sources.options import address_field, option
from listening.sources.push import CursorTooOld, Opening, Told, Wire
from listening.sources.reading import Odd, mapping, moment, text, unix
from listening.sources.search import Syntax
from listening.sources.sheet import Sheet, Terms

REAL = "https://jetstream.us-east.bsky.network"
POSTS = "app.bsky.feed.post"
SKIPPED_AFTER = timedelta(minutes=10)
"""The older dialect moves a cursor that is too old without a word. It is never silent for so long."""

REWIND = 5_000_000
"""Microseconds by which the older dialect is taken up earlier: its events are not quite in order."""

GONE = frozenset({"deleted", "takendown", "suspended", "deactivated"})
WANTED = ("create", "update", "delete")


class JetstreamOptions(forms.Form):
    api_url = address_field(REAL)
    version = forms.ChoiceField(
        choices=[("2", "2 (jetstream.*)"), ("1", "1 (jetstream1.*, jetstream2.*)")],
        initial="2",
        required=False,
        help_text="The dialect that this server speaks.",
    )


@dataclass(frozen=True)
class Event:
    """One event of either dialect."""

    seq: int
    at: datetime | None
    kind: str
    body: Mapping[str, Any]
    did: str


class Jetstream:
    kind = "jetstream"
    label = "Bluesky (everything, live)"
    secrets: tuple[str, ...] = ()
    OptionsForm: type[forms.Form] = JetstreamOptions
    reply_way: ReplyWay = "link_out"
    max_reply_characters = 0
    attribution = "Bluesky"
    sheet = Sheet(
        searches="Every public post of Bluesky, as it is written; matched here.",
        history="None. It listens from the moment it is set up.",
        replies="None. The link leads to the post.",
        deletions="Told at once, and erased at once; so is everything of an account that is gone.",
        cost="Free.",
        limits="One connection. Away for more than 36 hours, what was said before is lost.",
        cannot_see="Handles: it names authors by their id only. What was said before it was set up.",
        ids="bluesky",
        terms_url="https://docs.bsky.app/docs/support/developer-guidelines",
        needs_key=False,
        terms=Terms(erase_within=timedelta(hours=1)),
    )
    syntax: Syntax | None = None
    reads = "Every public post of Bluesky"
    name = "Bluesky"
    wire: Wire = "websocket"
    silence = timedelta(seconds=30)

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        """A taste: what is told within a few seconds. The cursor stays, so that a stream misses nothing."""
        return listened.taste(self, connection, queries, cursor)

    def reply(self, connection: Connection, target: Target, text: str) -> Sent:
        raise Forbidden("Jetstream takes no replies. Open the post and answer there.")

    def opening(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Opening:
        address = str(option(connection, "api_url", REAL)).rstrip("/")
        seq = cursor.get("seq") if cursor.get("version") == _version(connection) else None
        if seq and _version(connection) == "1":
            seq = max(seq - REWIND, 1)
        since = [("cursor", str(seq))] if seq else []
        if _version(connection) == "1":
            return Opening(f"{address}/subscribe?{urlencode([('wantedCollections', POSTS), *since])}")
        asked = [("collections", POSTS), ("kinds", "commit"), ("kinds", "account"), *since]
        path = f"/xrpc/network.bsky.jetstream.subscribeEvents?{urlencode(asked)}"
        return Opening(f"{address}{path}", subprotocols=("xrpc.v1.json",))

    def tell(self, connection: Connection, message: bytes, cursor: Cursor) -> Told | None:
        version = _version(connection)
        try:
            item = mapping(json.loads(message), "the message")
            event = _first(item) if version == "1" else _second(item)
        except (ValueError, RecursionError) as error:
            return Told(cursor, unreadable=_unreadable(message, error))
        if event is None:
            return None
        if event.kind == "info":
            return Told(cursor, gap="Bluesky began later than it was asked to: posts before may be missing.")
        before = cursor.get("seq", 0) if cursor.get("version") == version else 0
        if event.seq <= before and version == "2":
            return None
        following = cursor
        if event.seq > before:
            at = event.at.isoformat() if event.at else cursor.get("at", "")
            following = {"seq": event.seq, "at": at, "version": version}
        try:
            return _told(event, following, gap=_skipped(cursor, event) if version == "1" else "")
        except Odd as odd:
            return Told(following, unreadable=_unreadable(message, odd))

    def refused(self, error: SourceError) -> SourceError:
        if "CursorTooOld" in error.raw:
            return CursorTooOld("Bluesky no longer holds what came after the last stored post.")
        return error

    def lost_since(self, cursor: Cursor, now: datetime) -> str:
        began = moment(cursor.get("at"))
        since = f"{began:%Y-%m-%d %H:%M}" if began else "the last stop"
        return f"Posts between {since} and {now:%Y-%m-%d %H:%M} UTC may be missing: Bluesky let go of them."


def _version(connection: Connection) -> str:
    return str(option(connection, "version", "2"))


def _first(item: Mapping[str, Any]) -> Event | None:
    """The older dialect: the time in microseconds is the number as well."""
    number, kind = _number(item, "time_us"), text(item, "kind", required=True)
    if kind not in ("commit", "account"):
        return None
    body = mapping(item.get(kind), kind)
    return Event(number, unix(number / 1_000_000), kind, body, text(item, "did", required=True))


def _second(item: Mapping[str, Any]) -> Event | None:
    if item.get("$type") == "error":
        raise Unavailable("Bluesky ended the stream with an error.", raw=json.dumps(item)[:1000])
    payload = mapping(item.get("payload"), "payload")
    kind = text(payload, "$type", required=True).rpartition("#")[2]
    if kind == "info":
        return Event(0, None, kind, payload, "") if payload.get("name") == "OutdatedCursor" else None
    number = _number(payload, "seq")
    if kind not in ("commit", "account"):
        return None
    # An account event holds its account in one of two ways.
    body = payload.get("account", payload) if kind == "account" else payload
    return Event(
        number, moment(payload.get("time")), kind, mapping(body, kind), text(payload, "did", required=True)
    )


def _number(item: Mapping[str, Any], name: str) -> int:
    value = item.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**63:
        raise Odd(f"{name} is not a number")
    return value


def _told(event: Event, cursor: Cursor, *, gap: str) -> Told | None:
    if not event.did.startswith("did:") or "/" in event.did:
        raise Odd("did is not an account")
    if event.kind == "account":
        is_gone = event.body.get("active") is False and event.body.get("status") in GONE
        return Told(cursor, gone=f"at://{event.did}/" if is_gone else "", gap=gap)
    if event.body.get("collection") != POSTS or event.body.get("operation") not in WANTED:
        return Told(cursor, gap=gap)
    return Told(cursor, post=_post(event), gap=gap)


def _post(event: Event) -> Post:
    body = event.body
    rkey = text(body, "rkey", required=True)
    if not rkey or "/" in rkey:
        raise Odd("rkey is not a name")
    address, link = (
        f"at://{event.did}/{POSTS}/{rkey}",
        f"https://bsky.app/profile/{event.did}/post/{rkey}",
    )
    if body["operation"] == "delete":
        return Post(address, "", link, event.did, is_removed=True, network="bluesky")
    record = mapping(body.get("record"), "record")
    langs = record.get("langs")
    return Post(
        network="bluesky",
        external_id=address,
        text=text(record, "text"),
        url=link,
        author_id=event.did,
        title=_card(record),
        published_at=moment(record.get("createdAt")) or event.at,
        edited_at=event.at if body["operation"] == "update" else None,
        language=langs[0] if isinstance(langs, list) and langs and isinstance(langs[0], str) else "",
        parent_id=_parent(record),
    )


def _card(record: Mapping[str, Any]) -> str:
    """The title of the page that is linked to: many posts say nothing else."""
    found: Any = record
    for name in ("embed", "external", "title"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else ""


def _parent(record: Mapping[str, Any]) -> str:
    found: Any = record
    for name in ("reply", "parent", "uri"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else ""


def _skipped(cursor: Cursor, event: Event) -> str:
    before = moment(cursor.get("at"))
    if before is None or event.at is None or event.at - before < SKIPPED_AFTER:
        return ""
    return f"Posts between {before:%Y-%m-%d %H:%M} and {event.at:%Y-%m-%d %H:%M} UTC may be missing."


def _unreadable(message: bytes, error: Exception) -> Unreadable:
    reason = str(error) if isinstance(error, Odd) else "it is not JSON"
    return Unreadable(reason, message[:65536].decode("utf-8", "replace"))


adapter = Jetstream()
