"""Asking an address for what it has: once, for ten seconds, a megabyte at most, and nowhere else.

An address in the hospital's own network is asked only where MURMUR_OPERATIONS_HOSTS names its host. Redirects
are not followed. What a server says in an error is not repeated.
"""

import logging
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpcore
import httpx
from django.conf import settings

from hospital import guard
from hospital.guard import CONNECT_SECONDS, Deadline, GuardedBackend, NotAllowed
from hospital.wire import GuardedTransport

SECONDS = 10.0
MOST_BYTES = 1_000_000
USER_AGENT = "Murmur/1.0 (asks how a hospital is running)"
DOORS = {"http": 80, "https": 443}
MEANINGS = {
    401: "It does not let us in (401). Check the token.",
    403: "It does not let us in (403). Check the token.",
    404: "There is nothing at this address (404).",
    410: "There is nothing at this address any more (410).",
    429: "It wants to be asked less often (429).",
}

# At INFO httpx logs every address, and an address may hold a key.
logging.getLogger("httpx").setLevel(logging.WARNING)


class NoAnswer(Exception):
    """Nothing that can be used was answered. The message says why, for an admin."""


def fetch(address: str, *, token: str = "", accept: str = "application/json") -> bytes:
    try:
        url = guard.checked(address)
        backend = GuardedBackend(Deadline(SECONDS), may_reach_private=is_named(url))
        return _answer(url, backend, _headers(token, accept))
    except NotAllowed as error:
        raise NoAnswer(
            f"{error} An admin of the server may name its host in MURMUR_OPERATIONS_HOSTS."
        ) from None
    except (httpcore.TimeoutException, httpx.TimeoutException):
        raise NoAnswer(f"It did not answer within {SECONDS:.0f} s.") from None
    except (httpcore.NetworkError, httpx.NetworkError):
        raise NoAnswer("It could not be reached. Check the address, and whether it is up.") from None
    except (httpcore.ProtocolError, httpx.TransportError, httpx.InvalidURL, UnicodeError):
        raise NoAnswer("It answered with something that is no web page.") from None


def _headers(token: str, accept: str) -> Mapping[str, str]:
    said = {"User-Agent": USER_AGENT, "Accept": accept, "Accept-Encoding": "identity", "Connection": "close"}
    return {**said, "Authorization": f"Bearer {token}"} if token else said


def _answer(url: httpx.URL, backend: GuardedBackend, headers: Mapping[str, str]) -> bytes:
    timeout = httpx.Timeout(SECONDS, connect=CONNECT_SECONDS)
    client = httpx.Client(transport=GuardedTransport(backend), timeout=timeout, trust_env=False)
    with client, client.stream("GET", url, headers=headers, follow_redirects=False) as response:
        if response.status_code != httpx.codes.OK:
            raise NoAnswer(meaning(response.status_code))
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise NoAnswer("It answered in an encoding that was not asked for.")
        return _limited(response)


def _limited(response: httpx.Response) -> bytes:
    body = bytearray()
    for part in response.iter_raw():
        body += part
        if len(body) > MOST_BYTES:
            raise NoAnswer(f"It answered with more than {MOST_BYTES // 1_000_000} MB.")
    return bytes(body)


def meaning(status: int) -> str:
    if 300 <= status < 400:
        return f"It sends us to another address ({status}), and none is followed. Enter the new one here."
    if status >= 500:
        return f"It has a fault of its own ({status})."
    return MEANINGS.get(status, f"It answered {status}, which is no answer.")


def is_named(url: httpx.URL) -> bool:
    """Whether a setting names this host, so that it may be in a private network."""
    host, port = url.host.casefold().rstrip("."), url.port or DOORS[url.scheme]
    named = {each.casefold().rstrip(".") for each in settings.MURMUR_OPERATIONS_HOSTS}
    if settings.SANDBOX_URL:
        named.add(urlsplit(settings.SANDBOX_URL).netloc.casefold())
    return f"{host}:{port}" in named or (port in guard.PUBLIC_PORTS and host in named)


def may_be_asked(address: str) -> None:
    """Raise NotAllowed for an address that can never be asked. Where its name leads is seen when it is."""
    url = guard.checked(address)
    if not is_named(url) and (url.port or DOORS[url.scheme]) not in guard.PUBLIC_PORTS:
        raise NotAllowed(f"Port {url.port} is not read: only 80 and 443 are.")
