"""Review pages: what a public page says of its reviews in schema.org's words, where its site allows that.

Reads: the addresses in `pages`, one a line, each asked with the marks of its last answer. JSON-LD (`Review`,
`AggregateRating`, in graphs, lists and nested) and microdata. A review has an address of its own, or else is
known by its author, date and words. An average is told once, and again when it moved by a tenth of a star.

Keys: none. For each site a person confirms, by a tick that the audit keeps, that its terms allow a program to
read it; a page of any other site is not asked for.

Limits: no page is asked more often than every ten minutes. robots.txt is obeyed, and asked again after a day;
where it cannot be had for now, the page is left alone. Only redirects within the same site are followed. A
page of more than 4 MB is not read. What a page shows only after a script has run is not seen. Of the pages
that a page calls its next, four are read, at first and then once a day.

Replies: none; the link leads to the review, or to its page.

Cursor: `pages` holds for each address the marks of its last answer, when that was, what robots.txt said, and
until when it asked to be left alone; `walk` is the page that is next in a round, or its `onward` page.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from django import forms

from hospital.guard import Deadline
from listening.sources import contract, pages_markup, pages_onward, pages_reviews, rounds, unchanged
from listening.sources.contract import (
    BadPayload,
    Connection,
    Cursor,
    Forbidden,
    Listening,
    Page,
    ReplyWay,
    Sent,
    SourceError,
    Target,
)
from listening.sources.http import USER_AGENT, Answer, accept, exchange
from listening.sources.options import lines
from listening.sources.pages_reviews import Found
from listening.sources.reading import moment
from listening.sources.robots import Rules, rules_of
from listening.sources.search import Syntax
from listening.sources.sheet import Sheet, Terms
from listening.sources.sites import SitesForm, site_of

ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
MOST_REDIRECTS = 3
MOVED = frozenset({301, 302, 303, 307, 308})
ROBOTS_FOR = timedelta(hours=24)
SELDOM = timedelta(minutes=10)
"""No page is asked more often, however often its source is polled."""

NAME, MISSING = "pages", "Its newest reviews may be missing."
OLDER_MISSING = "Older reviews of it may be missing."


class Pages:
    kind = "pages"
    label = "Review pages"
    secrets: tuple[str, ...] = ()
    OptionsForm: type[forms.Form] = SitesForm
    reply_way: ReplyWay = "link_out"
    max_reply_characters = 0
    attribution = ""
    sheet = Sheet(
        searches="The reviews that stand on the pages that are named, where the site marks them up.",
        history="What stands on the page and on the four that follow it: mostly its newest reviews.",
        replies="None. The link leads to the review.",
        deletions="Not told. A review that left the page may have moved to its next one.",
        cost="Free.",
        limits="A few times a day is plenty. robots.txt is obeyed, and each site must be confirmed.",
        cannot_see="What shows only after a script has run, all beyond a fifth page, sites that forbid it.",
        needs_key=False,
        needs_choice=True,
        terms=Terms(may_export=False),
    )
    syntax: Syntax | None = None
    reads = "Every review on the chosen pages"

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        """The next page of the round."""
        pages = lines(connection, "pages")
        if not pages:
            return Page((), cursor)
        now = datetime.now(UTC)
        walk = rounds.resumed(cursor.get("walk"), pages, now)
        known: dict[str, Any] = (cursor.get("pages") or {}).get(walk["part"], {})
        if "onward" in walk:
            return _read_on(connection, cursor, walk, pages, known)
        try:
            found, known = _read(connection, walk["part"], known, now)
        except SourceError as error:
            return rounds.passed_over(error, cursor, walk, pages, now, name=NAME, missing=MISSING)
        if found.onward and pages_onward.is_due(known, now):
            known = {**known, "onward_at": now.isoformat()}
            return _went_on(found, cursor, walk, pages, known)
        return _went_on(replace(found, onward=""), cursor, walk, pages, known)

    def reply(self, connection: Connection, target: Target, text: str) -> Sent:
        raise Forbidden("A page takes no replies from here. Open it and answer there.")


NOTHING = Found([], [], True)


def _read_on(
    connection: Connection, cursor: Cursor, walk: dict[str, Any], pages: list[str], known: dict[str, Any]
) -> Page:
    """A further page of one that was read. Where it cannot be had the round goes on without it."""
    try:
        rules, deadline = Rules(known.get("robots", "")), Deadline(contract.CALL_SECONDS)
        answer = _get(connection, walk["onward"], {}, rules, deadline)
        found = _found(answer, walk["onward"], walk["part"])
    except SourceError as error:
        return _went_on(NOTHING, cursor, walk, pages, known, gap=f"{error.message} {OLDER_MISSING}")
    reviews = [post for post in found.posts if post.kind == "review"]
    return _went_on(replace(found, posts=reviews), cursor, walk, pages, known)


def _went_on(
    found: Found, cursor: Cursor, walk: dict[str, Any], pages: list[str], known: dict[str, Any], gap: str = ""
) -> Page:
    """What was read, and the cursor at the next further page, or at the next of the named ones."""
    following = rounds.finished(cursor, walk, pages, known, name=NAME)
    onward = pages_onward.step(walk, found.onward)
    if onward:
        following["walk"] = onward
    return Page(found.posts, following, "walk" in following, found.unreadable, gap=gap)


def _found(answer: Answer, address: str, named: str) -> Found:
    """Reviews are known by the page that was named, on whichever of its pages they stand today."""
    markup = pages_markup.read(answer.body, answer.headers.get("content-type", ""), address, name_of(address))
    return replace(pages_reviews.found(markup, named), onward=pages_onward.address_of(markup, address))


def _read(
    connection: Connection, address: str, known: dict[str, Any], now: datetime
) -> tuple[Found, dict[str, Any]]:
    read_at = moment(known.get("read_at"))
    if rounds.is_left_alone(known, now) or (read_at and read_at <= now < read_at + SELDOM):
        return NOTHING, known
    if site_of(address) not in connection.options.get("sites", ()):
        raise Forbidden(
            f"Nobody has confirmed yet that {name_of(address)} may be read: tick it in the options."
        )
    deadline = Deadline(contract.CALL_SECONDS)
    rules, asked_at = _rules(connection, address, known, deadline, now)
    answer = _get(connection, address, known, rules, deadline)
    kept = {"robots": rules.text, "robots_at": asked_at, "read_at": now.isoformat()}
    kept |= {"onward_at": known["onward_at"]} if "onward_at" in known else {}
    if answer.status == 304:
        return NOTHING, {**known, **kept}
    found = _found(answer, address, address)
    if not found.is_about_reviews:
        said = answer.body[:65536].decode("utf-8", "replace")
        raise BadPayload(f"{name_of(address)} marks up no review that a program can read.", raw=said)
    return found, kept | ({} if found.unreadable else unchanged.kept(answer.headers))


def _rules(
    connection: Connection, address: str, known: dict[str, Any], deadline: Deadline, now: datetime
) -> tuple[Rules, str]:
    """What the site's robots.txt says, as it was kept or asked anew, and when it was asked."""
    asked_at = moment(known.get("robots_at"))
    if asked_at and asked_at <= now < asked_at + ROBOTS_FOR:
        return Rules(known.get("robots", "")), known["robots_at"]
    place = str(httpx.URL(address).copy_with(path="/robots.txt", query=None, fragment=None))
    answer = _asked(connection, place, {}, Rules(""), deadline)
    if answer.status >= 500 or answer.status == 429:
        accept(answer, name_of(address))
    return rules_of(answer.status, answer.body, USER_AGENT), now.isoformat()


