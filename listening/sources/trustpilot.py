"""Trustpilot: every review of the hospital's own business units, and its one answer to each.

Reads: the reviews of the business units in `business_units`, one id a line, newest first. `access` chooses
the public list, or the private one; in the private one Trustpilot also gives e-mail addresses and order
numbers, of which nothing is read or kept.

Keys: `api_key`; `api_secret` for the private list and for answering. Both belong to a Trustpilot for Business
account with the connect module. To answer, `author_user_id` names the person there who answers.

Limits: 833 calls in five minutes and 10,000 an hour are Trustpilot's advice; 100 reviews a call.

Replies: one to a review, in the hospital's name. It takes no key against sending twice: an answer that was
lost is read back first.

Cursor: `parts` holds for each unit the reviews of its first page; a unit is read, newest first, until one of
them turns up. `walk` is where a unit stands half-way. An edit does not move a review: among the first hundred
it is seen at once, later by looking the review up again.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django import forms

from hospital.guard import Deadline
from listening.sources import contract, rounds
from listening.sources.answers import Rejected
from listening.sources.contract import (
    AuthFailed,
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
    Unavailable,
)
from listening.sources.http import Answer, accept, exchange, sending
from listening.sources.options import LinesField, address_field, lines, option, secret
from listening.sources.reading import Odd, read_each
from listening.sources.search import Syntax
from listening.sources.sheet import Sheet, Terms
from listening.sources.trustpilot_reviews import ours, page_of, review
from listening.sources.trustpilot_token import access_token, forget

NETWORK = "Trustpilot"
API = "https://api.trustpilot.com"
PAGE_SIZE = 100
PUBLIC, PRIVATE = "public", "private"
ID = re.compile(r"[0-9A-Za-z-]{1,64}\Z")


class TrustpilotOptions(forms.Form):
    business_units = LinesField(help_text="One id a line.")
    access = forms.ChoiceField(
        choices=[(PUBLIC, "The public list"), (PRIVATE, "The list of our own account")], initial=PUBLIC
    )
    author_user_id = forms.CharField(
        required=False,
        initial="",
        help_text="To answer: the User ID on the profile page of the one who answers.",
    )
    api_url = address_field(API)


class Trustpilot:
    kind = "trustpilot"
    label = "Trustpilot reviews"
    secrets: tuple[str, ...] = ("api_key", "api_secret")
    OptionsForm: type[forms.Form] = TrustpilotOptions
    reply_way: ReplyWay = "api"
    max_reply_characters = 5000
    attribution = "Trustpilot"
    most_rechecked = 20
    sheet = Sheet(
        searches="Every review of our own business units.",
        history="All of it.",
        replies="Every review, once, in the name of a person of the account.",
        deletions="Stored reviews are looked up again: an edit shows, and so does one that is gone.",
        cost="A Trustpilot plan with the connect module.",
        limits="833 calls in five minutes, and 10,000 an hour.",
        cannot_see="Reviews of others, and what reviewers tell Trustpilot in private.",
        keys_url="https://businessapp.b2b.trustpilot.com/",
        keys={
            "api_key": "It stands under Integrations, Developers, APIs.",
            "api_secret": "Only to answer, and to read the private list. It stands beside the key.",
        },
        ids="trustpilot",
        terms_url="https://developers.trustpilot.com/",
        terms=Terms(recheck_every=timedelta(hours=24)),
    )
    syntax: Syntax | None = None
    reads = "Every review of our own business units"

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        """One page of one unit: the one half-way, or the next of the round."""
        units = lines(connection, "business_units")
        if not units:
            return Page((), cursor)
        now = datetime.now(UTC)
        walk = rounds.resumed(cursor.get("walk"), units, now)
        try:
            found = _listed(connection, walk)
        except (Forbidden, Rejected) as error:
            return _failed(error, cursor, walk, units, now)
        return _page(found, cursor, walk, units)

    def reply(self, connection: Connection, target: Target, text: str) -> Sent:
        id, author = _checked(target.external_id), str(option(connection, "author_user_id")).strip()
        if not author:
            raise Forbidden("To answer on Trustpilot, enter in the options who of the account answers.")
        content = json.dumps({"authorBusinessUserId": author, "message": text}).encode()
        base = _base(connection)
        token = access_token(connection, base)
        with sending(NETWORK):
            answer = _private(connection, token, "POST", f"{base}/v1/private/reviews/{id}/reply", content)
            if answer.body.strip():
                answer.json(NETWORK)
        return Sent(f"{id}/reply", page_of(id))

    def replies_to(self, connection: Connection, target: Target) -> Thread:
        """The one answer of the review itself, whoever of us gave it."""
        found = _public(connection, f"/v1/reviews/{_checked(target.external_id)}").json(NETWORK)
        try:
            answer = ours(found)
        except Odd as odd:
            raise BadPayload(f"Trustpilot answered with something that is no review: {odd}.") from None
        return Thread([answer] if answer else [], is_whole=True)

    def recheck(self, connection: Connection, ids: Sequence[str]) -> dict[str, Fate]:
        """One look-up each, all within the time of one call; what is not asked in time is not said.

        Where nothing was found at all, the list is asked, too: an address that is wrong must erase nothing.
        """
        deadline = Deadline(connection.seconds or contract.CALL_SECONDS)
        fates: dict[str, Fate] = {}
        for id in [id for id in ids if ID.match(id)][: self.most_rechecked]:
            try:
                fates[id] = _fate(connection, id, deadline)
            except SourceError:
                if not fates:
                    raise
                break
        units = lines(connection, "business_units")
        if units and fates and all(fate.name == "deleted" for fate in fates.values()):
            _public(connection, f"/v1/business-units/{_checked(units[0])}/reviews?perPage=1", deadline)
        return fates


def _base(connection: Connection) -> str:
    return str(option(connection, "api_url", API)).rstrip("/")


def _checked(id: str) -> str:
    if not ID.match(id):
        raise Forbidden("This is not a review of Trustpilot's.")
    return id


def _listed(connection: Connection, walk: Mapping[str, Any]) -> Any:
    unit = walk["part"]
    if not ID.match(unit):
        raise Forbidden("A business unit is named by its id, as Trustpilot gives it.")
    params = urlencode({"perPage": PAGE_SIZE, "page": walk.get("page", 1), "orderBy": "createdat.desc"})
    path = f"business-units/{unit}/reviews?{params}"
    if option(connection, "access", PUBLIC) != PRIVATE:
        return _public(connection, f"/v1/{path}").json(NETWORK)
    token = access_token(connection, _base(connection))
    return _private(connection, token, "GET", f"{_base(connection)}/v1/private/{path}").json(NETWORK)


def _public(connection: Connection, path: str, deadline: Deadline | None = None) -> Answer:
    headers = {"apikey": secret(connection, "api_key", NETWORK)}
    address = f"{_base(connection)}{path}"
    return accept(
        exchange(connection, "GET", address, network=NETWORK, headers=headers, deadline=deadline), NETWORK
    )


def _private(
    connection: Connection, token: Any, method: str, address: str, content: bytes | None = None
) -> Answer:
    headers = {"Authorization": f"Bearer {token.text}", "Content-Type": "application/json"}
    answer = exchange(connection, method, address, network=NETWORK, headers=headers, content=content)
    try:
        accept(answer, NETWORK)
    except AuthFailed:
        forget(token)
        if token.is_proven:
            # A token can end before its time. The next call takes a new one, and that answer is final.
            raise Unavailable("Trustpilot ended the session early; the next call opens a new one.") from None
        raise
    token.is_proven = True
    return answer


def _fate(connection: Connection, id: str, deadline: Deadline) -> Fate:
    """404 and 410 are about the review: a key that is not accepted is answered with 401."""
    headers = {"apikey": secret(connection, "api_key", NETWORK)}
    address = f"{_base(connection)}/v1/reviews/{id}"
    answer = exchange(connection, "GET", address, network=NETWORK, headers=headers, deadline=deadline)
    if answer.status in (404, 410):
        return Fate("deleted")
    found = accept(answer, NETWORK).json(NETWORK)
    unit = found.get("businessUnit") if isinstance(found, Mapping) else None
    try:
        post = review(found, str(unit.get("id", "")) if isinstance(unit, Mapping) else "")
    except Odd as odd:
        raise BadPayload(f"Trustpilot answered with something that is no review: {odd}.") from None
    return Fate("edited", post) if post.edited_at else Fate("live", post)


def _page(found: Any, cursor: Cursor, walk: dict[str, Any], units: list[str]) -> Page:
    items = found.get("reviews") if isinstance(found, Mapping) else None
    if not isinstance(items, list):
        raise BadPayload("Trustpilot answered with something that is no list of reviews.", raw=str(found))
    posts, unreadable = read_each(items, partial(review, unit=walk["part"]))
    answers, _ = read_each(items, ours)
    ids = [post.external_id for post in posts]
    walk.setdefault("seen", ids)
    known = (cursor.get("parts") or {}).get(walk["part"], [])
    if len(items) >= PAGE_SIZE and set(ids).isdisjoint(known):
        following: Cursor = {**cursor, "walk": {**walk, "page": walk.get("page", 1) + 1}}
    else:
        following = rounds.finished(cursor, walk, units, walk["seen"])
    return Page(posts, following, "walk" in following, unreadable, ours=answers)


def _failed(
    error: SourceError, cursor: Cursor, walk: dict[str, Any], units: list[str], now: datetime
) -> Page:
    walk = rounds.counted(walk)
    if rounds.has_failed(walk, units, now):
        raise error
    known = (cursor.get("parts") or {}).get(walk["part"])
    following = rounds.finished(cursor, walk, units, known)
    return Page((), following, "walk" in following, gap=f"{walk['part'][:60]}: {error.message}")


adapter = Trustpilot()
