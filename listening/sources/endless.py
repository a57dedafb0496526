"""Answers that do not end, read as they come, over connections of `guard`.

X writes a line a post, Mastodon server-sent events. One thread reads several such answers beside each other:
a hashtag of Mastodon is one each. `Lines` and `Events` say where a message ends; an empty line or a comment
is a sign of life.
"""

import selectors
import time
from datetime import UTC, datetime

import h11
import httpcore
import httpx

from hospital.guard import CONNECT_SECONDS, Deadline, GuardedBackend
from listening.sources.answers import error_for
from listening.sources.contract import AuthFailed, BadPayload, Connection, SourceError, Unavailable
from listening.sources.http import USER_AGENT, checked
from listening.sources.push import MOST_BYTES, Closed, Opening, TooLarge
from listening.sources.websocket import CHUNK, FOR_EVER, OPEN_SECONDS, dialled

MOST_OF_A_REFUSAL = 65_536
LONGEST_SILENCE = 60.0
"""Seconds. Of several answers one may die unheard among the others."""


class Endless:
    """One such answer; open once it is made."""

    def __init__(self, connection: Connection, address: str, headers: dict[str, str], network: str) -> None:
        self._network, self._left = network, b""
        self._protocol = h11.Connection(h11.CLIENT)
        self.ended: SourceError | None = None
        self.heard_at = time.monotonic()
        url = checked(address)
        seconds = min(OPEN_SECONDS, connection.seconds or OPEN_SECONDS)
        self._backend = GuardedBackend(Deadline(seconds), may_reach_private=connection.may_reach_private)
        self.stream = dialled(self._backend, url, network)
        try:
            self._open(url, headers)
        except SourceError:
            self.stream.close()
            raise
        self._backend.deadline = Deadline(FOR_EVER)
        # What follows the head at once came with it.
        self.early = self._lines()

    def _open(self, url: httpx.URL, headers: dict[str, str]) -> None:
        sent = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **headers}
        try:
            fields = [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]
            request = h11.Request(method="GET", target=url.raw_path, headers=[(b"Host", url.netloc), *fields])
            self.stream.write(self._protocol.send(request) or b"", CONNECT_SECONDS)
            self._protocol.send(h11.EndOfMessage())
            head = self._head()
        except (UnicodeEncodeError, h11.LocalProtocolError):
            raise AuthFailed(f"A key of {self._network} holds a sign that no key has.") from None
        except h11.RemoteProtocolError:
            raise BadPayload(f"{self._network} does not answer as a stream does.") from None
        except httpcore.TimeoutException:
            raise Unavailable(f"{self._network} did not answer in time.") from None
        except httpcore.NetworkError:
            raise self._broken_off() from None
        body = b"" if head.status_code == 200 else self._body()
        if refusal := refused(head, body, self._network):
            raise refusal

    def _head(self) -> h11.Response:
        while True:
            event = self._protocol.next_event()
            if isinstance(event, h11.Response):
                return event
            if event is h11.NEED_DATA:
                data = self.stream.read(CHUNK, OPEN_SECONDS)
                if not data:
                    raise self._broken_off()
                self._protocol.receive_data(data)

    def _body(self) -> bytes:
        """Of a refusal, as far as it is worth reading."""
        body = b""
        try:
            while len(body) < MOST_OF_A_REFUSAL:
                event = self._protocol.next_event()
                if isinstance(event, h11.Data):
                    body += event.data
                elif event is h11.NEED_DATA:
                    self._protocol.receive_data(self.stream.read(CHUNK, OPEN_SECONDS))
                else:
                    break
        except (h11.RemoteProtocolError, httpcore.NetworkError, httpcore.TimeoutException):
            pass
        return body

    def read(self) -> list[bytes]:
        """The whole lines that are there; where it has ended, `ended` says why."""
        try:
            self._protocol.receive_data(self.stream.read(CHUNK, 0.001))
        except httpcore.TimeoutException:
            return []
        except (httpcore.NetworkError, h11.RemoteProtocolError):
            self.ended = self._broken_off()
            return []
        return self._lines()

    def _lines(self) -> list[bytes]:
        parts = [self._left]
        try:
            while self.ended is None:
                event = self._protocol.next_event()
                if isinstance(event, h11.Data):
                    parts.append(bytes(event.data))
                elif event is h11.NEED_DATA:
                    break
                else:
                    self.ended = Closed(f"{self._network} closed the stream.")
        except h11.RemoteProtocolError:
            self.ended = self._broken_off()
        *whole, self._left = b"".join(parts).split(b"\n")
        if len(self._left) > MOST_BYTES:
            self.ended = TooLarge(f"{self._network} sent a message that is longer than is read.")
        if whole:
            self.heard_at = time.monotonic()
        return [line.removesuffix(b"\r") for line in whole]

    def _broken_off(self) -> Unavailable:
        return Unavailable(f"{self._network} broke off the stream.")


