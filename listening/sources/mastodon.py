"""Mastodon: public posts under chosen hashtags, and, with an account, those that hold the watchlist's words.

Reads: the timelines of the hashtags in `tags` on each of the `instances`; every post of them is handed on and
matched here. An instance knows its own people's posts and those that reached it from elsewhere, so that a
large one and a local one see different things. With `search_too` and an access token the first instance is
also asked for the words of the watchlist, where it has full-text search; people who did not allow it are
never found by it. What is not public, and boosts, are left out. A content warning stands before its text.

Keys: none for hashtags, where the instance shows them to strangers. `access_token` of the hospital's account
on the first instance (Preferences, Development; scopes read and write:statuses) to search and to answer.

Limits: 300 calls in 5 minutes for each instance; its headers say what is left. 40 posts a call.

Replies: from the account of the first instance, which fetches the post from its home first. The author's
name is put before the words, for only who is named is told. Each reply carries a key made of the post and
the words, so that within an hour a second sending is the same status: trying again is safe. An answer that
was lost is still called unknown, and is read back from under the post, for an hour passes quickly.

Deletions: stored posts are looked up at the instance where they were written, without a token.

Cursor: `parts` holds, for every hashtag of every instance and for every search, the id after which it is read
next, ten minutes before the newest that was stored: a post from elsewhere arrives late and takes its place by
the time it was written. `walk` is where a round stands; `min_id` reads forward, so that nothing is skipped.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms

from hospital.guard import Deadline
from listening.sources import (
    answers,
    contract,
    mastodon_line,
    mastodon_posts,
    mastodon_replies,
    rounds,
    search,
)
from listening.sources.contract import (
    AuthFailed,
    Connection,
    Cursor,
    Fate,
    Listening,
    Page,
    RateLimited,
    ReplyWay,
    Sent,
    SourceError,
    Target,
    Thread,
)
from listening.sources.http import Answer, accept
from listening.sources.mastodon_line import Instance, accepted, ask, listed
from listening.sources.options import BackfillForm, LinesField, is_web_address, named, option, secret
from listening.sources.reading import Odd, moment, read_each
from listening.sources.sheet import Sheet, Terms

NETWORK = "Mastodon"
SYNTAX = search.Syntax(
    network=NETWORK,
    longest=400,
    excludes="-",
    author="from:",
    handle=re.compile(r"\w+([.-]+\w+)*(@[\w.-]+)?"),
    is_exact=False,  # it also finds other forms of a word
    has_or=False,
)
PAGE_SIZE = 40
FULL_PAGE = PAGE_SIZE // 2  # a page lacks what its instance hides; one shorter than this is the last
MOST_FOUND = 800
OVERLAP = timedelta(minutes=10)
MOST_RECHECKED = 10
LATER = "Its posts come later, once it answers."


class MastodonOptions(BackfillForm):
    instances = LinesField(
        widget=forms.Textarea({"rows": 4}),
        help_text="One address a line, such as social.example. The hospital's account lives on the first.",
    )
    tags = forms.CharField(
        widget=forms.Textarea({"rows": 4}),
        required=False,
        help_text="Hashtags, one a line, with or without #.",
    )
    search_too = forms.BooleanField(
        required=False,
        help_text="Also search the first instance for the watchlist's words. Needs an access token.",
    )
    own_account = forms.CharField(
        required=False, help_text="The hospital's own account, @name@instance; its posts are skipped."
    )

    def clean_instances(self) -> str:
        for line in named(self.cleaned_data["instances"]):
            is_web_address(mastodon_line.instance(line).base)
        return str(self.cleaned_data["instances"])

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if not (tags_in(found.get("tags", "")) or found.get("search_too")):
            self.add_error(
                "tags", "Name a hashtag, or search as well: without either there is nothing to read."
            )
        return found


@dataclass(frozen=True)
class Part:
    """One hashtag of one instance, all that is public there, or one search of our own."""

    place: Instance
    tag: str = ""
    words: str = ""
    public: str = ""  # all, or local
    token: str = ""


class Mastodon:
    kind = "mastodon"
    label = "Mastodon"
    secrets: tuple[str, ...] = ("access_token",)
    OptionsForm: type[forms.Form] = MastodonOptions
    reply_way: ReplyWay = "api"
    max_reply_characters = 460  # of 500: a name of up to thirty stands before the words
    attribution = "Mastodon"
    sheet = Sheet(
        searches="Public posts under the hashtags that are named, on the instances that are named. With an "
        "account, also by their words, of people who allow to be found.",
        history="As far back as the instance keeps; a new source begins with the hours that are set.",
        replies="From the hospital's account, to any public post.",
        deletions="Stored posts are looked up again where they were written.",
        cost="Free.",
        limits="300 calls in 5 minutes for each instance; 40 posts a call.",
        cannot_see="Posts without the hashtag, unless searched; people who did not allow to be found; posts "
        "that never reached the named instances; anything not public.",
        keys={
            "access_token": (
                "Only to search, to answer, and where an instance shows strangers nothing. It is made on the "
                "first instance, under Preferences, Development."
            ),
        },
        ids="mastodon",
        terms_url="https://docs.joinmastodon.org/api/guidelines/",
        needs_key=False,
        terms=Terms(recheck_every=timedelta(hours=12)),
    )
    syntax: search.Syntax | None = None
    reads = "Every post under the chosen hashtags, and what the own instance finds by words if that is chosen"
    most_rechecked = MOST_RECHECKED

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        """One page of one hashtag or search: the one half-way, or the next of the round."""
        parts = _parts(connection, queries)
        if not parts:
            return Page((), cursor)
        now = datetime.now(UTC)
        walk = rounds.resumed(cursor.get("walk"), list(parts), now)
        part, known = parts[walk["part"]], (cursor.get("parts") or {}).get(walk["part"], {})
        hours = timedelta(hours=int(option(connection, "backfill_hours", 24)))
        walk.setdefault("min_id", known.get("min_id") or str(mastodon_line.id_at(now - hours)))
        walk.setdefault("since", walk["min_id"])
        wait = moment(known.get("not_before"))
        if wait and wait > now and len(parts) > 1:
            return _on(cursor, walk, list(parts), known)
        try:
            answer = _ask(connection, part, walk)
            items = listed(answer, part.place, "statuses" if part.words else "")
        except SourceError as error:
            is_lonely = len({each.place for each in parts.values()}) == 1
            if isinstance(error, AuthFailed | RateLimited) and (
                is_lonely or (part.token and isinstance(error, AuthFailed))
            ):
                raise
            return _failed(error, cursor, walk, parts, now)
        return _page(connection, part, answer, items, cursor, walk, list(parts), now)

    def reply(self, connection: Connection, target: Target, text: str) -> Sent:
        token = secret(connection, "access_token", NETWORK)
        return mastodon_replies.publish(connection, mastodon_line.own(connection), token, target, text)

    def replies_to(self, connection: Connection, target: Target) -> Thread:
        token = secret(connection, "access_token", NETWORK)
        return mastodon_replies.read(connection, mastodon_line.own(connection), token, target)

    def recheck(self, connection: Connection, ids: Sequence[str]) -> dict[str, Fate]:
        """One look-up each, all within the time of one call. An instance that fails stops no other."""
        deadline = Deadline(connection.seconds or contract.CALL_SECONDS)
        fates: dict[str, Fate] = {}
        failed: SourceError | None = None
        for uri in ids[:MOST_RECHECKED]:
            try:
                fate = _fate(connection, uri, deadline)
            except SourceError as error:
                failed = error
                continue
            if fate:
                fates[uri] = fate
        if failed and not fates:
            raise failed
        return fates


def tags(connection: Connection) -> list[str]:
    return tags_in(str(option(connection, "tags")))


def tags_in(written: str) -> list[str]:
    found = (line.strip().lstrip("#") for line in written.splitlines())
    return list(dict.fromkeys(tag for tag in found if tag))


def _parts(connection: Connection, queries: Sequence[Listening]) -> dict[str, Part]:
    places = mastodon_line.instances(connection)
    token = connection.secrets.get("access_token", "").strip()
    found = {
        f"{place.name}#{tag}": Part(place, tag=tag, token=token if place == places[0] else "")
        for place in places
        for tag in tags(connection)
    }
    if places and (public := str(option(connection, "public"))):
        found[f"{places[0].name}/{public}"] = Part(places[0], public=public, token=token)
    if places and option(connection, "search_too"):
        needed = secret(connection, "access_token", NETWORK)
        for words in search.searches(queries, SYNTAX):
            found[f"{places[0].name}?{search.key(words)}"] = Part(places[0], words=words, token=needed)
    return found


def _ask(connection: Connection, part: Part, walk: Mapping[str, Any]) -> Answer:
    params: dict[str, Any] = {"limit": PAGE_SIZE, "min_id": walk["min_id"]}
    if part.tag:
        answer = ask(connection, part.place, mastodon_line.tag_path(part.tag), params, token=part.token)
    elif part.public:
        params |= {"local": "true"} if part.public == "local" else {}
        answer = ask(connection, part.place, "v1/timelines/public", params, token=part.token)
    else:
        params |= {"q": part.words, "type": "statuses", "offset": walk.get("offset", 0)}
        answer = ask(connection, part.place, "v2/search", params, token=part.token)
    return accepted(answer, part.place, token=part.token)


def _page(
    connection: Connection,
    part: Part,
    answer: Answer,
    items: list[Any],
    cursor: Cursor,
    walk: dict[str, Any],
    parts: list[str],
    now: datetime,
) -> Page:
    own, known = option(connection, "own_account"), mastodon_posts.uris(items)
    host = part.place.name
    posts, unreadable = read_each(items, lambda item: mastodon_posts.post(item, host, own, known))
    ours, _ = read_each(items, lambda item: mastodon_posts.ours(item, host, own, known))
    newest = newest_of(items, walk.get("newest", walk["min_id"]), now)
    has_more, gap = _goes_on(part, items, walk, newest)
    walk["newest"] = newest
    if has_more:
        step = {"min_id": newest} if not part.words else {"offset": walk.get("offset", 0) + len(items)}
        following: Cursor = {"parts": cursor.get("parts") or {}, "walk": {**walk, **step}}
    else:
        following = _finished(cursor, walk, parts, {"min_id": before(newest, walk["since"], now)})
    rate = answers.rate(answer.headers, now)
    return Page(posts, following, "walk" in following, unreadable, rate, gap, ours)


def newest_of(items: list[Any], known: str, now: datetime) -> str:
    """The latest id of a page. One from the future is passed over: it would hide all that comes before."""
    ids = [str(item.get("id")) for item in items if isinstance(item, Mapping) and item.get("id")]
    if ids and not any(map(mastodon_line.time_of, ids)):
        return ids[0]  # a server of another kind, whose ids are in order of its pages only
    numbers = [one for one in [*ids, known] if (at := mastodon_line.time_of(one)) and at < now + OVERLAP]
    return max(numbers, key=int, default=known)


def _goes_on(part: Part, items: list[Any], walk: Mapping[str, Any], newest: str) -> tuple[bool, str]:
    """Whether there may be another page, and what is missed where there may be and none is asked for."""
    if len(items) < FULL_PAGE:
        return False, ""
    if not part.words:
        # A page that brings nothing newer would come again for ever.
        return newest != walk.get("newest", walk["min_id"]), ""
    if walk.get("offset", 0) + len(items) < MOST_FOUND:
        return True, ""
    return False, f"{part.place.name} found more than is read of one search; some posts may be missing."


def before(newest: str, asked: str, now: datetime) -> str:
    """Where the next round begins: some time before the newest, but not before where this one began."""
    at = mastodon_line.time_of(newest)
    if at is None:
        return newest
    start = str(mastodon_line.id_at(min(at, now) - OVERLAP))
    return max(start, asked, key=int) if asked.isdecimal() else start


def _on(cursor: Cursor, walk: dict[str, Any], parts: list[str], known: dict[str, Any]) -> Page:
    """Past a part that asked to be left alone for a while."""
    following = _finished(cursor, walk, parts, known)
    return Page((), following, "walk" in following)


def _failed(
    error: SourceError, cursor: Cursor, walk: dict[str, Any], parts: dict[str, Part], now: datetime
) -> Page:
    walk = rounds.counted(walk)
    if rounds.has_failed(walk, list(parts), now):
        raise error
    stored, place = dict(cursor.get("parts") or {}), parts[walk["part"]].place
    known = {**stored.get(walk["part"], {}), "min_id": walk["since"]}
    if error.retry_at:
        # What an instance asks holds for all that is read there.
        wait = {"not_before": error.retry_at.isoformat()}
        there = {name: {**stored.get(name, {}), **wait} for name in parts if parts[name].place == place}
        stored, known = stored | there, known | wait
    following = _finished({"parts": stored}, walk, list(parts), known)
    gap = f"{error.message} {LATER}"
    return Page((), following, "walk" in following, gap=gap)


def _finished(cursor: Cursor, walk: Mapping[str, Any], parts: list[str], known: dict[str, Any]) -> Cursor:
    stored = cursor.get("parts") or {}
    kept = {part: stored[part] for part in parts if part in stored} | {walk["part"]: known}
    following = rounds.following(walk, parts)
    return {"parts": kept, "walk": following} if following else {"parts": kept}


def _fate(connection: Connection, uri: str, deadline: Deadline) -> Fate | None:
    """What the instance where it was written says; None where nothing can be said for certain."""
    found = mastodon_line.home(uri, connection)
    if found is None:
        return None
    place, own_id = found
    answer = ask(connection, place, f"v1/statuses/{own_id}", deadline=deadline)
    if answer.status == 401:
        return None  # an instance that shows strangers nothing
    if answer.status in (403, 404, 410):
        # A domain that was given up answers 404 to everything, with a page.
        fate = Fate("protected" if answer.status == 403 else "deleted")
        return fate if answer.body.lstrip().startswith(b"{") else None
    try:
        post = mastodon_posts.post(accept(answer, place.name).json(place.name), place.name)
    except Odd:
        return None
    if post is None:
        return Fate("protected")
    return None if post.external_id != uri else Fate("edited" if post.edited_at else "live", post)


adapter = Mastodon()