def _get(
    connection: Connection, address: str, known: dict[str, Any], rules: Rules, deadline: Deadline
) -> Answer:
    headers = {"Accept": ACCEPT, **unchanged.asked(known)}
    answer = _asked(connection, address, headers, rules, deadline)
    return answer if answer.status == 304 else accept(answer, name_of(address))


def _asked(
    connection: Connection, address: str, headers: dict[str, str], rules: Rules, deadline: Deadline
) -> Answer:
    """The answer, whatever it is, after redirects within its site."""
    network, site = name_of(address), site_of(address)
    for _ in range(MOST_REDIRECTS + 1):
        if not rules.allow(address, USER_AGENT):
            raise Forbidden(f"{network} asks programs not to read this page (robots.txt). Take it out.")
        answer = exchange(connection, "GET", address, network=network, headers=headers, deadline=deadline)
        location = answer.headers.get("location", "")
        if answer.status not in MOVED or not location or "login" in location.lower():
            return answer
        address = _joined(address, location)
        if site_of(address) != site:
            raise Forbidden(f"{network} leads to another site. Enter the address it leads to instead.")
    raise Forbidden(f"{network} sends its reader from one address to the next; give the last one.")


def _joined(address: str, location: str) -> str:
    try:
        return str(httpx.URL(address).join(location))
    except (httpx.InvalidURL, ValueError):
        raise Forbidden("A page leads to something that is not a web address.") from None


def name_of(address: str) -> str:
    return f"The page at {site_of(address) or 'no site'}"


adapter = Pages()
