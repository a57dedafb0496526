from datetime import UTC, datetime
from typing import Any

from sandbox.writer import did
from tests.sandbox.base import Clock, control, http, inject, ledger, sandbox

COLLECTION = "app.bsky.feed.post"
OWN = did("NorthfieldHlth")


def sign_in(base: str) -> dict[str, str]:
    said = http.post(
        f"{base}/xrpc/com.atproto.server.createSession", json={"identifier": "a", "password": "b"}
    ).json()
    return {"authorization": f"Bearer {said['accessJwt']}"}


def get(base: str, name: str, *, key: dict[str, str] | None = None, **params: Any) -> Any:
    return http.get(f"{base}/xrpc/{name}", params=params, headers=sign_in(base) if key is None else key)


def search(base: str, q: str, **params: Any) -> list[str]:
    said = get(base, "app.bsky.feed.searchPosts", q=q, **params).json()
    return [post["uri"] for post in said["posts"]]


def create(base: str, record: dict[str, Any], key: str) -> Any:
    body = {"repo": OWN, "collection": COLLECTION, "rkey": key, "record": record}
    return http.post(f"{base}/xrpc/com.atproto.repo.createRecord", json=body, headers=sign_in(base))


class SearchTests:
    def test_a_living_town_speaks_there_too(self) -> None:
        with sandbox(clock=Clock(), pace=4) as base:
            found = search(base, "northfield", limit=100)
            served = ledger(base)["served"]["bluesky"]

        assert found == served
        assert len(found) == 100
        assert all(uri.startswith("at://did:plc:") for uri in found)

    def test_it_obeys_words_time_and_pages_and_knows_no_or(self, quiet: str) -> None:
        written = [inject(quiet, "bluesky", f"Northfield {n}") for n in range(3)]
        first = get(quiet, "app.bsky.feed.searchPosts", q="northfield", limit=2).json()

        assert [post["uri"] for post in first["posts"]] == [written[2], written[1]]
        assert search(quiet, "northfield", limit=2, cursor=first["cursor"]) == [written[0]]
        assert search(quiet, "northfield OR zebra") == []
        assert search(quiet, "northfield", since="2026-03-10T16:00:01Z") == []

    def test_strangers_get_a_page(self, quiet: str) -> None:
        answer = get(quiet, "app.bsky.feed.searchPosts", key={}, q="northfield")
        assert (answer.status_code, answer.text[:6]) == (403, "<html>")

    def test_a_session_ends(self) -> None:
        clock = Clock()
        with sandbox(quiet=True, clock=clock) as base:
            key = sign_in(base)
            clock.forward(hours=3)
            answer = get(base, "app.bsky.feed.searchPosts", key=key, q="northfield")
        assert (answer.status_code, answer.json()["error"]) == (400, "ExpiredToken")


class RecordTests:
    def test_what_is_gone_is_left_out(self, quiet: str) -> None:
        kept, lost = inject(quiet, "bluesky", "one"), inject(quiet, "bluesky", "two")
        control(quiet, "delete", {"id": lost})

        said = get(quiet, "app.bsky.feed.getPosts", uris=[kept, lost]).json()

        assert [post["uri"] for post in said["posts"]] == [kept]

    def test_a_key_is_taken_once(self, quiet: str) -> None:
        asked = inject(quiet, "bluesky", "Northfield?")
        (post,) = get(quiet, "app.bsky.feed.getPosts", uris=[asked]).json()["posts"]
        parent = {"uri": post["uri"], "cid": post["cid"]}
        record = {"text": "Sorry", "reply": {"root": parent, "parent": parent}}

        first, second = (create(quiet, record, "3k2222222222a") for _ in range(2))

        assert (first.status_code, second.status_code) == (200, 500)
        assert first.json()["uri"] == f"at://{OWN}/{COLLECTION}/3k2222222222a"
        listed = get(quiet, "com.atproto.repo.listRecords", repo=OWN, collection=COLLECTION).json()
        assert [each["value"]["reply"]["parent"]["uri"] for each in listed["records"]] == [asked]
        assert len(ledger(quiet)["replies"]) == 1

    def test_it_refuses_what_the_real_one_refuses(self, quiet: str) -> None:
        stale = {"uri": inject(quiet, "bluesky", "x"), "cid": "old"}
        created_at = datetime(2026, 3, 10, tzinfo=UTC).isoformat()
        wrong: list[dict[str, Any]] = [
            {"text": "x" * 301, "createdAt": created_at},
            {"text": "x", "reply": {"root": stale, "parent": stale}},
            {"createdAt": created_at},
        ]
        assert [create(quiet, record, "a").status_code for record in wrong] == [400] * 3
