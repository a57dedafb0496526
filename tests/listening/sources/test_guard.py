"""The way out: nowhere private, never for long."""

import gzip
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from hospital import guard
from listening.sources import contract
from listening.sources.contract import BadPayload, Connection, Forbidden, Unavailable
from listening.sources.http import exchange
from tests.recorded import answering, serving
from tests.timing import PATIENCE

OPEN = Connection({}, {}, may_reach_private=True)
CLOSED = Connection({}, {})


class AddressTests:
    @pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111"])
    def test_a_public_address_is_public(self, address: str) -> None:
        assert guard.is_public(address)

    @pytest.mark.parametrize(
        "address",
        [
            *(
                "127.0.0.1",
                "10.1.2.3",
                "172.16.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "0.0.0.0",  # noqa: S104
            ),
            *("224.0.0.1", "255.255.255.255", "240.0.0.1", "198.18.0.1", "192.0.0.9", "203.0.113.5"),
            *("::1", "::", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "2002:7f00:1::1"),
            *(
                "2001:0:53aa::1",
                "fe80::1",
                "fe80::1%eth0",
                "fc00::1",
                "fec0::1",
                "ff02::1",
                "2001:db8::1",
                "x",
            ),
        ],
    )
    def test_every_other_one_is_not(self, address: str) -> None:
        assert not guard.is_public(address)


class ExchangeTests:
    @pytest.mark.parametrize(
        "host",
        ["127.0.0.1", "localhost", "LOCALHOST.", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]"],
    )
    def test_every_spelling_of_this_machine_is_refused(self, host: str) -> None:
        with pytest.raises((Forbidden, Unavailable)):
            exchange(CLOSED, "GET", f"http://{host}/", network="N")

    @pytest.mark.parametrize(
        "address",
        [
            *("file:///etc/passwd", "gopher://n.example/", "data:text/plain,x", "unix:/tmp/x", "//n.example"),
            *(
                "http://user@n.example/",
                "http://n.example\\@127.0.0.1/",
                "http://[fe80::1%25eth0]/",
                "",
                "http://",
            ),
            "https://n.example:8443/",
        ],
    )
    def test_what_is_no_plain_web_address_is_refused(
        self, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(guard, "resolve", lambda *_: ["8.8.8.8"])
        with pytest.raises(Forbidden):
            exchange(CLOSED, "GET", address, network="N")

    def test_it_connects_to_the_address_that_was_checked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A name that is public when checked and private when connected to must gain nothing."""
        looked_up: list[str] = []
        real = socket.getaddrinfo

        def rebinding(host: str, *args: Any, **kwargs: Any) -> Any:
            looked_up.append(host)
            if host == "n.example":
                return real("127.0.0.1" if looked_up.count(host) > 1 else "192.0.2.1", *args, **kwargs)
            return real(host, *args, **kwargs)

        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        monkeypatch.setattr(guard, "is_public", lambda address: address == "192.0.2.1")
        monkeypatch.setattr(guard, "CONNECT_SECONDS", 0.2)
        monkeypatch.setattr(contract, "CALL_SECONDS", 0.3)
        with pytest.raises(Unavailable):
            exchange(CLOSED, "GET", "http://n.example/", network="N")
        assert looked_up.count("n.example") == 1

    def test_one_private_address_among_public_ones_is_enough(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(guard, "resolve", lambda *_: ["8.8.8.8", "10.0.0.1"])
        with pytest.raises(Forbidden):
            exchange(CLOSED, "GET", "http://n.example/", network="N")

    def test_a_look_up_that_hangs_ends_in_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        released = threading.Event()

        def stuck(*args: Any, **kwargs: Any) -> list[Any]:
            released.wait(2 * PATIENCE)
            return []

        monkeypatch.setattr(socket, "getaddrinfo", stuck)
        monkeypatch.setattr(contract, "CALL_SECONDS", 0.2)
        started = time.monotonic()
        with pytest.raises(Unavailable):
            exchange(OPEN, "GET", "http://n.example/", network="N")
        assert time.monotonic() - started < PATIENCE
        released.set()

    def test_it_unpacks_what_came_packed(self) -> None:
        with serving([]) as server:
            server.fault = answering(200, gzip.compress(b"hello"), content_encoding="gzip")
            assert exchange(OPEN, "GET", server.url, network="N").body == b"hello"

    @pytest.mark.parametrize(
        "cut", [lambda body: body[:-12], lambda body: b"x" + body], ids=["half", "damaged"]
    )
    def test_a_damaged_body_is_bad(self, cut: Callable[[bytes], bytes]) -> None:
        with serving([]) as server:
            server.fault = answering(200, cut(gzip.compress(b"hello" * 99)), content_encoding="gzip")
            with pytest.raises(BadPayload):
                exchange(OPEN, "GET", server.url, network="N")

    def test_a_small_body_that_unpacks_to_a_huge_one_is_stopped(self) -> None:
        bomb = gzip.compress(b"\0" * (60 * 1024 * 1024))
        with serving([]) as server:
            server.fault = answering(200, bomb, content_encoding="gzip")
            tracemalloc.start()
            with pytest.raises(BadPayload):
                exchange(OPEN, "GET", server.url, network="N")
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert most < 30 * 1024 * 1024
