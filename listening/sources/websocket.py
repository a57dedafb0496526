"""A WebSocket over a connection of `guard`: the library speaks the protocol, the socket stays ours.

So the address that was checked is the one that is connected to, every wait ends in time, and one thread reads
thousands of messages a second without another beside it.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

import httpcore
import httpx
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus, PayloadTooBig
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from hospital import guard
from hospital.guard import CONNECT_SECONDS, Deadline, GuardedBackend
from hospital.wire import tls
from listening.sources.answers import error_for
from listening.sources.contract import BadPayload, Connection, Forbidden, SourceError, Unavailable
from listening.sources.http import USER_AGENT, checked
from listening.sources.push import MOST_BYTES, Closed, Opening, TooLarge

OPEN_SECONDS = 10.0
FOR_EVER = 10.0**9
ORDERLY = frozenset({1000, 1001, 1012})
CHUNK = 65_536
DATA = frozenset({Opcode.TEXT, Opcode.BINARY, Opcode.CONT})


class WebSocket:
    """Open once it is made; SourceError when it could not be opened, or has ended."""

    def __init__(self, connection: Connection, opening: Opening, network: str) -> None:
        self._network, self._parts, self._early = network, list[bytes](), list[bytes]()
        self._ended: SourceError | None = None
        url = checked(opening.address)
        seconds = min(OPEN_SECONDS, connection.seconds or OPEN_SECONDS)
        self._backend = GuardedBackend(Deadline(seconds), may_reach_private=connection.may_reach_private)
        self._protocol = ClientProtocol(
            parse_uri(f"{'wss' if url.scheme == 'https' else 'ws'}{str(url)[len(url.scheme) :]}"),
            subprotocols=list(opening.subprotocols) or None,  # type: ignore[arg-type]
            max_size=MOST_BYTES,
        )
        self._stream = dialled(self._backend, url, network)
        try:
            self._shake_hands(opening)
        except SourceError:
            self._stream.close()
            raise
        self._backend.deadline = Deadline(FOR_EVER)
        # What was missed comes in one piece with the answer to the handshake.
        self._early = self._messages(self._protocol.events_received())

    def _shake_hands(self, opening: Opening) -> None:
        request = self._protocol.connect()
        request.headers["User-Agent"] = USER_AGENT
        for name, value in opening.headers.items():
            request.headers[name] = value
        self._protocol.send_request(request)
        self._flush()
        while self._protocol.state is State.CONNECTING and self._protocol.handshake_exc is None:
            self._receive(OPEN_SECONDS)
        refusal = self._protocol.handshake_exc
        if isinstance(refusal, InvalidStatus):
            raise _refused(refusal, self._network)
        if refusal is not None:
            raise BadPayload(f"{self._network} does not answer as a stream does.")

    def read(self, seconds: float) -> list[bytes] | None:
        """The messages that come within so long, none where it was only a sign of life; None when nothing
        whole came: bytes that never end in a message are no life."""
        if self._early:
            early, self._early = self._early, []
            return early
        if self._ended is not None:
            raise self._ended
        try:
            has_heard = self._receive(seconds)
        except httpcore.ReadTimeout:
            return None
        except Unavailable as error:
            self._ended = error
            has_heard = False
        events = self._protocol.events_received()
        self._flush()
        if not has_heard or self._protocol.close_rcvd or self._protocol.parser_exc:
            self._ended = self._protocol_ended() or self._ended or self._broken_off()
        return self._messages(events) if events else None

    def _messages(self, events: Iterable[object]) -> list[bytes]:
        return [whole for event in events if (whole := self._whole(event))]

    def _receive(self, seconds: float) -> bool:
        """Whether the other side still speaks."""
        try:
            data = self._stream.read(CHUNK, max(seconds, 0.001))
        except httpcore.ReadTimeout:
            if self._protocol.state is State.CONNECTING:
                raise Unavailable(f"{self._network} did not answer in time.") from None
            raise
        except httpcore.NetworkError:
            raise self._broken_off() from None
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        return bool(data)

    def _whole(self, event: object) -> bytes | None:
        """A message once its last part is there."""
        if not isinstance(event, Frame) or event.opcode not in DATA:
            return None
        self._parts.append(bytes(event.data))
        if not event.fin:
            return None
        whole, self._parts = b"".join(self._parts), []
        return whole

    def _flush(self) -> None:
        try:
            for data in self._protocol.data_to_send():
                if data:
                    self._stream.write(data, CONNECT_SECONDS)
        except (httpcore.NetworkError, httpcore.TimeoutException):
            self._ended = self._broken_off()

    def _protocol_ended(self) -> SourceError | None:
        if isinstance(self._protocol.parser_exc, PayloadTooBig):
            return TooLarge(f"{self._network} sent a message that is longer than is read.")
        closing = self._protocol.close_rcvd
        if closing is not None and closing.code in ORDERLY:
            return Closed(f"{self._network} closed the stream ({closing.code}).")
        if closing is not None:
            return Unavailable(f"{self._network} broke off the stream ({closing.code}).")
        if self._protocol.parser_exc is not None and not isinstance(self._protocol.parser_exc, EOFError):
            return BadPayload(f"{self._network} sent something that is no message.")
        return None

    def _broken_off(self) -> Unavailable:
        return Unavailable(f"{self._network} broke off the stream.")

    def close(self) -> None:
        if self._ended is None and self._protocol.state is State.OPEN:
            self._protocol.send_close(1001)
            self._flush()
        self._stream.close()


def dialled(backend: GuardedBackend, url: httpx.URL, network: str) -> httpcore.NetworkStream:
    """A connection to that host, encrypted where the address says so."""
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        stream = backend.connect_tcp(url.host, port, CONNECT_SECONDS)
        if url.scheme == "https":
            stream = stream.start_tls(tls(), url.host, CONNECT_SECONDS)
    except guard.NotAllowed as error:
        raise Forbidden(str(error)) from None
    except (httpcore.NetworkError, httpcore.TimeoutException) as error:
        slow = isinstance(error, httpcore.TimeoutException)
        raise Unavailable(f"{network} could not be reached{' in time' if slow else ''}.") from None
    return stream


def _refused(refusal: InvalidStatus, network: str) -> SourceError:
    answer = refusal.response
    headers = {name.lower(): value for name, value in answer.headers.raw_items()}
    now = datetime.now(UTC)
    error = error_for(answer.status_code, headers, bytes(answer.body or b""), network=network, now=now)
    return error or BadPayload(f"{network} answered with a page in place of a stream.")
