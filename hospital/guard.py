"""The only way out, of adapters and feeds alike: a connection that cannot hang, nor be led into the
hospital's own network.

The address that was checked is the address that is connected to, so a name that changes its answer between
check and connection gains nothing.
"""

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable

import httpcore
import httpx

CONNECT_SECONDS = 3.0
READ_SECONDS = 20.0
PUBLIC_PORTS = frozenset({80, 443})

_PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")
# Ranges that some versions of Python call global although nobody's public server lives there.
_NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "2001::/23",
        "3fff::/20",
    )
)


class NotAllowed(Exception):
    """This address is not gone to. The message says why, for whoever typed it."""


def checked(address: str) -> httpx.URL:
    """The address, if it is an ordinary web address without a sign-in in it."""
    try:
        url = httpx.URL(address.strip())
    except (httpx.InvalidURL, ValueError):
        raise NotAllowed("That is not a web address.") from None
    if url.scheme not in ("http", "https") or not url.host or "\\" in address:
        raise NotAllowed("Only addresses that begin with http:// or https:// are read.")
    if url.userinfo or "%" in url.host:
        raise NotAllowed("An address must not hold a user name, a password or a zone.")
    return url


def is_public(address: str) -> bool:
    """Whether this literal address belongs to the open internet.

    An IPv6 address that carries an IPv4 one inside (mapped, 6to4, Teredo, NAT64) is never taken as public:
    a public server has no need of the disguise.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if any(parsed in network for network in _NEVER if network.version == parsed.version):
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        return parsed in _PUBLIC_IPV6 and parsed.is_global and parsed.sixtofour is None
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


class Deadline:
    """One moment by which a whole call is over, however slowly its bytes drip."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def left(self, at_most: float | None = None) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the call took too long")
        return left if at_most is None else min(left, at_most)


def resolve(host: str, port: int, seconds: float) -> list[str]:
    """The addresses of a host, or ConnectTimeout: the system's own look-up knows no time limit."""
    answers: queue.Queue[list[str] | OSError] = queue.Queue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))

    threading.Thread(target=look_up, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise httpcore.ConnectTimeout("the name look-up took too long") from None
    if isinstance(answer, OSError):
        raise httpcore.ConnectError(str(answer)) from answer
    return answer


class GuardedStream(httpcore.NetworkStream):
    """A socket whose every wait ends with the call's deadline, and that remembers whether anything left."""

    def __init__(self, stream: httpcore.NetworkStream, backend: "GuardedBackend") -> None:
        self._stream = stream
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._backend.deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._backend.has_sent = True
        self._stream.write(buffer, self._backend.deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._backend.deadline.left(timeout)
        return GuardedStream(self._stream.start_tls(ssl_context, server_hostname, left), self._backend)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Opens the connections of one call."""

    def __init__(self, deadline: Deadline, *, may_reach_private: bool) -> None:
        self.deadline = deadline
        self.has_sent = False
        self._may_reach_private = may_reach_private
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = resolve(host, port, self.deadline.left(timeout))
        if not self._may_reach_private:
            refuse_private(addresses, port)
        return GuardedStream(self._connect_any(addresses, port, timeout, socket_options), self)

    def _connect_any(
        self,
        addresses: list[str],
        port: int,
        timeout: float | None,
        options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("the name has no address")
        for address in addresses:
            try:
                return self._plain.connect_tcp(address, port, self.deadline.left(timeout), None, options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


def refuse_private(addresses: list[str], port: int) -> None:
    """Raise NotAllowed unless every address is public and the port is one the web uses."""
    if port not in PUBLIC_PORTS:
        raise NotAllowed(f"Port {port} is not read: only 80 and 443 are.")
    if not all(is_public(address) for address in addresses):
        raise NotAllowed("This address leads into a private network; only public addresses are read.")
