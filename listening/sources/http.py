"""One HTTP call: sent once, over by its deadline, read up to a limit, its errors already told apart.

`exchange` is the call. `bridge` gives the same call to a client library that is built on requests.
"""

import json
import logging
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpcore
import httpx

from hospital import guard
from hospital.guard import CONNECT_SECONDS, READ_SECONDS, Deadline, GuardedBackend
from hospital.wire import GuardedTransport
from listening.sources import contract
from listening.sources.answers import Rejected, Unanswered, error_for
from listening.sources.contract import (
    BadPayload,
    Connection,
    Forbidden,
    SendUnknown,
    SourceError,
    Unavailable,
)

USER_AGENT = "Murmur/1.0 (listens on behalf of a hospital)"

# At INFO httpx logs every address, and the address of a private feed holds its token.
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: httpx.Headers
    body: bytes

    def json(self, network: str) -> Any:
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            said = self.body[:65536].decode("utf-8", "replace")
            raise BadPayload(f"{network} answered with something that is not JSON.", raw=said) from None


def checked(address: str) -> httpx.URL:
    try:
        return guard.checked(address)
    except guard.NotAllowed as error:
        raise Forbidden(str(error)) from None


def exchange(
    connection: Connection,
    method: str,
    address: str,
    *,
    network: str,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    deadline: Deadline | None = None,
) -> Answer:
    """Send one request once. Any status is an answer; no answer is Unavailable, or Unanswered if it left."""
    url = checked(address)
    backend = GuardedBackend(
        deadline or Deadline(connection.seconds or contract.CALL_SECONDS),
        may_reach_private=connection.may_reach_private,
    )
    sent = {"User-Agent": USER_AGENT, **(headers or {}), "Accept-Encoding": "gzip", "Connection": "close"}
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    client = httpx.Client(transport=GuardedTransport(backend), timeout=timeout, trust_env=False)
    try:
        with client, client.stream(method, url, headers=sent, content=content) as response:
            return Answer(response.status_code, response.headers, _body(response, network))
    except guard.NotAllowed as error:
        raise Forbidden(str(error)) from None
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise _lost(error, backend.has_sent, network) from None
    except (httpx.InvalidURL, httpx.TransportError, httpx.DecodingError) as error:
        raise _lost(error, backend.has_sent, network) from None


def _lost(error: Exception, has_sent: bool, network: str) -> SourceError:
    slow = isinstance(error, httpcore.TimeoutException)
    if not has_sent:
        return Unavailable(f"{network} could not be reached{' in time' if slow else ''}.")
    return Unanswered(f"{network} {'did not answer in time' if slow else 'broke off its answer'}.")


def _body(response: httpx.Response, network: str) -> bytes:
    """The body, unpacked, or BadPayload when it is longer than an answer may be."""
    encoding = response.headers.get("content-encoding", "identity").lower()
    if encoding not in ("identity", "gzip", "x-gzip", ""):
        raise BadPayload(f"{network} answered in an encoding that was not asked for.")
    packed = b"".join(_limited(response.iter_raw(), network))
    if "gzip" not in encoding or not packed:
        return packed
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        body = unpacker.decompress(packed, contract.MAX_BODY_BYTES + 1)
    except zlib.error:
        body = b""
    if not body or (not unpacker.eof and len(body) <= contract.MAX_BODY_BYTES):
        raise BadPayload(f"{network} answered with a damaged body.")
    return b"".join(_limited(iter((body,)), network))


def _limited(parts: Iterator[bytes], network: str) -> Iterator[bytes]:
    read = 0
    for part in parts:
        read += len(part)
        if read > contract.MAX_BODY_BYTES:
            raise BadPayload(f"{network} answered with more than is read of one answer.")
        yield part


def accept(answer: Answer, network: str) -> Answer:
    """The answer if it is a 2xx, else the error it stands for."""
    now = datetime.now(UTC)
    error = error_for(answer.status, answer.headers, answer.body, network=network, now=now)
    if error is not None:
        raise error
    return answer


@contextmanager
def sending(network: str) -> Iterator[None]:
    """Around the one call that publishes a reply: what may have arrived is SendUnknown, never Unavailable."""
    try:
        yield
    except Rejected:
        raise
    except (Unanswered, BadPayload) as error:
        message = (
            f"The reply was sent, and {network} did not say whether it arrived. Look before sending again."
        )
        raise SendUnknown(message, raw=error.raw) from None
