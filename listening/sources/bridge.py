"""Lets a client library that is built on requests (tweepy, PRAW) make its calls through `http.exchange`.

The library forms the request and reads the answer; the socket, the limits, the address to go to and the
meaning of a bad answer are ours. An error leaves as a SourceError before the library can mistake it, wait
for it or send it again.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from listening.sources.contract import Connection, Forbidden
from listening.sources.http import Answer, accept, exchange

HOP_HEADERS = frozenset({"content-length", "host", "connection", "accept-encoding", "transfer-encoding"})


def moved(url: str, base: str) -> str:
    """The same path and query, below another base address."""
    asked, below = urlsplit(url), urlsplit(base)
    return urlunsplit((below.scheme, below.netloc, below.path.rstrip("/") + asked.path, asked.query, ""))


class Bridge(BaseAdapter):
    """Mounted on a requests session for one host; sends what is meant for it to `base`."""

    def __init__(self, connection: Connection, base: str, network: str) -> None:
        super().__init__()
        self._connection = connection
        self._base = base
        self._network = network

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        headers = {
            name: _text(value) for name, value in request.headers.items() if name.lower() not in HOP_HEADERS
        }
        body = request.body.encode() if isinstance(request.body, str) else request.body
        answer = exchange(
            self._connection,
            request.method or "GET",
            moved(request.url or "", self._base),
            network=self._network,
            headers=headers,
            content=body,
        )
        accept(answer, self._network).json(self._network)
        return _response(request, answer)

    def close(self) -> None:
        pass


class Closed(BaseAdapter):
    """Mounted on everything else: a library that wants to go elsewhere is stopped."""

    def send(self, request: requests.PreparedRequest, *args: object, **kwargs: object) -> requests.Response:
        raise Forbidden("The client library wanted to call an address that is not in the options.")

    def close(self) -> None:
        pass


def session(bridges: Mapping[str, Bridge]) -> requests.Session:
    """A session that reaches these hosts and no others, and takes no settings from its surroundings."""
    made = requests.Session()
    made.trust_env = False
    made.adapters.clear()
    for prefix in ("https://", "http://"):
        made.mount(prefix, Closed())
    for prefix, bridge in bridges.items():
        made.mount(prefix, bridge)
    return made


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _response(request: requests.PreparedRequest, answer: Answer) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status
    response.headers = CaseInsensitiveDict(answer.headers.items())
    response.url = request.url or ""
    response.request = request
    response.encoding = "utf-8"
    response._content = answer.body
    return response
