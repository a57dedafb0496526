"""The hospital's mailbox: letters, and mails of review platforms, over IMAP on a port of its own.

Any user name and password are taken, but those that say of themselves what is wrong with them. Its port and
its certificate are told at /_sandbox/mailbox; with a journal both stay the same over a restart.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import certificate, ids, letters, misdelivery
from sandbox.answers import json_answer, trouble_with
from sandbox.faults import Fault, met
from sandbox.imap import Act, Mail, Server
from sandbox.post import Post
from sandbox.town import Town

NETWORK = "mailbox"
FIRST = 1_577_836_800_000  # milliseconds since 1970; the numbers of mails begin here
TICK = 250  # milliseconds: so 32 bits last for decades
STRIDE = 1000
KEY_FILE = "sandbox-mail.pem"


class Mailbox:
    """The folder, as the mail server asks it."""

    greeting = b"* OK Northfield mail is ready\r\n"

    def __init__(self, town: Town, active: list[Fault]) -> None:
        self.town, self.active = town, active
        self._posts: dict[int, Post] = {}

    def validity(self) -> int:
        return 1 + self.town.records.renumbered

    def mails(self) -> Sequence[Mail]:
        """Numbered by their moments, so that a restart numbers them as before."""
        self._posts, last = {}, 0
        for post in reversed(list(self.town.newest(NETWORK))):
            number = (ids.moment_of(post.order) - FIRST) // TICK + STRIDE * self.town.records.renumbered
            last = max(last + 1, number)
            self._posts[last] = post
        return [self._mail(uid, post) for uid, post in self._posts.items()]

    def _mail(self, uid: int, post: Post) -> Mail:
        taken_at = datetime.fromtimestamp(ids.moment_of(post.order) // 1000, UTC)
        return Mail(uid, taken_at, partial(letters.write, post, self.town.world))

    def refusal(self, user: str, password: str) -> str:
        trouble = trouble_with(user, password)
        if trouble == 402:
            return misdelivery.REFUSED["429"].removeprefix("NO ")
        return "" if user and password and not trouble else misdelivery.REFUSED["401"].removeprefix("NO ")

    def fault(self, command: str, said: str) -> Act | None:
        route = f"{NETWORK}.{command}" if command else "unknown"
        self.town.ledger.requests[route] += 1
        fault = met(self.active, route, self.town.now())
        if fault is None:
            return None
        if fault.fault == misdelivery.RENUMBERED:
            self.town.records.add("renumbered")
            return None
        return misdelivery.act(fault.fault, fault.hold)

    def served(self, mails: Sequence[Mail]) -> None:
        found = [self._posts[mail.uid] for mail in mails if mail.uid in self._posts]
        self.town.ledger.serve(found, self.town.now())


@asynccontextmanager
async def open_mailbox(app: Starlette, *, host: str, state: Path | None) -> AsyncIterator[None]:
    town: Town = app.state.town
    pair = certificate.kept(state.with_name(KEY_FILE) if state else None)
    server = Server(Mailbox(town, app.state.faults), pair)
    port = await listen(server, host, town.records.mail_port)
    if port != town.records.mail_port:
        town.records.add("mail_port", port=port)
    app.state.mailbox = {"port": port, "certificate": pair.certificate.decode()}
    try:
        yield
    finally:
        await server.close()


async def listen(server: Server, host: str, port: int) -> int:
    """On the port of last time where it is free: whoever reads this mailbox knows that one."""
    try:
        return await server.open(host, port)
    except OSError:
        return await server.open(host, 0)


async def told(request: Request) -> Response:
    return json_answer(request.app.state.mailbox)


controls = [Route("/_sandbox/mailbox", told, name="sandbox.mailbox")]
