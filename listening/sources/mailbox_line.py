"""One conversation with a mailbox over IMAP and TLS: over by its deadline, read up to a limit, read-only.

`imaplib` speaks; this opens its connection through the guard against private addresses, bounds what it reads,
and tells its errors apart.
"""

import imaplib
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime

import httpcore

from hospital import guard
from hospital.guard import CONNECT_SECONDS, Deadline
from hospital.wire import tls
from listening.sources import contract
from listening.sources.contract import (
    AuthFailed,
    BadPayload,
    Connection,
    Forbidden,
    RateLimited,
    SourceError,
    Unavailable,
)
from listening.sources.options import option

NETWORK = "The mailbox"
PORT = 993
OF_ONE_MAIL = 256 * 1024
"""Bytes of a mail that are read: its words stand before its attachments."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UNSENDABLE = re.compile(r"[\x00-\x1f\x7f]")
UID = re.compile(rb"\bUID (\d+)")
ODD = (imaplib.IMAP4.error, ValueError, LookupError, AttributeError, TypeError)


@dataclass(frozen=True)
class Fetched:
    """The beginning of one mail, and when the server took it in."""

    uid: int
    raw: bytes
    taken_at: datetime | None


class _Imap(imaplib.IMAP4):
    """imaplib over a connection that was checked, reading no more than one answer may hold."""

    def __init__(self, host: str, port: int, deadline: Deadline, *, own_certificate: str) -> None:
        self._deadline = deadline
        self._own_certificate = own_certificate
        self._read = 0
        self._watch: threading.Timer | None = None
        try:
            super().__init__(host, port)
        except BaseException:
            self._let_go()
            if getattr(self, "sock", None) is not None:
                self.sock.close()
            raise

    def open(self, host: str = "", port: int = PORT, timeout: float | None = None) -> None:
        addresses = guard.resolve(host, port, self._deadline.left(CONNECT_SECONDS))
        if not self._own_certificate:
            _refuse_private(addresses, port)
        self.host, self.port = host, port
        plain = _connected(addresses, port, self._deadline)
        plain.settimeout(self._deadline.left())
        try:
            trusted = _trusted(self._own_certificate)
            self.sock = trusted.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
        except (OSError, ValueError):
            plain.close()
            raise
        # Whatever is waited for, the handshake or half a line, ends when the call does.
        self._watch = threading.Timer(self._deadline.left(), _cut, [self.sock])
        self._watch.daemon = True
        self._watch.start()
        self.sock.do_handshake()
        self.file = self.sock.makefile("rb")

    def read(self, size: int) -> bytes:
        self._count(size)
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self._count(len(line))
        return line

    def _count(self, size: int) -> None:
        self._read += size
        if self._read > contract.MAX_BODY_BYTES:
            raise BadPayload(f"{NETWORK} answered with more than is read of one answer.")

    def shutdown(self) -> None:
        self._let_go()
        super().shutdown()

    def _let_go(self) -> None:
        if self._watch is not None:
            self._watch.cancel()


def own_certificate(connection: Connection) -> str:
    """The sandbox's, which nobody vouches for; empty for every other server.

    The flag is the only door: no form takes a certificate, and without the flag one in the options is not
    looked at. With it that server alone is reached and believed, whatever else the flag would allow.
    """
    return str(option(connection, "certificate")) if connection.may_reach_private else ""


def _trusted(certificate: str) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=certificate) if certificate else tls()


def _refuse_private(addresses: Sequence[str], port: int) -> None:
    if port != PORT:
        raise Forbidden(f"Port {port} is not read: only {PORT} is, where mail is read over TLS.")
    if not all(guard.is_public(address) for address in addresses):
        raise Forbidden("This mail server lies in a private network; only public addresses are read.")


def _connected(addresses: Sequence[str], port: int, deadline: Deadline) -> socket.socket:
    failure: OSError = OSError("the name has no address")
    for address in addresses:
        try:
            return socket.create_connection((address, port), deadline.left(CONNECT_SECONDS))
        except OSError as error:
            failure = error
    raise failure


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        # Not the method of a TLS socket, which would pull its state from under the thread that reads.
        socket.socket.shutdown(line, socket.SHUT_RDWR)


class Line:
    """A folder that is open to be read."""

    def __init__(self, imap: _Imap, folder: str) -> None:
        self._imap = imap
        answer, _ = imap.select(_quoted(folder), readonly=True)
        if answer != "OK":
            raise Forbidden(f"The mailbox has no folder {folder[:60]} that may be read with this sign-in.")
        self.validity = _number(imap.response("UIDVALIDITY")[1])

    def uids(self, *criteria: str) -> list[int]:
        answer, found = self._imap.uid("SEARCH", *criteria)
        if answer != "OK":
            raise BadPayload(f"{NETWORK} did not take the question for its mails.")
        return sorted({int(word) for part in found if part for word in part.split()})

    def fetch(self, uids: Sequence[int]) -> list[Fetched]:
        wanted = ",".join(map(str, uids))
        items = f"(UID INTERNALDATE BODY.PEEK[]<0.{OF_ONE_MAIL}>)"
        answer, found = self._imap.uid("FETCH", wanted, items)
        if answer != "OK":
            raise BadPayload(f"{NETWORK} did not hand out its mails.")
        return list(_mails(found))


def _mails(found: Sequence[object]) -> Iterator[Fetched]:
    """imaplib's answer: a pair of what stands before a mail and the mail, then what stands after it."""
    for place, part in enumerate(found):
        if not isinstance(part, tuple) or len(part) < 2:
            continue
        after = found[place + 1] if place + 1 < len(found) else b""
        said = part[0] + b" " + (after if isinstance(after, bytes) else b"")
        if (uid := UID.search(said)) is not None:
            yield Fetched(int(uid[1]), part[1], _taken_at(said))


