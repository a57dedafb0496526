"""Answers recorded or invented, served over HTTP on loopback, with the faults a network can have.

An exchange is `{"request": {"method", "uri"}, "status", "headers", "body"}`, as the recordings of client
libraries have it. An exchange is used once, in order; the last one that fits is used for ever.
"""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

DATA = Path(__file__).parent / "data"
TOKEN = {"access_token": "token", "token_type": "bearer", "expires_in": 3600, "scope": "*"}
SESSION = {"accessJwt": "a.b.c", "did": "did:plc:hospital", "handle": "northfield.example"}
LENGTHS = ("content-length", "connection", "transfer-encoding", "content-encoding")
TOKEN_PATHS = (
    "/api/v1/access_token",
    "/token",
    "/robots.txt",
    "/xrpc/com.atproto.server.createSession",
    "/v1/oauth/oauth-business-users-for-applications/accesstoken",
)

Exchange = dict[str, Any]
Fault = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass
class Recorded:
    """The server's script and what it was asked."""

    exchanges: list[Exchange]
    at_any_path: bool = False
    fault: Fault | None = None
    aside: tuple[str, ...] = TOKEN_PATHS  # never spoilt, and no call that counts
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    used: set[int] = field(default_factory=set)

    def calls(self) -> list[Asked]:
        """What was asked, but for tokens and what stands aside."""
        return [asked for asked in self.asked if asked.path not in self.aside]

    def answer(self, asked: Asked) -> Exchange | None:
        fitting = [
            number
            for number, exchange in enumerate(self.exchanges)
            if self.at_any_path or _fits(exchange["request"], asked)
        ]
        if not fitting:
            return None
        unused = [number for number in fitting if number not in self.used]
        chosen = (unused or fitting[-1:])[0]
        self.used.add(chosen)
        return self.exchanges[chosen]


def _fits(request: dict[str, str], asked: Asked) -> bool:
    path = urlsplit(request["uri"]).path
    return request["method"] == asked.method and path.rstrip("/") == asked.path.rstrip("/")


def exchange(path: str, body: object, *, status: int = 200, method: str = "GET", **headers: Any) -> Exchange:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"request": {"method": method, "uri": path}, "status": status, "headers": sent, "body": body}


def recording(name: str) -> list[Exchange]:
    found: list[Exchange] = json.loads((DATA / name).read_text())
    return found


@contextmanager
def serving(
    exchanges: Sequence[Exchange], *, at_any_path: bool = False, before: Sequence[Exchange] = ()
) -> Iterator[Recorded]:
    """`before` is answered too, whatever the fault: what a client reads before the call that is tried."""
    script = Recorded([*before, *exchanges], at_any_path)
    script.aside = (*TOKEN_PATHS, *(urlsplit(each["request"]["uri"]).path for each in before))

    class Handler(_Handler):
        recorded = script

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    script.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    recorded: Recorded
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, parts.path, query, headers, body)
        self.recorded.asked.append(asked)
        self.close_connection = True
        if self.recorded.fault is not None and parts.path not in self.recorded.aside:
            self.recorded.fault(self)
        elif parts.path in TOKEN_PATHS and not _scripted(self.recorded, asked):
            send(self, 200, json.dumps(TOKEN | SESSION).encode())
        else:
            self._replay(self.recorded.answer(asked))

    do_POST = do_PUT = do_GET

    def _replay(self, found: Exchange | None) -> None:
        if found is None:
            send(self, 404, b'{"error": 404, "message": "no such recording"}')
            return
        body = found["body"]
        raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        given = (found.get("headers") or {}).items()
        headers = {name: _first(value) for name, value in given if name.lower() not in LENGTHS}
        send(self, found["status"], b"" if found["status"] == 304 else raw, headers)

    def log_message(self, format: str, *args: object) -> None:
        pass


def _scripted(recorded: Recorded, asked: Asked) -> bool:
    return any(_fits(exchange["request"], asked) for exchange in recorded.exchanges)


def _first(value: Any) -> str:
    return str(value[0] if isinstance(value, list) else value)


def send(
    handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str] | None = None
) -> None:
    handler.send_response(status)
    for name, value in {"content-type": "application/json", **(headers or {})}.items():
        handler.send_header(name, value)
    handler.send_header("content-length", str(len(body)))
    handler.send_header("connection", "close")
    handler.end_headers()
    handler.wfile.write(body)


def answering(status: int, body: bytes = b"{}", **headers: str) -> Fault:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: send(handler, status, body, named)


def hanging(handler: BaseHTTPRequestHandler) -> None:
    _pause(handler, 30)


def dripping(handler: BaseHTTPRequestHandler) -> None:
    """One byte at a time, never enough, never silent long enough for a time-out between bytes."""
    try:
        for byte in b"HTTP/1.1 200 OK\r\nx-pad: " + b"a" * 10_000:
            handler.wfile.write(bytes([byte]))
            time.sleep(0.05)
    except OSError:
        return


def dropping(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def truncating(handler: BaseHTTPRequestHandler) -> None:
    """Half an answer, and the connection ends."""
    handler.wfile.write(b'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"data": [{"id"')


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
    try:
        while True:
            handler.wfile.write(b" " * 65536)
    except OSError:
        return


def _pause(handler: BaseHTTPRequestHandler, seconds: float) -> None:
    """Silence, until the other side gives up."""
    handler.connection.settimeout(seconds)
    try:
        handler.connection.recv(1)
    except OSError:
        return
