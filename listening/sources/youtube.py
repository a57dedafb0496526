"""YouTube: the comments under the hospital's own videos and under those of a few named channels.

Reads: comment threads, newest first, of the videos in `videos` and of all videos of the channels in
`channels`. Of a channel that is not among `own_channels`, only what names what is listened for. There is no
search here: one costs as much as a hundred readings.

Keys: `api_key` to read. To answer also `client_id`, `client_secret` and `refresh_token` with the scope
`https://www.googleapis.com/auth/youtube.force-ssl`, of the account that owns one of
`own_channels`.

Limits: 10,000 units a day unless Google grants more, begun anew at midnight Pacific time. A page of comments
costs one, an answer fifty.

Replies: under a thread, in the name of the channel. YouTube takes no key against sending twice: an answer
that was lost is read back first.

That what is stored must be looked up again within thirty days is known at second hand only; the careful side
was taken.

Cursor: `parts` holds for each video or channel the comments of its first page, and whether comments are
switched off there; `walk` is where the round stands.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django import forms

from listening.sources import rounds, youtube_line
from listening.sources.answers import Rejected
from listening.sources.contract import (
    BadPayload,
    Connection,
    Cursor,
    Fate,
    Forbidden,
    Listening,
    Page,
    ReplyWay,
    Sent,
    SourceError,
    Target,
    Thread,
)
from listening.sources.http import sending
from listening.sources.options import PartsField, address_field, lines, named, option
from listening.sources.reading import read_each
from listening.sources.search import Syntax
from listening.sources.sheet import Sheet, Terms
from listening.sources.youtube_comments import each_of, listed, ours, page_of, said
from listening.sources.youtube_line import NETWORK, CommentsOff

PAGE_SIZE = 100
BACKFILL_DAYS = 30
ID = re.compile(r"[\w-]{1,64}\Z")
COMMENT = re.compile(r"[\w-][\w.-]{0,199}\Z")
MOST_PAGES = 2


class YouTubeOptions(forms.Form):
    videos = PartsField(
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        initial="",
        help_text="One a line: the address of a video, or its id.",
    )
    channels = PartsField(
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        initial="",
        help_text="Channels by id (UC…), one a line. Of those that are not ours only what matches is kept.",
    )
    own_channels = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        initial="",
        help_text="Which channels are ours, by id, one a line: what they write is an answer of ours.",
    )
    backfill_days = forms.IntegerField(
        initial=BACKFILL_DAYS,
        min_value=1,
        max_value=365,
        required=False,
        help_text="How many days back the first reading goes.",
    )
    api_url = address_field(youtube_line.API)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if not (named(found.get("videos", "")) or named(found.get("channels", ""))):
            self.add_error("videos", "Name a video or a channel: without one there is nothing to read.")
        return found


class YouTube:
    kind = "youtube"
    label = "YouTube comments"
    secrets: tuple[str, ...] = ("api_key", "client_id", "client_secret", "refresh_token")
    OptionsForm: type[forms.Form] = YouTubeOptions
    reply_way: ReplyWay = "api"
    max_reply_characters = 10000
    attribution = "YouTube"
    most_rechecked = 50
    sheet = Sheet(
        searches="Comments under our own videos, and under those of a few named channels.",
        history="As many days back as is set.",
        replies="Under a thread, in the name of our channel, once its account is connected.",
        deletions="Stored comments are looked up again: an edit shows, and so does one that is gone.",
        cost="Free within the daily quota.",
        limits="10,000 units a day unless Google grants more; a page of comments is one, an answer fifty.",
        cannot_see=(
            "Comments elsewhere, live chat, what is said in a video, answers in threads older than the "
            "newest hundred, and more answers of a thread than YouTube sends along with it."
        ),
        keys_url="https://console.cloud.google.com/apis/credentials",
        keys={
            "api_key": "To read.",
            "client_id": "Only to answer: the OAuth client of the same project.",
            "client_secret": "Only to answer.",
            "refresh_token": "Only to answer: of the account that owns the channel, for youtube.force-ssl.",
        },
        ids="youtube",
        terms_url="https://developers.google.com/youtube/terms/developer-policies",
        terms=Terms(keep_for=timedelta(days=30), recheck_every=timedelta(days=7)),
    )
    syntax: Syntax | None = None
    reads = "Every comment under our own videos"

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        """One page of one video or channel: the one half-way, or the next of the round."""
        places = places_of(connection)
        if not places:
            return Page((), cursor)
        now = datetime.now(UTC)
        walk = rounds.resumed(cursor.get("walk"), list(places), now)
        try:
            found = _threads(connection, walk, places)
        except CommentsOff as error:
            return _off(error, cursor, walk, list(places))
        except (Forbidden, Rejected) as error:
            return _failed(error, cursor, walk, list(places), now)
        return _page(connection, found, cursor, walk, places, now)

    def reply(self, connection: Connection, target: Target, text: str) -> Sent:
        parent = _thread_of(target.external_id)
        _own(connection)
        token = youtube_line.token(connection)
        content = json.dumps({"snippet": {"parentId": parent, "textOriginal": text}}).encode()
        with sending(NETWORK):
            made = youtube_line.insert(connection, "comments?part=snippet", token, content)
            id = made.get("id") if isinstance(made, Mapping) else None
            if not isinstance(id, str) or not id:
                raise BadPayload("YouTube did not name the comment that it made.", raw=str(made))
        return Sent(id, page_of("", id))

    def replies_to(self, connection: Connection, target: Target) -> Thread:
        """What our channels wrote in the thread; after the target, where that is an answer itself."""
        parent, own = _thread_of(target.external_id), _own(connection)
        params = {"part": "snippet", "parentId": parent, "maxResults": PAGE_SIZE, "textFormat": "plainText"}
        found, is_whole, token = [], True, ""
        for _ in range(MOST_PAGES):
            asked = urlencode(params | ({"pageToken": token} if token else {}))
            answer = youtube_line.ask(connection, f"comments?{asked}")
            written, unreadable = read_each(listed(answer), lambda item: ours(item, own))
            found += written
            is_whole = is_whole and not unreadable
            token = following(answer)
            if not token:
                break
        return Thread(_to(target, found, parent), is_whole=is_whole and not token)

    def recheck(self, connection: Connection, ids: Sequence[str]) -> dict[str, Fate]:
        """One look-up for all; what is left out of the answer is gone, or hidden from everybody."""
        asked = [id for id in ids if COMMENT.match(id)][: self.most_rechecked]
        if not asked:
            return {}
        params = urlencode({"part": "snippet", "id": ",".join(asked), "textFormat": "plainText"})
        answer = youtube_line.ask(connection, f"comments?{params}")
        posts, unreadable = read_each(listed(answer), lambda item: said(item, ""))
        fates = dict.fromkeys(asked, Fate("deleted")) if not unreadable else {}
        for post in posts:
            if post.external_id in asked:
                fates[post.external_id] = Fate("edited", post) if post.edited_at else Fate("live", post)
        return fates


def places_of(connection: Connection) -> dict[str, str]:
    """Each video or channel, with the hint that all is taken there; empty where only matches are."""
    videos = [video_id(line) for line in lines(connection, "videos")]
    own = lines(connection, "own_channels")
    channels = {channel: channel if channel in own else "" for channel in lines(connection, "channels")}
    return {video: video for video in videos} | channels


def video_id(line: str) -> str:
    """From an address as people copy it, or the id itself."""
    parts = urlsplit(line)
    if not parts.netloc:
        return line
    return (parse_qs(parts.query).get("v") or [parts.path.rstrip("/").rpartition("/")[2]])[0]


def _own(connection: Connection) -> list[str]:
    own = lines(connection, "own_channels")
    if not own:
        raise Forbidden("To answer on YouTube, enter our own channel in the options.")
    return own


def _thread_of(id: str) -> str:
    """An answer carries the id of its thread before a dot."""
    if not COMMENT.match(id):
        raise Forbidden("This is not a comment on YouTube.")
    return id.partition(".")[0]


def _to(target: Target, found: list[Any], parent: str) -> list[Any]:
    asked = target.published_at
    if target.external_id == parent or asked is None:
        return found
    return [each for each in found if not each.published_at or each.published_at >= asked]


def following(answer: Mapping[str, Any]) -> str:
    token = answer.get("nextPageToken")
    return token if isinstance(token, str) else ""


def _threads(connection: Connection, walk: Mapping[str, Any], places: Mapping[str, str]) -> Any:
    place = walk["part"]
    if not ID.match(place):
        raise Forbidden("A video or channel is named by its id, as its address shows it.")
    kind = (
        "videoId" if place in map(video_id, lines(connection, "videos")) else "allThreadsRelatedToChannelId"
    )
    params = {"part": "snippet,replies", kind: place, "order": "time"}
    params |= {"maxResults": str(PAGE_SIZE), "textFormat": "plainText"}
    params |= {"pageToken": walk["token"]} if "token" in walk else {}
    return youtube_line.ask(connection, f"commentThreads?{urlencode(params)}")


def _page(
    connection: Connection,
    found: Any,
    cursor: Cursor,
    walk: dict[str, Any],
    places: Mapping[str, str],
    now: datetime,
) -> Page:
    comments = each_of(listed(found))
    own, hint = lines(connection, "own_channels"), places[walk["part"]]
    answers, _ = read_each(comments, lambda item: ours(item, own))
    mine = {answer.external_id for answer in answers}
    posts, unreadable = read_each(comments, lambda item: said(item, hint))
    answered = {answer.parent_id for answer in answers}
    posts = [
        replace(post, replied=post.external_id in answered) for post in posts if post.external_id not in mine
    ]
    ids = [post.external_id for post in posts]
    walk.setdefault("seen", ids)
    known = ((cursor.get("parts") or {}).get(walk["part"]) or {}).get("ids", [])
    longest = timedelta(days=int(option(connection, "backfill_days", BACKFILL_DAYS)))
    times = [post.published_at for post in posts if post.published_at]
    is_enough = not set(ids).isdisjoint(known) or (bool(times) and now - min(times) > longest)
    token, is_again, gap = following(found), rounds.repeats(walk, ids), ""
    if token and token != walk.get("token") and not is_enough and not is_again:
        onward: Cursor = {**cursor, "walk": {**walk, "token": token}}
    else:
        onward = rounds.finished(cursor, walk, list(places), {"ids": walk["seen"]})
        gap = f"{NETWORK} {rounds.REPEATED}" if is_again and token and not is_enough else ""
    return Page(posts, onward, "walk" in onward, unreadable, gap=gap, ours=answers)


def _off(error: SourceError, cursor: Cursor, walk: dict[str, Any], places: list[str]) -> Page:
    """Comments are switched off there: said once, and asked again without a word."""
    known = (cursor.get("parts") or {}).get(walk["part"]) or {}
    onward = rounds.finished(cursor, walk, places, {**known, "is_off": True})
    gap = "" if known.get("is_off") else f"{walk['part'][:60]}: {error.message}"
    return Page((), onward, "walk" in onward, gap=gap)


def _failed(
    error: SourceError, cursor: Cursor, walk: dict[str, Any], places: list[str], now: datetime
) -> Page:
    if "token" in walk:
        # A page token is no longer taken: read that place from its top.
        again = {name: walk[name] for name in walk if name not in ("token", "seen")}
        return Page((), {**cursor, "walk": again}, has_more=True)
    walk = rounds.counted(walk)
    if rounds.has_failed(walk, places, now):
        raise error
    known = (cursor.get("parts") or {}).get(walk["part"])
    onward = rounds.finished(cursor, walk, places, known)
    return Page((), onward, "walk" in onward, gap=f"{walk['part'][:60]}: {error.message}")


adapter = YouTube()