def _taken_at(said: bytes) -> datetime | None:
    found = re.search(rb'INTERNALDATE "\s?(\d{1,2}-\w{3}-\d{4} [\d:]{8} [+-]\d{4})"', said)
    try:
        day, clock, zone = found[1].decode().split() if found else ("", "", "")
        number, month, year = day.split("-")
        parts = f"{year}-{MONTHS.index(month.title()) + 1:02}-{int(number):02}T{clock}{zone[:3]}:{zone[3:]}"
        return datetime.fromisoformat(parts).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _number(found: Sequence[object]) -> int:
    said = found[0] if found else None
    return int(said) if isinstance(said, bytes) and said.isdigit() else 0


def since(day: date) -> str:
    return f"{day.day:02}-{MONTHS[day.month - 1]}-{day.year}"


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@contextmanager
def opened(
    connection: Connection, host: str, port: int, folder: str, user: str, password: str
) -> Iterator[Line]:
    """The folder for one call; every error is one of ours."""
    if any(UNSENDABLE.search(word) or not word.isascii() for word in (user, password, folder)):
        raise AuthFailed("The user name, password or folder holds a sign that can't be sent. Enter it again.")
    deadline = Deadline(connection.seconds or contract.CALL_SECONDS)
    imap: _Imap | None = None
    try:
        imap = _Imap(host, port, deadline, own_certificate=own_certificate(connection))
        _sign_in(imap, user, password)
        yield Line(imap, folder)
        with suppress(*ODD, OSError):
            imap.logout()
    except SourceError:
        raise
    except ssl.SSLCertVerificationError:
        raise Forbidden(
            f"The certificate of {host} is not its own, or has run out. Nothing was sent."
        ) from None
    except (OSError, httpcore.TimeoutException, httpcore.NetworkError):
        raise Unavailable(f"{NETWORK} could not be reached, or broke off.") from None
    except ODD as error:
        raise _told(error) from None
    finally:
        if imap is not None:
            with suppress(*ODD, OSError):
                imap.shutdown()


def _told(error: Exception) -> SourceError:
    said = str(error)
    is_lost = isinstance(error, imaplib.IMAP4.abort) and "unexpected response" not in said
    if is_lost or "* BYE" in said:
        return Unavailable(f"{NETWORK} broke off its answer.")
    return BadPayload(f"{NETWORK} answered with something that is no mail server's.", raw=said)


def _sign_in(imap: _Imap, user: str, password: str) -> None:
    if "LOGINDISABLED" in imap.capabilities:
        raise Forbidden("This mail server takes no password. Ask its keeper for one made for this program.")
    try:
        imap.login(user, password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        said = str(error).upper()
        if "[UNAVAILABLE]" in said or "[INUSE]" in said or "[SERVERBUG]" in said:
            raise Unavailable(f"{NETWORK} is not working at the moment.") from None
        if "[LIMIT]" in said or "TOO MANY" in said:
            raise RateLimited(f"{NETWORK} asks to wait before the next call.") from None
        raise AuthFailed(f"{NETWORK} does not accept the stored user name and password.") from None
