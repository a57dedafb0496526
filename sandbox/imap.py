"""A small mail server: IMAP over TLS, one folder, read-only; as much of RFC 3501 as a reader of mail needs.

What lies in the folder, who may sign in and what goes wrong there is for its `Folder` to say.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from sandbox.certificate import Pair

COMMANDS = ("capability", "login", "examine", "search", "fetch", "logout")
LONGEST_LINE = 65536
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WORD = re.compile(r'"((?:\\.|[^"\\])*)"|(\S+)')
RANGE = re.compile(r"(\d+)(?::(\d+|\*))?")
PART = re.compile(r"BODY(?:\.PEEK)?\[\]<(\d+)\.(\d+)>")


@dataclass(frozen=True)
class Mail:
    """`write` gives the mail as it travels."""

    uid: int
    taken_at: datetime
    write: Callable[[], bytes]


Act = Callable[["Talk", str, bytes], Awaitable[None]]
"""A fault: what happens in place of this true answer to the command with this tag."""


class Folder(Protocol):
    greeting: bytes

    def validity(self) -> int:
        """The name of the present numbering."""

    def mails(self) -> Sequence[Mail]:
        """All there are now, by their numbers."""

    def refusal(self, user: str, password: str) -> str:
        """Why they may not sign in; empty where they may."""

    def fault(self, command: str, said: str) -> Act | None:
        """What goes wrong with this command: its name of `COMMANDS`, and all that was said."""

    def served(self, mails: Sequence[Mail]) -> None:
        """These have left the house whole."""


class Talk:
    """One connection, from the greeting to the farewell."""

    def __init__(self, folder: Folder, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.folder, self.reader, self.writer = folder, reader, writer
        self.is_known = False
        self.mails: Sequence[Mail] = ()  # as they were when the folder was opened
        self.handed: list[Mail] = []

    async def hold(self) -> None:
        with suppress(OSError, ValueError):  # the other end went away, or sent a line without an end
            await self.say(self.folder.greeting)
            while line := await self.reader.readline():
                await self.answer(line.decode(errors="replace").rstrip("\r\n"))
        self.writer.close()

    async def say(self, said: bytes) -> None:
        self.writer.write(said)
        await self.writer.drain()

    async def deliver(self, answer: bytes) -> None:
        await self.say(answer)
        self.folder.served(self.handed)

    async def answer(self, line: str) -> None:
        tag, _, said = line.partition(" ")
        command = named(said)
        self.handed = []
        fault = self.folder.fault(command, said)
        answer = self.answers(tag, command, said)
        if fault is not None:
            await fault(self, tag, answer)
        else:
            await self.deliver(answer)
        if command == "logout":
            self.writer.close()

    def answers(self, tag: str, command: str, said: str) -> bytes:
        if command == "login":
            return self.sign_in(tag, said)
        if command == "capability":
            return f"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n".encode()
        if command == "logout":
            return f"* BYE until next time\r\n{tag} OK done\r\n".encode()
        if not command:
            return f"{tag} BAD this is not done here\r\n".encode()
        if not self.is_known:
            return f"{tag} NO sign in first\r\n".encode()
        if command == "examine" and words(said)[1:] != ["INBOX"]:
            return f"{tag} NO there is no such folder\r\n".encode()
        found: dict[str, Callable[[str], bytes]] = {
            "examine": self.examine,
            "search": self.search,
            "fetch": self.fetch,
        }
        return found[command](said) + f"{tag} OK done\r\n".encode()

    def sign_in(self, tag: str, said: str) -> bytes:
        user, password, *_ = [*words(said)[1:], "", ""]
        refusal = self.folder.refusal(user, password)
        self.is_known = not refusal
        return f"{tag} {f'NO {refusal}' if refusal else 'OK welcome'}\r\n".encode()

    def examine(self, said: str) -> bytes:
        self.mails = self.folder.mails()
        numbering = f"* OK [UIDVALIDITY {self.folder.validity()}] the numbering\r\n"
        return f"* {len(self.mails)} EXISTS\r\n* 0 RECENT\r\n{numbering}".encode()

    def search(self, said: str) -> bytes:
        return f"* SEARCH {' '.join(str(mail.uid) for mail in self.found(said.upper()))}\r\n".encode()

    def found(self, said: str) -> Sequence[Mail]:
        if since := re.search(r"SINCE (\d{1,2})-([A-Z]{3})-(\d{4})", said):
            month = MONTHS.index(since[2].title()) + 1
            day = datetime(int(since[3]), month, int(since[1]), tzinfo=UTC).date()
            return [mail for mail in self.mails if mail.taken_at.astimezone(UTC).date() >= day]
        _, is_numbered, ranges = said.removeprefix("UID SEARCH").partition("UID ")
        return list(self.within(ranges)) if is_numbered else self.mails

    def within(self, ranges: str) -> Iterator[Mail]:
        """The mails of "1,4:6,9:*"; a range up to the star holds the last mail, wherever it begins."""
        last = self.mails[-1].uid if self.mails else 0
        spans = [
            sorted((int(first), last if end == "*" else int(end or first)))
            for first, end in RANGE.findall(ranges)
        ]
        return (mail for mail in self.mails if any(low <= mail.uid <= high for low, high in spans))

    def fetch(self, said: str) -> bytes:
        self.handed = list(self.within(said.split()[2]))
        start, size = map(int, found.groups()) if (found := PART.search(said)) else (0, 1 << 32)
        numbers = {mail.uid: number for number, mail in enumerate(self.mails, 1)}
        return b"".join(self.mail(numbers[mail.uid], mail, start, size) for mail in self.handed)

    def mail(self, number: int, mail: Mail, start: int, size: int) -> bytes:
        part = mail.write()[start : start + size]
        uid, taken = f"UID {mail.uid}", f'INTERNALDATE "{clock(mail.taken_at)}"'
        # Servers name a mail before what they hand out of it or after, as they like.
        before, after = (f"{uid} {taken}", "") if mail.uid % 2 else (taken, f" {uid}")
        head = f"* {number} FETCH ({before} BODY[]<{start}> {{{len(part)}}}\r\n"
        return head.encode() + part + f"{after})\r\n".encode()


def named(said: str) -> str:
    """Which of the commands this is; empty where it is none."""
    word, _, rest = said.partition(" ")
    word = rest.partition(" ")[0] if word.upper() == "UID" else word
    return word.lower() if word.lower() in COMMANDS else ""


def words(said: str) -> list[str]:
    return [re.sub(r"\\(.)", r"\1", quoted) if quoted else plain for quoted, plain in WORD.findall(said)]


def clock(moment: datetime) -> str:
    return f"{moment.day:2}-{MONTHS[moment.month - 1]}-{moment:%Y %H:%M:%S %z}"


class Server:
    """Listens until it is closed, and then lets nobody wait."""

    def __init__(self, folder: Folder, pair: Pair) -> None:
        self.folder, self.pair = folder, pair
        self._talks: set[asyncio.Task[None]] = set()

    async def open(self, host: str, port: int) -> int:
        """The port on which it listens: this one, or a free one where it is 0."""
        self._server = await asyncio.start_server(
            self._meet, host, port, ssl=self.pair.context(), limit=LONGEST_LINE
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.ensure_future(Talk(self.folder, reader, writer).hold())
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def close(self) -> None:
        self._server.close()
        talks = list(self._talks)
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
