"""Care Opinion (United Kingdom, Ireland, Australia): stories of care, as far as the subscription goes.

Reads: `/api/v2/opinions` with the filters in `filters`, written as in the address of a search on the site:
`nacs=RXX01&tag=parking`. Where there are filters, every story that they let through is taken; without any,
only those that name what is listened for. Stories come in the order of their publication, a hundred a call.

Keys: `subscription_key`, of a subscription that includes the API. It does not end by itself. A key that is
not accepted leads to a page where people sign in, not to 401: every redirect is taken for that.

Limits: five calls a second.

Replies: on the site. A story may have several answers, of several organisations; whether it has any is known
here, but not whose it is.

Cursor: `since` is the publication of the newest story read, less two days; `walk` where the reading of what
was published since then stands. Each page begins with the last few of the one before, so that a story which
is withdrawn between two calls hides no other.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django import forms

from hospital.guard import Deadline
from listening.sources import contract
from listening.sources.contract import (
    AuthFailed,
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
)
from listening.sources.http import Answer, accept, exchange
from listening.sources.options import address_field, option, secret
from listening.sources.reading import identifier, mapping, moment, read_each, several, text
from listening.sources.search import Syntax
from listening.sources.sheet import Sheet, Terms

NETWORK = "Care Opinion"
SITE = "https://www.careopinion.org.uk"
TAKE = 100
AGAIN = 5  # stories of a page that the next one begins with
OVERLAP = timedelta(days=2)
BACKFILL_DAYS = 90
OURS = frozenset({"skip", "take", "key", "publishedafter", "dateofpublicationorder"})
SIGN_IN = (b"log in", b"login", b"sign in", b"signin", b"password")


class CareOpinionOptions(forms.Form):
    filters = forms.CharField(
        required=False,
        initial="",
        help_text="As in the address of a search on the site: nacs=RXX01&tag=parking",
    )
    backfill_days = forms.IntegerField(
        initial=BACKFILL_DAYS,
        min_value=1,
        max_value=3650,
        required=False,
        help_text="How many days back the first reading goes.",
    )
    api_url = address_field(SITE)


class CareOpinion:
    kind = "careopinion"
    label = "Care Opinion"
    secrets: tuple[str, ...] = ("subscription_key",)
    OptionsForm: type[forms.Form] = CareOpinionOptions
    reply_way: ReplyWay = "link_out"
    max_reply_characters = 0
    attribution = "Care Opinion"
    most_rechecked = 4
    sheet = Sheet(
        searches="Stories by the filters of the site's own search: service, tag, words, dates.",
        history="As many days back as is set, within the subscription.",
        replies="On the site; the link leads to the story.",
        deletions="Stored stories are looked up again: one that is no longer there was taken down.",
        cost="A Care Opinion subscription that includes the API.",
        limits="Five calls a second.",
        cannot_see="What the subscription leaves out, stories before moderation, and whose an answer is.",
        keys_url="https://www.careopinion.org.uk/info/api-v2-authentication",
        keys={"subscription_key": "Care Opinion gives it with a subscription that includes the API."},
        terms_url="https://www.careopinion.org.uk/",
        terms=Terms(recheck_every=timedelta(hours=24)),
    )
    syntax: Syntax | None = None
    reads = "Every story that the chosen filters let through"

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        now = datetime.now(UTC)
        walk = cursor.get("walk") or {"since": _since(connection, cursor, now).isoformat(), "skip": 0}
        answer = _ask(connection, f"/api/v2/opinions?{_question(connection, walk)}")
        found = answer.json(NETWORK)
        if not isinstance(found, list):
            raise BadPayload("Care Opinion answered with something that is no list.", raw=str(found))
        posts, unreadable = read_each(found, partial(story, site=_site(connection), scope=_scope(connection)))
        times = [post.published_at for post in posts if post.published_at and post.published_at <= now]
        newest = max([*times, moment(walk.get("newest")) or moment(walk["since"]) or now])
        if len(found) >= TAKE:
            walk = {**walk, "skip": walk["skip"] + TAKE - AGAIN, "newest": newest.isoformat()}
            return Page(posts, {**cursor, "walk": walk}, True, unreadable)
        kept = max(newest - OVERLAP, moment(walk["since"]) or newest - OVERLAP)
        return Page(posts, {"since": kept.isoformat()}, False, unreadable)

    def reply(self, connection: Connection, target: Target, text: str) -> Sent:
        raise Forbidden("Care Opinion is answered on its site. Open the story and answer there.")

    def recheck(self, connection: Connection, ids: Sequence[str]) -> dict[str, Fate]:
        """One look-up each, all within the time of one call. Not more of them than a second allows.

        Where nothing was found at all, the list is asked, too: an address that is wrong must erase nothing.
        """
        deadline = Deadline(connection.seconds or contract.CALL_SECONDS)
        fates: dict[str, Fate] = {}
        for id in [id for id in ids if id.isascii() and id.isdigit()][: self.most_rechecked]:
            try:
                _ask(connection, f"/api/v2/opinions/{id}", deadline)
                fates[id] = Fate("live")
            except _Missing:
                fates[id] = Fate("deleted")
            except SourceError:
                if not fates:
                    raise
                break
        if all(fate.name == "deleted" for fate in fates.values()):
            _ask(connection, "/api/v2/opinions?take=1", deadline)
        return fates


class _Missing(Forbidden):
    """404 or 410 about one story."""


def _site(connection: Connection) -> str:
    return str(option(connection, "api_url", SITE)).rstrip("/")


def _scope(connection: Connection) -> str:
    """What stands for a place where a story names none; empty where nothing was chosen."""
    return "&".join(f"{name}={value}" for name, value in _filters(connection))[:100]


def _filters(connection: Connection) -> list[tuple[str, str]]:
    said = str(option(connection, "filters")).strip()
    query = urlsplit(said).query or said.lstrip("?")
    return [(name, value) for name, value in parse_qsl(query) if name.lower() not in OURS]


def _since(connection: Connection, cursor: Cursor, now: datetime) -> datetime:
    days = int(option(connection, "backfill_days", BACKFILL_DAYS))
    return moment(cursor.get("since")) or now - timedelta(days=days)


def _question(connection: Connection, walk: Mapping[str, Any]) -> str:
    asked = {
        "publishedafter": str(walk["since"])[:10],
        "dateofpublicationorder": "ascending",
        "take": str(TAKE),
        "skip": str(walk["skip"]),
    }
    return urlencode([*_filters(connection), *asked.items()])


def _ask(connection: Connection, path: str, deadline: Deadline | None = None) -> Answer:
    key = secret(connection, "subscription_key", NETWORK)
    headers = {"Authorization": f"SUBSCRIPTION_KEY {key}", "Accept": "application/json"}
    address = f"{_site(connection)}{path}"
    answer = exchange(connection, "GET", address, network=NETWORK, headers=headers, deadline=deadline)
    if 300 <= answer.status < 400 or (answer.status < 300 and is_sign_in(answer.body)):
        raise AuthFailed("Care Opinion does not accept the subscription key; it asks to sign in.")
    if "?" not in path and answer.status in (404, 410):
        raise _Missing("This story is no longer on Care Opinion.")
    return accept(answer, NETWORK)


def is_sign_in(body: bytes) -> bool:
    """Whether this is a page to sign in at. Another page is not: the site may be down for an hour."""
    beginning = body.lstrip()[:200_000].lower()
    return beginning.startswith(b"<") and any(words in beginning for words in SIGN_IN)


def story(item: Any, site: str, scope: str) -> Post:
    found = mapping(item, "the story")
    id = identifier(found, "id")
    links = [link for link in several(found.get("links")) if isinstance(link, Mapping)]
    services = [str(link["id"]) for link in links if link.get("rel") == "healthservice" and link.get("id")]
    return Post(
        external_id=id,
        text=text(found, "body"),
        title=text(found, "title"),
        url=f"{site}/opinions/{id}",
        author_name=_author(found),
        published_at=moment(found.get("dateOfPublication")) or moment(found.get("dateOfSubmission")),
        kind="review",
        facility_hint=(services or [scope])[0] if scope else "",
        replied=bool(found.get("responses")) or any(link.get("rel") == "response" for link in links),
    )


def _author(found: Mapping[str, Any]) -> str:
    author = found.get("author")
    return text(author, "name") if isinstance(author, Mapping) else text(found, "author")


adapter = CareOpinion()
