"""What Mastodon's stream tells, where it is opened, how it fits its timelines; against the sandbox too."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from listening.sources import adapter_for, listened, mastodon_line, pushing
from listening.sources.contract import (
    AuthFailed,
    BadPayload,
    Connection,
    Forbidden,
    Post,
    RateLimited,
    SourceError,
    Unavailable,
)
from listening.sources.mastodon_stream import MastodonStream, MastodonStreamOptions
from listening.sources.push import Closed, Told
from sandbox.serving import running_sandbox
from tests.recorded import exchange, serving
from tests.sandbox.base import control, inject

adapter = MastodonStream()
HOME = "larkmoor.example"
OPTIONS = {"instances": HOME, "tags": "#northfield\ner", "own_account": f"@NorthfieldHlth@{HOME}"}
CONNECTION = Connection(OPTIONS, {"access_token": "key"})
NOW = datetime.now(UTC).replace(microsecond=0)
URI = f"https://{HOME}/users/ann/statuses/1"


def id_at(at: datetime) -> str:
    return str(mastodon_line.id_at(at))


def status(at: datetime = NOW, **fields: Any) -> dict[str, Any]:
    known = {
        "id": id_at(at),
        "uri": URI,
        "url": URI,
        "created_at": at.isoformat(),
        "visibility": "public",
        "content": "<p>Waiting at #Northfield</p>",
        "account": {"acct": "ann", "uri": f"https://{HOME}/users/ann"},
    }
    return known | fields


def said(item: Any, name: str = "update") -> bytes:
    data = item if isinstance(item, str) else json.dumps(item)
    return f"event: {name}\ndata: {data}".encode()


def tell(message: bytes, cursor: dict[str, Any] | None = None) -> Told:
    told = adapter.tell(CONNECTION, message, cursor or {})
    assert told is not None
    return told


def since(at: datetime) -> dict[str, Any]:
    return {"parts": {f"{HOME}#northfield": {"min_id": id_at(at)}, f"{HOME}#er": {"min_id": id_at(at)}}}


class TellingTests:
    def test_a_post(self) -> None:
        post = tell(said(status())).post
        assert isinstance(post, Post)
        assert (post.external_id, post.text, post.network) == (URI, "Waiting at #Northfield", "mastodon")
        assert (post.author_handle, post.edited_at) == (f"ann@{HOME}", None)

    def test_an_edit_is_one_even_where_its_time_is_not_said(self) -> None:
        edited = tell(said(status(edited_at=NOW.isoformat()), "status.update")).post
        undated = tell(said(status(), "status.update")).post
        assert edited
        assert undated
        assert (edited.edited_at, undated.edited_at is not None) == (NOW, True)

    def test_a_removal_names_the_moment_of_writing(self) -> None:
        told = tell(said(id_at(NOW), "delete"))
        assert (told.gone_at, told.post) == (NOW, None)
        assert adapter.tell(CONNECTION, said("flake-id", "delete"), {}) is None

    def test_what_is_not_for_everybody_or_ours_only_moves_the_cursor(self) -> None:
        ours = {"acct": "NorthfieldHlth", "uri": "x"}
        for fields in ({"visibility": "private"}, {"reblog": {}, "visibility": "direct"}, {"account": ours}):
            told = tell(said(status(**fields)), since(NOW - timedelta(hours=1)))
            assert told.post is None
            assert told.cursor != since(NOW - timedelta(hours=1))

    def test_other_events_say_nothing(self) -> None:
        for name in ("notification", "filters_changed", "conversation", ""):
            assert adapter.tell(CONNECTION, said("{}", name), {}) is None

    @pytest.mark.parametrize(
        "data",
        [
            "",
            "null",
            "17",
            "[]",
            "{",
            "<html>",
            "[" * 100_000,
            "{}",
            '{"id": 1}',
            '{"id": "1", "content": 3}',
        ],
        ids=lambda data: data[:12],
    )
    def test_what_is_no_post_is_set_aside(self, data: str) -> None:
        told = tell(said(data), since(NOW))
        assert told.unreadable
        assert (told.post, told.cursor) == (None, since(NOW))

    def test_hostile_words_are_only_words(self) -> None:
        content = "<p>#Northfield <script>alert(1)</script>&lt;img src=x&gt; \u0000 \u202e</p>"
        item = status(content=content, created_at="0000-99-99", language=[], url="javascript:alert(1)")
        told = tell(said(item))
        assert told.unreadable or (told.post and "<script" not in told.post.text and not told.post.url)


class CursorTests:
    def test_each_part_follows_ten_minutes_behind(self) -> None:
        told = tell(said(status()), since(NOW - timedelta(hours=2)))
        assert told.cursor == since(NOW - timedelta(minutes=10))

    @pytest.mark.parametrize("at", [NOW - timedelta(days=3), NOW + timedelta(days=3)], ids=["late", "future"])
    def test_it_moves_neither_back_nor_ahead_of_the_clock(self, at: datetime) -> None:
        before = since(NOW - timedelta(minutes=2))
        assert tell(said(status(at)), before).cursor == before

    def test_an_id_of_another_kind_breaks_nothing(self) -> None:
        for odd in ("", "x", "9" * 400, "\u0663"):
            tell(said(status(id=odd)), since(NOW))

    def test_the_stream_that_fell_behind_says_what_may_be_missing(self) -> None:
        assert "may be missing" in adapter.lost_since({}, NOW)


class OptionsTests:
    def form(self, **fields: str) -> MastodonStreamOptions:
        return MastodonStreamOptions({"instances": HOME, "tags": "", "public": "", **fields})

    def test_something_must_be_chosen(self) -> None:
        assert self.form(tags="#northfield").is_valid()
        assert self.form(public="local").is_valid()
        assert not self.form().is_valid()
        assert not self.form(instances="file:///etc", public="all").is_valid()

    def test_hashtags_are_counted(self) -> None:
        assert self.form(tags="\n".join(f"#t{n}" for n in range(20))).is_valid()
        assert not self.form(tags="\n".join(f"#t{n}" for n in range(21))).is_valid()

    def test_it_is_listened_to_and_not_polled(self) -> None:
        assert isinstance(adapter_for("mastodon_stream"), MastodonStream)
        assert "mastodon_stream" in pushing()


class OpeningTests:
    def opening(self, body: object, status: int = 200, **options: str) -> Any:
        with serving([exchange("/a.example/api/v2/instance", body, status=status)]) as server:
            known = {**OPTIONS, "instances": f"{server.url}/a.example", **options}
            connection = Connection(known, {"access_token": "key"}, may_reach_private=True)
            opening = adapter.opening(connection, (), {})
            return opening, server.url

    def test_each_hashtag_is_a_stream_of_its_own(self) -> None:
        opening, url = self.opening({})
        base = f"{url}/a.example/api/v1/streaming"
        assert opening.address == f"{base}/hashtag?tag=northfield"
        assert opening.beside == (f"{base}/hashtag?tag=er",)
        assert opening.headers["Authorization"] == "Bearer key"

    def test_all_that_is_public_stands_first(self) -> None:
        opening, url = self.opening({}, public="local", tags="")
        assert (opening.address, opening.beside) == (f"{url}/a.example/api/v1/streaming/public/local", ())

    @pytest.mark.parametrize(
        ("named", "is_taken"),
        [
            ("wss://streaming.a.example", True),
            ("https://streaming.a.example/", True),
            ("ftp://streaming.a.example", False),
            ("//", False),
            ("wss://[", False),
            (3, False),
            (None, False),
        ],
    )
    def test_an_instance_may_stream_from_elsewhere(self, named: Any, is_taken: bool) -> None:
        opening, url = self.opening({"configuration": {"urls": {"streaming": named}}})
        base = "https://streaming.a.example" if is_taken else f"{url}/a.example"
        assert opening.address.startswith(f"{base}/api/v1/streaming/")

    @pytest.mark.parametrize("body", ["<html>", None, [], {"configuration": []}, {"configuration": None}])
    def test_one_that_does_not_say_streams_itself(self, body: object) -> None:
        opening, url = self.opening(body)
        assert opening.address.startswith(f"{url}/a.example/")

    def test_strangers_are_told_to_bring_a_token(self) -> None:
        assert "scope read" in adapter.refused(AuthFailed("No.")).message
        error = Unavailable("Down.")
        assert adapter.refused(error) is error


# -- Against the sandbox -----------------------------------------------------------------------


class Instance:
    def __init__(self, url: str) -> None:
        self.url = url
        place = {"instances": f"{url}/fediverse/{HOME}", "tags": "northfield", "backfill_hours": 2}
        self.connection = Connection(place, {"access_token": "key"}, may_reach_private=True, seconds=3)

    def opened(self) -> listened.OpenStream:
        return listened.opened(adapter, self.connection, (), {})

    def told(self, stream: listened.OpenStream, count: int, *, within: float = 8) -> list[Told]:
        ends, found = time.monotonic() + within, list[Told]()
        while len(found) < count and time.monotonic() < ends:
            said = [adapter.tell(self.connection, message, {}) for message in stream.read(0.05) or ()]
            found += [told for told in said if told]
        return found

    def order(self, what: str) -> None:
        control(self.url, "streams", {"network": "mastodon", "do": what})

    def ending(self, stream: listened.OpenStream) -> SourceError:
        try:
            for _ in range(200):
                stream.read(0.05)
        except SourceError as error:
            return error
        finally:
            stream.close()
        raise AssertionError("it did not end")


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    with running_sandbox(quiet=True) as url:
        yield Instance(url)


class StreamTests:
    def test_it_hears_a_post_its_edit_and_its_removal(self, instance: Instance) -> None:
        stream = instance.opened()
        inject(instance.url, "mastodon", "nothing about it", author="ann")
        made = inject(instance.url, "mastodon", "Waiting at #Northfield", author="ann")
        first = instance.told(stream, 1)
        control(instance.url, "edit", {"network": "mastodon", "id": made, "text": "Seen at #Northfield"})
        second = instance.told(stream, 1)
        control(instance.url, "delete", {"network": "mastodon", "id": made})
        third = instance.told(stream, 1)
        stream.close()
        posts = [told.post for told in (*first, *second) if told.post]
        assert [(post.external_id, post.text) for post in posts] == [
            (made, "Waiting at #Northfield"),
            (made, "Seen at #Northfield"),
        ]
        assert [post.edited_at is None for post in posts] == [True, False]
        (gone,) = third
        assert gone.gone_at is not None
        assert posts[0].published_at is not None
        assert abs(gone.gone_at - posts[0].published_at) < timedelta(seconds=1)

    def test_what_was_said_before_is_read_from_the_timeline(self, instance: Instance) -> None:
        made = {inject(instance.url, "mastodon", f"#Northfield {n}", author="ann") for n in range(60)}
        found, cursor, has_more = set[str](), dict[str, Any](), True
        while has_more:
            page = adapter.fill(instance.connection, (), cursor)
            found |= {post.external_id for post in page.posts}
            assert {post.network for post in page.posts} <= {"mastodon"}
            cursor, has_more = dict(page.cursor), page.has_more
        assert made <= found

    def test_a_timeline_that_fails_is_not_passed_over(self, instance: Instance) -> None:
        two = Connection(
            {**instance.connection.options, "tags": "northfield\ner"}, {"access_token": "key"}, True, 3
        )
        control(instance.url, "faults", {"route": "mastodon.tag", "fault": "503", "times": 1})
        with pytest.raises(Unavailable) as met:
            adapter.fill(two, (), {})
        assert "come later" not in met.value.message

    @pytest.mark.parametrize(("what", "kind"), [("close", Closed), ("drop", Unavailable)])
    def test_its_end_says_why(self, instance: Instance, what: str, kind: type[SourceError]) -> None:
        stream = instance.opened()
        instance.order(what)
        assert type(instance.ending(stream)) is kind

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            ("429", RateLimited),
            ("401", AuthFailed),
            ("403", Forbidden),
            ("503", Unavailable),
            ("html", BadPayload),
            ("drop", Unavailable),
        ],
    )
    def test_a_refusal_at_the_door_is_told_apart(
        self, instance: Instance, fault: str, kind: type[SourceError]
    ) -> None:
        control(instance.url, "faults", {"route": "mastodon.stream", "fault": fault, "times": 1})
        with pytest.raises(kind):
            instance.opened()

    def test_without_a_token_it_says_what_to_do(self, instance: Instance) -> None:
        stranger = Connection(instance.connection.options, {}, True, 3)
        with pytest.raises(AuthFailed, match="scope read"):
            listened.opened(adapter, stranger, (), {})

    def test_the_ledger_counts_listeners(self, instance: Instance) -> None:
        stream = instance.opened()
        found = httpx.get(f"{instance.url}/_sandbox/streams").json()
        stream.close()
        assert found["open"]["mastodon"] >= 1
