"""What Jetstream tells in both of its dialects; how its stream is opened and ends, against the sandbox."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx
import pytest
from websockets.utils import accept_key

from listening.sources import adapter_for, listened, pushing, websocket
from listening.sources.contract import (
    AuthFailed,
    BadPayload,
    Connection,
    Forbidden,
    Page,
    Post,
    QuotaExhausted,
    RateLimited,
    SourceError,
    Target,
    Unavailable,
)
from listening.sources.jetstream import Jetstream, JetstreamOptions
from listening.sources.push import Closed, CursorTooOld, Told, TooLarge
from sandbox.serving import running_sandbox
from tests.recorded import serving

DID, RKEY = "did:plc:invented", "3kabc"
ADDRESS = f"at://{DID}/app.bsky.feed.post/{RKEY}"
AT = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
RECORD: dict[str, Any] = {
    "text": "Waiting at Northfield.",
    "createdAt": "2026-03-02T10:59:58.000Z",
    "langs": ["en"],
}
FIRST, SECOND = Connection({"version": "1"}, {}), Connection({"version": "2"}, {})
adapter = Jetstream()


def commit(operation: str = "create", seq: int = 7, **fields: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"operation": operation, "collection": "app.bsky.feed.post", "rkey": RKEY}
    body |= {} if operation == "delete" else {"record": RECORD, "cid": "bafy"}
    return {"seq": seq, "did": DID, "time": AT.isoformat(), **body, **fields}


def second(payload: dict[str, Any], kind: str = "commit") -> bytes:
    name = f"network.bsky.jetstream.subscribeEvents#{kind}"
    return json.dumps({"$type": "message", "payload": {"$type": name, **payload}}).encode()


def first(payload: dict[str, Any], kind: str = "commit") -> bytes:
    body = {name: value for name, value in payload.items() if name not in ("seq", "did", "time")}
    microseconds = int(AT.timestamp() * 1_000_000) + payload["seq"]
    return json.dumps({"did": payload["did"], "time_us": microseconds, "kind": kind, kind: body}).encode()


DIALECTS = [(FIRST, first), (SECOND, second)]
both = pytest.mark.parametrize(("connection", "said"), DIALECTS, ids=["1", "2"])


def tell(connection: Connection, message: bytes, **cursor: Any) -> Told:
    told = adapter.tell(connection, message, cursor)
    assert told is not None
    return told


def post_of(told: Told) -> Post:
    assert told.post is not None
    return told.post


@both
class TellingTests:
    def test_a_post(self, connection: Connection, said: Any) -> None:
        post = post_of(tell(connection, said(commit())))
        assert (post.external_id, post.text, post.language) == (ADDRESS, RECORD["text"], "en")
        assert post.url == f"https://bsky.app/profile/{DID}/post/{RKEY}"
        assert (post.author_id, post.edited_at) == (DID, None)
        assert post.published_at == datetime(2026, 3, 2, 10, 59, 58, tzinfo=UTC)
        assert getattr(post, "network", "") == "bluesky"

    def test_an_edit_a_removal_and_an_answer(self, connection: Connection, said: Any) -> None:
        edited = post_of(tell(connection, said(commit("update"))))
        removed = post_of(tell(connection, said(commit("delete"))))
        parent = {"reply": {"parent": {"uri": "at://did:plc:b/app.bsky.feed.post/1", "cid": "x"}}}
        answer = post_of(tell(connection, said(commit(record=RECORD | parent))))
        assert edited.edited_at is not None
        assert (removed.external_id, removed.is_removed, removed.text) == (ADDRESS, True, "")
        assert answer.parent_id == "at://did:plc:b/app.bsky.feed.post/1"

    def test_the_title_of_a_card_is_read(self, connection: Connection, said: Any) -> None:
        card = {"text": "", "embed": {"external": {"title": "Northfield opens a clinic", "uri": "https://a"}}}
        post = post_of(tell(connection, said(commit(record=card))))
        assert (post.title, post.text) == ("Northfield opens a clinic", "")

    @pytest.mark.parametrize(
        ("account", "gone"),
        [
            ({"active": False, "status": "deleted"}, f"at://{DID}/"),
            ({"active": False, "status": "takendown"}, f"at://{DID}/"),
            ({"active": False, "status": "suspended"}, f"at://{DID}/"),
            ({"active": False, "status": "throttled"}, ""),
            ({"active": True}, ""),
            ({"active": "no", "status": "deleted"}, ""),
        ],
    )
    def test_an_account(self, connection: Connection, said: Any, account: dict[str, Any], gone: str) -> None:
        told = tell(connection, said({"seq": 8, "did": DID, "time": AT.isoformat(), **account}, "account"))
        assert (told.gone, told.post) == (gone, None)
        assert told.cursor["seq"] > 7

    def test_what_is_no_post_only_moves_the_cursor(self, connection: Connection, said: Any) -> None:
        told = tell(connection, said(commit(collection="app.bsky.feed.like")))
        assert (told.post, told.unreadable) == (None, None)
        assert told.cursor["seq"]

    def test_what_the_cursor_has_passed_is_not_told_again(self, connection: Connection, said: Any) -> None:
        cursor = tell(connection, said(commit())).cursor
        again = adapter.tell(connection, said(commit()), cursor)
        assert again is None if connection is SECOND else again and again.cursor == cursor
        assert adapter.tell(connection, said(commit(seq=8)), cursor) is not None

    @pytest.mark.parametrize(
        "fields",
        [
            {"did": "mallory"},
            {"did": "did:plc:a/b"},
            {"rkey": None},
            {"rkey": "a/b"},
            {"rkey": ""},
            {"record": None},
            {"record": "text"},
            {"record": {"text": 17}},
        ],
        ids=str,
    )
    def test_an_odd_event_is_set_aside_and_passed(
        self, connection: Connection, said: Any, fields: dict[str, Any]
    ) -> None:
        told = tell(connection, said(commit(**fields)))
        assert told.unreadable
        assert told.post is None
        assert told.cursor["seq"]

    @pytest.mark.parametrize(
        "message",
        [
            b"",
            b"null",
            b"17",
            b"[]",
            b"{",
            b"\xff\xfe",
            b"<html>",
            b'{"payload": null}',
            b'{"kind": 3}',
            b"[" * 100_000,
            b'{"payload": {"$type": "x#commit", "seq": 1e999}}',
            b'{"payload": {"$type": "x#commit", "seq": true}}',
            b'{"kind": "commit", "time_us": -1, "did": "did:plc:a", "commit": {}}',
            b'{"kind": "commit", "time_us": ' + b"9" * 5000 + b"}",
        ],
        ids=lambda message: message[:30].decode("latin-1"),
    )
    def test_a_message_that_is_none_is_set_aside(
        self, connection: Connection, said: Any, message: bytes
    ) -> None:
        told = tell(connection, message, seq=5, version=connection.options["version"])
        assert told.unreadable
        assert told.cursor["seq"] == 5

    def test_hostile_words_are_only_words(self, connection: Connection, said: Any) -> None:
        text = "Northfield \ud800 \x00 \u202e <script>alert(1)</script>"
        record = {"text": text, "createdAt": "0000-99-99", "langs": [{}], "reply": [], "embed": 3}
        post = post_of(tell(connection, said(commit(record=record))))
        assert (post.text, post.language, post.parent_id) == (text, "", "")


class SecondDialectTests:
    def test_a_server_that_began_later_than_asked_leaves_a_gap(self) -> None:
        told = tell(SECOND, second({"name": "OutdatedCursor"}, "info"), seq=4, version="2")
        assert told.gap
        assert told.cursor == {"seq": 4, "version": "2"}

    def test_an_error_ends_the_stream(self) -> None:
        with pytest.raises(Unavailable):
            adapter.tell(SECOND, b'{"$type": "error", "error": "ConsumerTooSlow"}', {})


class FirstDialectTests:
    def test_what_comes_late_is_told_and_the_cursor_stays(self) -> None:
        cursor = tell(FIRST, first(commit(seq=30))).cursor
        late = tell(FIRST, first(commit(seq=9)), **cursor)
        assert post_of(late).text == RECORD["text"]
        assert late.cursor == cursor

    def test_it_is_taken_up_a_little_earlier(self) -> None:
        opening = adapter.opening(FIRST, (), {"seq": 90_000_000, "version": "1"})
        assert opening.address.endswith("&cursor=85000000")

    def test_a_cursor_that_was_moved_on_without_a_word_is_a_gap(self) -> None:
        before = {"seq": 5, "at": "2026-03-01T08:00:00+00:00", "version": "1"}
        told = tell(FIRST, first(commit()), **before)
        assert told.gap == "Posts between 2026-03-01 08:00 and 2026-03-02 11:00 UTC may be missing."


class OpeningTests:
    def test_it_asks_for_posts_and_accounts_from_the_cursor_on(self) -> None:
        opening = adapter.opening(SECOND, (), {"seq": 9, "version": "2"})
        path = "/xrpc/network.bsky.jetstream.subscribeEvents"
        asked = "?collections=app.bsky.feed.post&kinds=commit&kinds=account&cursor=9"
        assert opening.address == f"https://jetstream.us-east.bsky.network{path}{asked}"
        assert opening.subprotocols == ("xrpc.v1.json",)

    def test_a_cursor_of_the_other_dialect_is_none(self) -> None:
        opening = adapter.opening(FIRST, (), {"seq": 9, "version": "2"})
        assert opening.address.endswith("/subscribe?wantedCollections=app.bsky.feed.post")

    def test_its_form_takes_its_own_first_values(self) -> None:
        initial = {name: field.initial for name, field in JetstreamOptions().fields.items()}
        assert JetstreamOptions(initial).is_valid()

    def test_it_is_found_and_is_not_polled(self) -> None:
        assert isinstance(adapter_for("jetstream"), Jetstream)
        assert "jetstream" in pushing()
        assert "rss" not in pushing()

    def test_what_was_lost_is_said_with_its_beginning_and_end(self) -> None:
        said = adapter.lost_since({"at": "2026-02-27T08:00:00+00:00"}, AT)
        between = "between 2026-02-27 08:00 and 2026-03-02 11:00 UTC"
        assert said == f"Posts {between} may be missing: Bluesky let go of them."
        assert "the last stop" in adapter.lost_since({}, AT)

    def test_it_takes_no_replies(self) -> None:
        with pytest.raises(Forbidden):
            adapter.reply(SECOND, Target(ADDRESS), "Sorry.")


# -- Against the sandbox -----------------------------------------------------------------------


class Hose:
    def __init__(self, url: str) -> None:
        self.url = url
        self.connection = Connection({"api_url": url}, {}, may_reach_private=True, seconds=1)

    def ask(self, **asked: Any) -> dict[str, Any]:
        answer = httpx.post(f"{self.url}/_sandbox/jetstream", json=asked)
        answer.raise_for_status()
        return dict(answer.json())

    def fault(self, fault: str, **fields: Any) -> None:
        asked = {"route": "jetstream.events", "fault": fault, "times": 1, **fields}
        httpx.post(f"{self.url}/_sandbox/faults", json=asked).raise_for_status()

    def opened(self, **cursor: Any) -> listened.OpenStream:
        return listened.opened(adapter, self.connection, (), cursor)

    def read(self, stream: listened.OpenStream, *, within: float = 5) -> list[Told]:
        """The first that is told."""
        ends = time.monotonic() + within
        while time.monotonic() < ends:
            found = [adapter.tell(self.connection, said, {}) for said in stream.read(0.05) or ()]
            if found:
                return [told for told in found if told]
        raise AssertionError("nothing was told")

    def ending(self, stream: listened.OpenStream) -> SourceError:
        try:
            for _ in range(200):
                stream.read(0.05)
        except SourceError as error:
            return error
        finally:
            stream.close()
        raise AssertionError("it did not end")


def dripping_frames(handler: BaseHTTPRequestHandler) -> None:
    """A handshake as it should be, then a frame of which one byte comes now and then."""
    key = handler.headers["Sec-WebSocket-Key"]
    handler.wfile.write(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept_key(key).encode() + b"\r\n\r\n\x81\x7e\x10\x00"
    )
    with suppress(OSError):
        for _ in range(100):
            handler.wfile.write(b"x")
            time.sleep(0.05)


@pytest.fixture(scope="module")
def hose() -> Iterator[Hose]:
    with running_sandbox(quiet=True) as url:
        made = Hose(url)
        made.ask(do="pace", rate=0)
        yield made


class StreamTests:
    def test_it_hears_what_is_said_and_resumes_from_a_cursor(self, hose: Hose) -> None:
        stream = hose.opened()
        one = hose.ask(do="post", text="Northfield one")
        (told,) = hose.read(stream)
        stream.close()
        two = hose.ask(do="post", text="Northfield two")
        again = hose.opened(**told.cursor)
        (missed,) = hose.read(again)
        again.close()
        assert [post_of(told).external_id, post_of(missed).external_id] == [one["id"], two["id"]]

    @pytest.mark.parametrize(
        ("code", "kind"),
        [(1000, Closed), (1012, Closed), (1001, Closed), (1011, Unavailable), (4000, Unavailable)],
    )
    def test_its_end_says_why(self, hose: Hose, code: int, kind: type[SourceError]) -> None:
        stream = hose.opened()
        hose.ask(do="close", code=code)
        assert type(hose.ending(stream)) is kind

    def test_a_message_that_is_too_long_ends_it(self, hose: Hose, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(websocket, "MOST_BYTES", 10_000)
        stream = hose.opened()
        hose.ask(do="oversized", bytes=20_000)
        assert type(hose.ending(stream)) is TooLarge

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            ("429", RateLimited),
            ("429-no-reset", RateLimited),
            ("401", AuthFailed),
            ("402", QuotaExhausted),
            ("403", Forbidden),
            ("503", Unavailable),
            ("html", BadPayload),
        ],
    )
    def test_a_refusal_at_the_door_is_told_apart(
        self, hose: Hose, fault: str, kind: type[SourceError]
    ) -> None:
        hose.fault(fault)
        with pytest.raises(kind):
            hose.opened()

    def test_a_believable_wait_is_kept(self, hose: Hose) -> None:
        hose.fault("429", retry_after=120)
        with pytest.raises(RateLimited) as met:
            hose.opened()
        assert met.value.retry_at is not None
        assert 100 < (met.value.retry_at - datetime.now(UTC)).total_seconds() < 121

    def test_a_door_that_does_not_open_is_left_in_time(self, hose: Hose) -> None:
        hose.fault("hang", hold=3)
        began = time.monotonic()
        with pytest.raises(Unavailable):
            hose.opened()
        assert time.monotonic() - began < 2.5

    def test_bytes_that_never_end_in_a_message_are_no_sign_of_life(self) -> None:
        with serving([]) as server:
            server.fault = dripping_frames
            connection = Connection({"api_url": server.url}, {}, may_reach_private=True)
            stream = listened.opened(adapter, connection, (), {})
            assert [stream.read(0.2) for _ in range(10)] == [None] * 10
            stream.close()

    def test_a_cursor_that_is_too_old_is_named(self, hose: Hose) -> None:
        hose.ask(do="forget-before", seq=1000)
        with pytest.raises(CursorTooOld):
            hose.opened(seq=999, version="2")
        hose.opened(seq=1000, version="2").close()

    def test_it_refuses_a_private_address(self, hose: Hose) -> None:
        connection = Connection({"api_url": hose.url}, {})
        with pytest.raises(Forbidden):
            listened.opened(adapter, connection, (), {})

    def test_nobody_there_is_unavailable(self) -> None:
        connection = Connection({"api_url": "http://127.0.0.1:9"}, {}, may_reach_private=True, seconds=1)
        with pytest.raises(Unavailable):
            listened.opened(adapter, connection, (), {})

    def test_a_taste_leaves_the_cursor(self, hose: Hose, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(listened, "TASTE_POSTS", 1)
        after = hose.ask(do="post", text="Northfield three")["seq"] - 1
        cursor = {"seq": after, "version": "2"}
        page = adapter.fetch(hose.connection, (), cursor)
        assert isinstance(page, Page)
        assert ([post.text for post in page.posts], page.cursor) == (["Northfield three"], cursor)
