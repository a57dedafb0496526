"""Mastodon, live: public posts under chosen hashtags, or all that one instance knows, as they are written.

Reads: the streams of the hashtags in `tags`, of the instance's own public posts, or of all that reach it;
each post is matched here. It is listened to by `manage.py stream`, not polled. What was said before it began,
and while it was away, is read from the same instance's timelines: nothing is missed between the two.

Keys: `access_token` of an account on the instance (Preferences, Development; scope read, to answer also
write:statuses). Most instances stream to nobody without one; a few do.

Limits: one connection for each hashtag, at most twenty. The timelines take 300 calls in 5 minutes, 40 posts
each. A whole large instance is tens of posts a second: after an hour away it takes a while to catch up.

Replies: as with Mastodon's hashtags, from the account whose token it is.

Deletions: told at once, by an id of the instance alone, from which the time of writing can be read: what was
stored of that moment is looked up where it was written, and erased if it is gone. An edit is told with its
words.

Cursor: that of Mastodon's timelines, one part a hashtag. Each post that is stored moves all of them to ten
minutes before it: what comes from elsewhere arrives late, and is found there by the next filling.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from django import forms

from listening.sources import endless, listened, mastodon, mastodon_line, mastodon_posts
from listening.sources.contract import (
    AuthFailed,
    Connection,
    Cursor,
    Fate,
    Listening,
    Page,
    SourceError,
    Unavailable,
    Unreadable,
)
from listening.sources.mastodon_line import Instance
from listening.sources.options import BackfillForm, is_web_address, option
from listening.sources.push import Opening, Told, Wire
from listening.sources.reading import Odd
from listening.sources.sheet import Sheet, Terms

MOST_TAGS = 20
PUBLIC = {"local": "public/local", "all": "public"}


class MastodonStreamOptions(BackfillForm):
    instances = forms.CharField(
        label="Instance", help_text="Its address, such as social.example. The account lives there."
    )
    tags = forms.CharField(
        widget=forms.Textarea({"rows": 4}),
        required=False,
        help_text=f"Hashtags, one a line, with or without #; at most {MOST_TAGS}.",
    )
    public = forms.ChoiceField(
        choices=[
            ("", "Only the hashtags"),
            ("local", "And every public post that is written there"),
            ("all", "And every public post that reaches it"),
        ],
        required=False,
        help_text="Each post is held against the watchlists; what none of them finds is only counted.",
    )
    own_account = forms.CharField(
        required=False, help_text="The hospital's own account, @name@instance; its posts are skipped."
    )

    def clean_instances(self) -> str:
        named = str(self.cleaned_data["instances"]).strip()
        is_web_address(mastodon_line.instance(named).base)
        return named

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        named = mastodon.tags_in(found.get("tags", ""))
        if len(named) > MOST_TAGS:
            self.add_error("tags", f"Name at most {MOST_TAGS} hashtags; more are another source.")
        if not (named or found.get("public")):
            self.add_error("tags", "Name a hashtag, or choose the public posts.")
        return found


class MastodonStream(mastodon.Mastodon):
    kind = "mastodon_stream"
    label = "Mastodon (live)"
    OptionsForm: type[forms.Form] = MastodonStreamOptions
    sheet = Sheet(
        searches="Public posts under the hashtags that are named, or all that one instance knows, as they "
        "are written; matched here.",
        history="As far back as the instance keeps; a new source begins with the hours that are set.",
        replies="From the account whose token it is, to any public post.",
        deletions="Told at once, looked up and erased within minutes; an edit is told with its words.",
        cost="Free.",
        limits="One connection for each hashtag, at most twenty; one instance a source.",
        cannot_see="Posts that never reached the instance; anything not public; posts without the hashtag, "
        "unless all public posts are chosen.",
        keys={
            "access_token": (
                "Made on the instance, under Preferences, Development; to answer, with write:statuses."
            ),
        },
        ids="mastodon",
        terms_url="https://docs.joinmastodon.org/methods/streaming/",
        terms=Terms(recheck_every=timedelta(hours=12), erase_within=timedelta(hours=1)),
    )
    reads = "Every post under the chosen hashtags, or every public post, of one instance"
    name = mastodon.NETWORK
    wire: Wire = "events"
    silence = timedelta(seconds=45)  # it says that it lives every fifteen
    fills_after = (timedelta(0), timedelta(seconds=15))

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        return listened.named(super().fetch(connection, queries, cursor), "mastodon")

    def fill(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        """The timelines are passed over where one fails; here it is waited for, as the stream moves all."""
        page = self.fetch(connection, queries, cursor)
        if page.gap:
            raise Unavailable(page.gap.removesuffix(f" {mastodon.LATER}"))
        return page

    def recheck(self, connection: Connection, ids: Sequence[str]) -> dict[str, Fate]:
        return listened.fates_named(super().recheck(connection, ids), "mastodon")

    def opening(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Opening:
        place = mastodon_line.own(connection)
        token = connection.secrets.get("access_token", "").strip()
        base = f"{_streaming(connection, place, token)}/api/v1/streaming"
        public = PUBLIC.get(str(option(connection, "public")))
        named = [f"hashtag?{urlencode({'tag': tag})}" for tag in mastodon.tags(connection)[:MOST_TAGS]]
        first, *others = [f"{base}/{path}" for path in [*([public] if public else []), *named]]
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return Opening(first, {"Accept": "text/event-stream", **headers}, beside=tuple(others))

    def tell(self, connection: Connection, message: bytes, cursor: Cursor) -> Told | None:
        name, data = endless.event(message)
        if name == "delete":
            gone_at = mastodon_line.time_of(data.decode("utf-8", "replace").strip())
            return Told(cursor, gone_at=gone_at) if gone_at else None
        if name not in ("update", "status.update"):
            return None
        host = mastodon_line.own(connection).name
        try:
            item = json.loads(data)
            post = mastodon_posts.post(item, host, str(option(connection, "own_account")))
        except (Odd, ValueError, RecursionError) as error:
            return Told(cursor, unreadable=_unreadable(data, error))
        following = _moved(cursor, item, datetime.now(UTC))
        if post is None:
            return Told(following)
        edited_at = post.edited_at or (datetime.now(UTC) if name == "status.update" else None)
        return Told(following, replace(post, network="mastodon", edited_at=edited_at))

    def refused(self, error: SourceError) -> SourceError:
        if not isinstance(error, AuthFailed):
            return error
        return AuthFailed(
            "This instance streams only to people with an account there. Add an access token of one, "
            "with the scope read.",
            raw=error.raw,
        )

    def lost_since(self, cursor: Cursor, now: datetime) -> str:
        return (
            f"Posts before {now:%Y-%m-%d %H:%M} UTC may be missing: what Mastodon sent was too long to read."
        )


def _streaming(connection: Connection, place: Instance, token: str) -> str:
    """Where the instance streams from: a host of its own, or the instance itself where it does not say."""
    answer = mastodon_line.ask(connection, place, "v2/instance", token=token)
    try:
        found: Any = json.loads(answer.body) if answer.status == 200 else None
        for name in ("configuration", "urls", "streaming"):
            found = found.get(name) if isinstance(found, Mapping) else None
        parts = urlsplit(found) if isinstance(found, str) else None
    except (ValueError, RecursionError):
        return place.base
    scheme = {"wss": "https", "ws": "http"}.get(parts.scheme, parts.scheme) if parts else ""
    # What is asked for over TLS, with its token, is not sent on without.
    if parts is None or not parts.netloc or scheme not in ("https", urlsplit(place.base).scheme):
        return place.base
    return urlunsplit((scheme, parts.netloc, parts.path.rstrip("/"), "", ""))


def _moved(cursor: Cursor, item: Any, now: datetime) -> Cursor:
    """Each part at ten minutes before this post, but never back."""
    parts = cursor.get("parts") or {}
    moved = {}
    for name, known in parts.items():
        since = str(known.get("min_id", "0"))
        newest = mastodon.newest_of([item], since, now)
        moved[name] = {**known, "min_id": mastodon.before(newest, since, now)} if newest != since else known
    return {**cursor, "parts": moved}


def _unreadable(data: bytes, error: Exception) -> Unreadable:
    reason = str(error) if isinstance(error, Odd) else "it is not JSON"
    return Unreadable(reason, data[:65536].decode("utf-8", "replace"))


adapter = MastodonStream()