def refused(head: h11.Response, body: bytes, network: str) -> SourceError | None:
    """What is wrong with an answer that is no stream."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
    error = error_for(head.status_code, headers, body, network=network, now=datetime.now(UTC))
    if error is not None or head.status_code != 200:
        return error or BadPayload(f"{network} answered with something else than a stream.")
    is_packed = headers.get("content-encoding", "identity").lower() != "identity"
    if is_packed or headers.get("content-type", "").lower().startswith("text/html"):
        return BadPayload(f"{network} answered with a page in place of a stream.")
    return None


class Lines:
    """Messages of one line each, from one answer or several."""

    def __init__(self, connection: Connection, opening: Opening, network: str) -> None:
        self._network = network
        self._selector = selectors.DefaultSelector()
        self._answers: list[Endless] = []
        self._early: list[bytes] = []
        try:
            for address in (opening.address, *opening.beside):
                self._take(Endless(connection, address, opening.headers, network))
        except SourceError:
            self.close()
            raise

    def _take(self, answer: Endless) -> None:
        self._answers.append(answer)
        self._early += self.messages(answer, answer.early)
        self._selector.register(answer.stream.get_extra_info("socket"), selectors.EVENT_READ, answer)

    def read(self, seconds: float) -> list[bytes] | None:
        """The messages that come within so long, none where it was only a sign of life; None when not even
        a line came: bytes that never end in one are no life. SourceError at the end."""
        if self._early:
            early, self._early = self._early, []
            return early
        if ended := next((each.ended for each in self._answers if each.ended), None):
            raise ended
        if any(time.monotonic() - each.heard_at > LONGEST_SILENCE for each in self._answers):
            raise Unavailable(f"{self._network} fell silent.")
        found: list[bytes] = []
        has_heard = False
        for key, _ in self._selector.select(max(seconds, 0.001)):
            lines = key.data.read()
            has_heard = has_heard or bool(lines)
            found += self.messages(key.data, lines)
        return found if has_heard else None

    def messages(self, answer: Endless, lines: list[bytes]) -> list[bytes]:
        return [line for line in lines if line.strip()]

    def close(self) -> None:
        self._selector.close()
        for each in self._answers:
            each.stream.close()


class Events(Lines):
    """Server-sent events: each the lines up to an empty one. A comment begins with a colon."""

    def __init__(self, connection: Connection, opening: Opening, network: str) -> None:
        self._begun: dict[int, list[bytes]] = {}
        super().__init__(connection, opening, network)

    def messages(self, answer: Endless, lines: list[bytes]) -> list[bytes]:
        begun, found = self._begun.setdefault(id(answer), []), list[bytes]()
        for line in lines:
            if line and not line.startswith(b":"):
                begun.append(line)
            elif not line and begun:
                found.append(b"\n".join(begun))
                begun.clear()
        if sum(map(len, begun)) > MOST_BYTES:
            answer.ended = TooLarge(f"{self._network} sent a message that is longer than is read.")
        return found


def event(message: bytes) -> tuple[str, bytes]:
    """The name of an event, and its data."""
    name, data = "", []
    for line in message.split(b"\n"):
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"event":
            name = value.decode("utf-8", "replace")
        elif field == b"data":
            data.append(value)
    return name, b"\n".join(data)
