"""One HTTP call: sent once, over by its deadline, read up to a limit, its errors already told apart.

`exchange` is the call. `bridge` gives the same call to a client library that is built on requests.
"""

import json
import logging
import ssl
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpcore
import httpx

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
from listening.sources.guard import CONNECT_SECONDS, READ_SECONDS, Deadline, GuardedBackend

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


@cache
def tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


class GuardedTransport(httpx.BaseTransport):
    """Carries httpx's requests over a connection of `guard`, opened for this call and closed after it."""

    def __init__(self, backend: GuardedBackend) -> None:
        self._pool = httpcore.ConnectionPool(ssl_context=tls(), network_backend=backend, max_connections=1)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                target,
                headers=request.headers.raw,
                content=request.read(),
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Stream(answer))

    def close(self) -> None:
        self._pool.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


def checked(address: str) -> httpx.URL:
    """The address, if it is an ordinary web address without a sign-in in it."""
    try:
        url = httpx.URL(address.strip())
    except (httpx.InvalidURL, ValueError):
        raise Forbidden("One of the addresses in the options is not a web address.") from None
    if url.scheme not in ("http", "https") or not url.host or "\\" in address:
        raise Forbidden("Only addresses that begin with http:// or https:// are read.")
    if url.userinfo or "%" in url.host:
        raise Forbidden("An address must not hold a user name, a password or a zone.")
    return url


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
