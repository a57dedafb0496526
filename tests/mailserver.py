"""A mailbox over IMAP and TLS on loopback, with invented mails and the faults such a server can have."""

import datetime as dt
import re
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Fault = Callable[["Talk", str], bool]
"""Given the talk and a command; True where it has dealt with it."""


@cache
def certificate() -> tuple[bytes, bytes]:
    """A key and a certificate for localhost, of nobody."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    sealed = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    return sealed + made.public_bytes(pem), made.public_bytes(pem)


def trusting() -> ssl.SSLContext:
    """A client's context that believes this server alone."""
    return ssl.create_default_context(cadata=certificate()[1].decode())


@dataclass
class Folder:
    mails: dict[int, bytes] = field(default_factory=dict)
    validity: int = 7
    user: str = "letters"
    password: str = "username-and-password"
    greeting: bytes = b"* OK ready\r\n"
    taken_at: str = "20-Nov-2026 03:04:05 +0100"
    fault: Fault | None = None
    port: int = 0
    asked: list[str] = field(default_factory=list)

    def add(self, raw: str | bytes) -> None:
        self.mails[max(self.mails, default=0) + 1] = raw.encode() if isinstance(raw, str) else raw


class Talk(socketserver.StreamRequestHandler):
    folder: Folder
    context: ssl.SSLContext

    def setup(self) -> None:
        with suppress(OSError):
            self.request = self.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self) -> None:
        with suppress(OSError):
            self.say(self.folder.greeting)
            while line := self.rfile.readline(65536):
                self.answer(line.decode().rstrip("\r\n"))

    def say(self, said: bytes) -> None:
        self.wfile.write(said)
        self.wfile.flush()

    def answer(self, line: str) -> None:
        tag, _, command = line.partition(" ")
        self.folder.asked.append(command)
        if self.folder.fault and self.folder.fault(self, line):
            return
        word = command.split()[0].upper() if command else ""
        if word == "LOGIN" and command.split()[1:] != [self.folder.user, f'"{self.folder.password}"']:
            self.say(f"{tag} NO [AUTHENTICATIONFAILED] no\r\n".encode())
        elif word == "EXAMINE" and '"INBOX"' not in command:
            self.say(f"{tag} NO no such folder\r\n".encode())
        else:
            self.say(self.answers(word, command) + f"{tag} OK done\r\n".encode())

    def answers(self, word: str, command: str) -> bytes:
        if word == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n"
        if word == "EXAMINE":
            return (
                f"* {len(self.folder.mails)} EXISTS\r\n* OK [UIDVALIDITY {self.folder.validity}]\r\n".encode()
            )
        if word == "LOGOUT":
            return b"* BYE\r\n"
        if command.startswith("UID SEARCH"):
            return f"* SEARCH {' '.join(map(str, self.found(command)))}\r\n".encode()
        return b"".join(self.mail(uid) for uid in map(int, re.findall(r"\d+", command.split()[2])))

    def found(self, command: str) -> list[int]:
        first = re.search(r"UID (\d+):\*", command.removeprefix("UID SEARCH"))
        uids = sorted(self.folder.mails)
        return [uid for uid in uids if not first or uid >= int(first[1])] or uids[-1:]

    def mail(self, uid: int) -> bytes:
        raw = self.folder.mails.get(uid)
        if raw is None:
            return b""
        part = raw[: 256 * 1024]
        head = f'* {uid} FETCH (INTERNALDATE "{self.folder.taken_at}" BODY[]<0> {{{len(part)}}}\r\n'
        return head.encode() + part + f" UID {uid})\r\n".encode()


@contextmanager
def serving(*mails: str | bytes, **fields: Any) -> Iterator[Folder]:
    folder = Folder(**fields)
    for mail in mails:
        folder.add(mail)
    with TemporaryDirectory() as place:
        file = Path(place) / "pair.pem"
        file.write_bytes(certificate()[0])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
    handler = type("Handler", (Talk,), {"folder": folder, "context": context})
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    folder.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield folder
    finally:
        server.shutdown()
        server.server_close()


def at(word: str, act: Callable[[Talk, str], None]) -> Fault:
    """Do this in place of answering that command."""

    def fault(talk: Talk, line: str) -> bool:
        if word not in line:
            return False
        act(talk, line.partition(" ")[0])
        return True

    return fault


def hanging(talk: Talk, tag: str) -> None:
    talk.request.settimeout(30)
    talk.request.recv(1)


def dripping(talk: Talk, tag: str) -> None:
    with suppress(OSError):
        for _ in range(1000):
            talk.say(b"*")
            time.sleep(0.05)


def dropping(talk: Talk, tag: str) -> None:
    talk.request.shutdown(socket.SHUT_RDWR)


def cutting(talk: Talk, tag: str) -> None:
    talk.say(b"* 1 FETCH (UID 1 BODY[]<0> {1000}\r\nhalf")
    dropping(talk, tag)


def endless(talk: Talk, tag: str) -> None:
    with suppress(OSError):
        while True:
            talk.say(b"* 1 EXISTS\r\n" * 1000)


def saying(said: str) -> Callable[[Talk, str], None]:
    return lambda talk, tag: talk.say(said.replace("TAG", tag).encode())
