"""Answers that do not end: where a message ends, what is a sign of life, and how such an answer may fail."""

import time
from http.server import BaseHTTPRequestHandler

import pytest

from listening.sources import endless
from listening.sources.contract import (
    AuthFailed,
    BadPayload,
    Connection,
    Forbidden,
    QuotaExhausted,
    RateLimited,
    SourceError,
    Unavailable,
)
from listening.sources.endless import Events, Lines, event
from listening.sources.push import Closed, Opening, TooLarge
from tests import recorded
from tests.recorded import Fault, answering, serving

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"


def chunk(said: bytes) -> bytes:
    return f"{len(said):x}\r\n".encode() + said + b"\r\n"


def over(handler: BaseHTTPRequestHandler) -> None: ...


def waiting(handler: BaseHTTPRequestHandler) -> None:
    recorded._pause(handler, 5)


def saying(*parts: bytes, then: Fault = waiting) -> Fault:
    def say(handler: BaseHTTPRequestHandler) -> None:
        for part in parts:
            handler.wfile.write(part)
            handler.wfile.flush()
            time.sleep(0.02)
        then(handler)

    return say


def opened(fault: Fault, wire: type[Lines] = Events, beside: int = 0, **headers: str) -> Lines:
    server = serving([])
    script = server.__enter__()
    script.fault = fault
    connection = Connection({}, {}, may_reach_private=True, seconds=1)
    others = tuple(f"{script.url}/{n}" for n in range(beside))
    try:
        return wire(connection, Opening(f"{script.url}/stream", headers, beside=others), "Network")
    finally:
        server.__exit__(None, None, None)


def heard(stream: Lines, most: int = 60) -> tuple[list[bytes], list[bool], SourceError | None]:
    """All that is told, whether each read was a sign of life, and how it ended."""
    said, lives = list[bytes](), list[bool]()
    try:
        for _ in range(most):
            found = stream.read(0.05)
            said += found or []
            lives.append(found is not None)
    except SourceError as error:
        return said, lives, error
    finally:
        stream.close()
    return said, lives, None


class MessageTests:
    def test_an_event_ends_with_an_empty_line_and_comments_are_life(self) -> None:
        parts = (
            b":)\n",
            b"event: update\ndata: {",
            b"}\n",
            b"\n:thump\n",
            b"event: delete\r\ndata: 7\r\n\r\n",
        )
        said, lives, error = heard(opened(saying(CHUNKED, *map(chunk, parts), b"0\r\n\r\n", then=over)))
        assert [event(each) for each in said] == [("update", b"{}"), ("delete", b"7")]
        assert any(lives)
        assert type(error) is Closed

    def test_a_line_is_a_message_and_an_empty_one_is_life(self) -> None:
        parts = map(chunk, (b"\r\n", b'{"a":', b"1}\r\n\r\n", b"2\n"))
        said, _, error = heard(opened(saying(CHUNKED, *parts, b"0\r\n\r\n", then=over), Lines))
        assert said == [b'{"a":1}', b"2"]
        assert type(error) is Closed

    def test_what_comes_with_the_head_is_not_lost(self) -> None:
        said, _, _ = heard(opened(saying(CHUNKED + chunk(b"one\ntwo\n")), Lines), most=4)
        assert said == [b"one", b"two"]

    def test_several_are_read_beside_each_other(self) -> None:
        said, _, _ = heard(opened(saying(CHUNKED, chunk(b"one\n")), Lines, beside=2), most=8)
        assert said == [b"one"] * 3

    def test_several_lines_of_data_are_one(self) -> None:
        assert event(b"data: a\ndata:b\nid: 4\nevent: x") == ("x", b"a\nb")
        assert event(b"\xff\xfe") == ("", b"")


class EndTests:
    def test_broken_off_is_no_orderly_end(self) -> None:
        said, _, error = heard(opened(saying(CHUNKED, chunk(b"one\n"), then=over), Lines))
        assert said == [b"one"]
        assert type(error) is Unavailable

    def test_bytes_that_never_end_in_a_line_are_no_life(self) -> None:
        _, lives, error = heard(opened(saying(CHUNKED, *[chunk(b"x")] * 20)), most=12)
        assert (any(lives), error) == (False, None)

    def test_one_of_several_that_is_silent_is_not_overheard(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(endless, "LONGEST_SILENCE", 0.2)
        _, _, error = heard(opened(saying(CHUNKED), Lines, beside=1))
        assert type(error) is Unavailable

    @pytest.mark.parametrize("end", [b"", b"\n"], ids=["a line", "an event"])
    def test_a_message_that_is_too_long_ends_it(self, monkeypatch: pytest.MonkeyPatch, end: bytes) -> None:
        monkeypatch.setattr(endless, "MOST_BYTES", 10_000)
        said, _, error = heard(opened(saying(CHUNKED, *[chunk(b"data: " + b"x" * 4000 + end)] * 4)))
        assert (said, type(error)) == ([], TooLarge)

    @pytest.mark.parametrize("said", [b"zz\r\n", b"-1\r\n", b"ffffffffffffffffffff\r\n"])
    def test_a_body_that_is_none_ends_it(self, said: bytes) -> None:
        _, _, error = heard(opened(saying(CHUNKED, said, then=over)))
        assert isinstance(error, Unavailable)


class DoorTests:
    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            (answering(401), AuthFailed),
            (answering(402), QuotaExhausted),
            (answering(403), Forbidden),
            (answering(404), Forbidden),
            (answering(429, retry_after="60"), RateLimited),
            (answering(503), Unavailable),
            (answering(204), BadPayload),
            (answering(302, location="/elsewhere"), BadPayload),
            (answering(200, b"<html>hello", content_type="text/html"), BadPayload),
            (answering(200, b"x", content_encoding="gzip"), BadPayload),
            (saying(b"what is this?\r\n\r\n", then=over), BadPayload),
            (saying(b"HTTP/1.1 200 OK\r\n", then=over), Unavailable),
            (saying(b"HTTP/1.1 503 No\r\ncontent-length: 900\r\n\r\nhalf", then=over), Unavailable),
            (recorded.dropping, Unavailable),
            (recorded.hanging, Unavailable),
            (recorded.dripping, Unavailable),
        ],
    )
    def test_a_refusal_is_told_apart(self, fault: Fault, kind: type[SourceError]) -> None:
        began = time.monotonic()
        with pytest.raises(kind):
            opened(fault)
        assert time.monotonic() - began < 3

    @pytest.mark.parametrize("key", ["a\r\nX-Other: b", "a\x00", "\u20ac"])
    def test_a_key_with_odd_signs_is_no_key(self, key: str) -> None:
        with pytest.raises(AuthFailed, match="sign"):
            opened(saying(CHUNKED), Authorization=f"Bearer {key}")

    def test_a_private_address_is_not_gone_to(self) -> None:
        with serving([]) as server, pytest.raises(Forbidden):
            Lines(Connection({}, {}), Opening(server.url), "Network")
        assert server.asked == []
