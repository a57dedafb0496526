"""A Facebook page of the hospital: its recommendations, what people write on it, and the comments under it.

Reads: `/{page}/ratings`, `/{page}/feed`, and `/{post}/comments` of each of the newest posts under which
something changed, the page's own posts included. There is no search: nothing outside the page is seen.

Keys: `page_token`, a token of the page with `pages_read_engagement` and `pages_read_user_content`, which
Meta gives after App Review and verification of the business; `pages_manage_engagement` to answer.

Limits: they depend on how many people use the page. Facebook says in its answers how many hundredths of
the budget are used, and that it is used up by an error code (4, 17, 32, 613), not by 429.

Replies: a comment in the name of the page, under a post, a comment, or a recommendation that has a story.
It takes no key against sending twice, so that an answer which was lost is read back first.

Facebook's manual contradicts itself on recommendations: one page shows them, another says that they ended
with v22.0, with error code 12. Where that code comes, they are left out for a week; the rest goes on.

Cursor: `parts` holds what stood at the top of recommendations and feed; `posts`, for each of the newest
posts, what the feed said of it and its newest comments; `absent` what is not offered; the rest is where a
round stands (`facebook_walk`).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms

from listening.sources import facebook_back, facebook_line, facebook_things, facebook_walk, rounds
from listening.sources.answers import Rejected
from listening.sources.contract import (
    BadPayload,
    Connection,
    Cursor,
    Fate,
    Forbidden,
    Listening,
    Page,
    Post,
    ReplyWay,
    Sent,
    SourceError,
    Target,
    Thread,
    Unreadable,
    Written,
)
from listening.sources.facebook_line import NETWORK, NotOffered
from listening.sources.facebook_walk import FEED, RATINGS
from listening.sources.http import sending
from listening.sources.options import address_field, option
from listening.sources.reading import read_each
from listening.sources.search import Syntax
from listening.sources.sheet import Sheet, Terms

WATCHED = 25  # the newest posts, whose comments are followed
BACKFILL_DAYS = 30


class FacebookOptions(forms.Form):
    page = forms.RegexField(
        r"^\d{1,30}$", initial="", help_text="The number of the page, as its settings show it."
    )
    reads_ratings = forms.BooleanField(initial=True, required=False, label="Read recommendations")
    reads_feed = forms.BooleanField(initial=True, required=False, label="Read posts and comments")
    backfill_days = forms.IntegerField(
        initial=BACKFILL_DAYS,
        min_value=1,
        max_value=365,
        required=False,
        help_text="How many days back the first reading of posts goes.",
    )
    api_url = address_field(facebook_line.API)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if not (found.get("reads_ratings") or found.get("reads_feed")):
            self.add_error(
                "reads_ratings", "Choose one of the two at least: without it there is nothing to read."
            )
        return found


class Facebook:
    kind = "facebook"
    label = "Facebook page"
    secrets: tuple[str, ...] = ("page_token",)
    OptionsForm: type[forms.Form] = FacebookOptions
    reply_way: ReplyWay = "api"
    max_reply_characters = 8000
    attribution = "Facebook"
    most_rechecked = facebook_back.MOST_RECHECKED
    sheet = Sheet(
        searches="Recommendations of our page, what people write on it, and the comments under its posts.",
        history="All recommendations; posts and their comments as many days back as is set.",
        replies="As the page, under posts, comments and most recommendations.",
        deletions="Stored posts are looked up again. An edit is seen while the post is among the newest.",
        cost="Free.",
        limits="By how busy the page is. Meta must review the app and verify the business first.",
        cannot_see=(
            "Posts elsewhere, groups, Messenger, comments under posts older than the newest 25, and who "
            "wrote, where Facebook keeps that back. Recommendations may no longer be offered."
        ),
        keys_url="https://developers.facebook.com/apps",
        keys={
            "page_token": (
                "Of the page, with pages_read_engagement and pages_read_user_content; to answer also "
                "pages_manage_engagement."
            ),
        },
        ids="facebook",
        terms_url="https://developers.facebook.com/terms/",
        terms=Terms(recheck_every=timedelta(hours=24)),
    )
    syntax: Syntax | None = None
    reads = "Everything on our own page"

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        """One page of one part: the recommendations, the feed, or the comments of one post."""
        now = datetime.now(UTC)
        places = _places(connection, cursor, now)
        if not places:
            return Page((), {name: cursor[name] for name in cursor if name != "walk"})
        walk = rounds.resumed(cursor.get("walk"), places, now)
        try:
            return _read(connection, cursor, walk, places, now)
        except NotOffered as error:
            return _absent(error, cursor, walk, places, now)
        except (Forbidden, Rejected) as error:
            return _failed(error, cursor, walk, places, now)

    def reply(self, connection: Connection, target: Target, text: str) -> Sent:
        if not facebook_things.OBJECT.match(target.external_id):
            raise Forbidden("Facebook gives no way to answer this one from here. Open it and answer there.")
        address = f"{facebook_line.base(connection)}/{target.external_id}/comments"
        with sending(NETWORK):
            answer = facebook_line.call(connection, "POST", address, urlencode({"message": text}).encode())
            made = answer.json(NETWORK)
            id = made.get("id") if isinstance(made, Mapping) else None
            if not isinstance(id, str) or not id:
                raise BadPayload("Facebook did not name the comment that it made.", raw=str(made))
        return Sent(id, f"https://www.facebook.com/{id}")

    def replies_to(self, connection: Connection, target: Target) -> Thread:
        if not facebook_things.OBJECT.match(target.external_id):
            return Thread([], is_whole=False)
        return facebook_back.replies_to(connection, _page_of(connection), target)

    def recheck(self, connection: Connection, ids: Sequence[str]) -> dict[str, Fate]:
        return facebook_back.recheck(connection, _page_of(connection), ids)


def _page_of(connection: Connection) -> str:
    return str(option(connection, "page")).strip()


def _places(connection: Connection, cursor: Cursor, now: datetime) -> list[str]:
    wanted = [part for part in (RATINGS, FEED) if connection.options.get(f"reads_{part}", True)]
    return [*facebook_walk.parts(wanted, cursor, now), *cursor.get("due", [])]


def _read(
    connection: Connection, cursor: Cursor, walk: dict[str, Any], places: list[str], now: datetime
) -> Page:
    page = _page_of(connection)
    if not facebook_things.OBJECT.match(page):
        raise Forbidden("The page is named by its number, as its settings show it.")
    answer = facebook_line.call(connection, "GET", _address(connection, page, walk))
    found = answer.json(NETWORK)
    items = facebook_things.listed(found)
    posts, unreadable, ours = _things(items, page, walk["part"])
    ids = [post.external_id for post in posts] + [answer.external_id for answer in ours]
    kept = facebook_walk.begun(facebook_walk.present(cursor, walk["part"]), walk)
    if walk["part"] == FEED:
        marks = dict(read_each(items, facebook_things.mark)[0])
        ids, kept = list(marks), facebook_walk.told(kept, marks)
    walk.setdefault("seen", ids)
    further = facebook_things.following(found, walk.get("marks", {}))
    is_enough = facebook_walk.knows(cursor, walk, ids) or _is_long_ago(connection, walk["part"], posts, now)
    if further and not is_enough:
        following = facebook_walk.onward(kept, walk, further)
    else:
        following = facebook_walk.finished(kept, walk, places)
    rate = facebook_line.rate(answer.headers, now)
    return Page(posts, following, "walk" in following, unreadable, rate, ours=ours)


def _things(items: list[Any], page: str, part: str) -> tuple[list[Post], list[Unreadable], list[Written]]:
    if part == RATINGS:
        return (*read_each(items, lambda item: facebook_things.rating(item, page)), [])
    if part == FEED:
        return (*read_each(items, lambda item: facebook_things.entry(item, page)), [])
    posts, unreadable = read_each(items, lambda item: facebook_things.comment(item, page, part))
    ours, _ = read_each(items, lambda item: facebook_things.ours(item, page, part))
    return facebook_things.answered(posts, ours), unreadable, ours


def _is_long_ago(connection: Connection, part: str, posts: Sequence[Post], now: datetime) -> bool:
    """Whether a first reading of the feed has gone back far enough."""
    longest = timedelta(days=int(option(connection, "backfill_days", BACKFILL_DAYS)))
    times = [post.published_at for post in posts if post.published_at]
    return part == FEED and bool(times) and now - min(times) > longest


def _address(connection: Connection, page: str, walk: Mapping[str, Any]) -> str:
    part = walk["part"]
    if part == RATINGS:
        path, params = f"{page}/ratings", {"limit": "50", "fields": facebook_things.RATING_FIELDS}
    elif part == FEED:
        path, params = f"{page}/feed", {"limit": str(WATCHED), "fields": facebook_things.POST_FIELDS}
    else:
        path, params = f"{part}/comments", {"limit": "50", "fields": facebook_things.COMMENT_FIELDS}
        params |= {"filter": "stream", "order": "reverse_chronological"}
    return f"{facebook_line.base(connection)}/{path}?{urlencode(params | walk.get('marks', {}))}"


def _absent(
    error: SourceError, cursor: Cursor, walk: dict[str, Any], places: list[str], now: datetime
) -> Page:
    """That part is not offered. It is said once, and again only if it was there in between."""
    is_news = walk["part"] not in (cursor.get("absent") or {})
    following = facebook_walk.passed(facebook_walk.absent(cursor, walk["part"], now), walk, places)
    name = {RATINGS: "recommendations", FEED: "the posts on the page"}.get(walk["part"], "these comments")
    gap = f"{error.message} Nothing is read of {name}; look at the page itself." if is_news else ""
    return Page((), following, "walk" in following, gap=gap)


def _failed(
    error: SourceError, cursor: Cursor, walk: dict[str, Any], places: list[str], now: datetime
) -> Page:
    if "marks" in walk:
        # The mark of a page is no longer taken: read that part from its top.
        again = {name: walk[name] for name in walk if name not in ("marks", "seen")}
        return Page((), {**cursor, "walk": again}, has_more=True)
    walk = rounds.counted(walk)
    if rounds.has_failed(walk, places, now):
        raise error
    following = facebook_walk.passed(cursor, walk, places)
    part = walk["part"] if walk["part"] in (RATINGS, FEED) else f"the comments of {walk['part']}"
    return Page((), following, "walk" in following, gap=f"{error.message} It was about {part}.")


adapter = Facebook()
