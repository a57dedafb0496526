from typing import Any

from sandbox.writer import INSTANCES, instance_of
from tests.sandbox.base import Clock, control, http, inject, ledger, sandbox

HOME = instance_of("NorthfieldHlth")
ELSEWHERE = next(each for each in INSTANCES if each != HOME)
KEY = {"authorization": "Bearer key"}


def ask(base: str, path: str, instance: str = HOME, **params: Any) -> Any:
    return http.get(f"{base}/fediverse/{instance}/api/{path}", params=params, headers=KEY)


def post(base: str, status: dict[str, Any], instance: str = HOME, **headers: str) -> Any:
    sent = {**KEY, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return http.post(f"{base}/fediverse/{instance}/api/v1/statuses", json=status, headers=sent)


class TimelineTests:
    def test_a_living_town_tags_its_posts(self) -> None:
        with sandbox(clock=Clock(), pace=4) as base:
            found = ask(base, "v1/timelines/tag/northfield", limit=40).json()
            served = ledger(base)["served"]["mastodon"]

        assert [status["uri"] for status in found] == served
        assert len(found) == 40
        assert all('class="mention hashtag"' in status["content"] for status in found)
        assert [int(status["id"]) for status in found] == sorted(
            (int(status["id"]) for status in found), reverse=True
        )

    def test_min_id_reads_forward_and_since_id_skips(self, quiet: str) -> None:
        written = [inject(quiet, "mastodon", f"{n} #Northfield") for n in range(5)]
        ids = {each["uri"]: each["id"] for each in ask(quiet, "v1/timelines/tag/NORTHFIELD").json()}

        def uris(**params: Any) -> list[str]:
            found = ask(quiet, "v1/timelines/tag/northfield", limit=2, **params).json()
            return [status["uri"] for status in found]

        assert uris(min_id=ids[written[0]]) == [written[2], written[1]]
        assert uris(since_id=ids[written[0]]) == [written[4], written[3]]
        assert uris(max_id=ids[written[2]]) == [written[1], written[0]]

    def test_an_id_is_an_instances_own_and_the_uri_everybodys(self, quiet: str) -> None:
        written = inject(quiet, "mastodon", "#Northfield", title="hospital")
        here, there = (
            ask(quiet, "v1/timelines/tag/northfield", instance).json()[0] for instance in (HOME, ELSEWHERE)
        )

        assert here["uri"] == there["uri"] == written
        assert here["id"] != there["id"]
        assert (here["spoiler_text"], here["sensitive"]) == ("hospital", True)
        assert ask(quiet, f"v1/statuses/{there['id']}", ELSEWHERE).json()["uri"] == written

    def test_what_is_gone_is_not_found(self, quiet: str) -> None:
        written = inject(quiet, "mastodon", "#Northfield")
        (status,) = ask(quiet, "v1/timelines/tag/northfield").json()
        control(quiet, "delete", {"id": written})

        gone = ask(quiet, f"v1/statuses/{status['id']}")

        assert (gone.status_code, gone.json()) == (404, {"error": "Record not found"})


class SearchTests:
    def test_it_finds_words_and_phrases_but_knows_no_or(self, quiet: str) -> None:
        inject(quiet, "mastodon", "Northfield parking desk")

        def found(q: str) -> int:
            return len(ask(quiet, "v2/search", q=q, type="statuses").json()["statuses"])

        assert [found("northfield"), found('"parking desk"'), found('"desk parking"')] == [1, 1, 0]
        assert [found("northfield -parking"), found("northfield OR zebra")] == [0, 0]

    def test_strangers_find_nothing(self, quiet: str) -> None:
        inject(quiet, "mastodon", "Northfield")
        answer = http.get(f"{quiet}/fediverse/{HOME}/api/v2/search", params={"q": "northfield"})
        assert answer.json()["statuses"] == []
        assert ask(quiet, "v2/search", ELSEWHERE, q="northfield").status_code == 401


class PostTests:
    def test_the_same_key_gives_the_same_status(self, quiet: str) -> None:
        first, again = (post(quiet, {"status": "Hello"}, idempotency_key="k") for _ in range(2))
        other = post(quiet, {"status": "Hello"}, idempotency_key="l")

        assert first.json()["uri"] == again.json()["uri"] != other.json()["uri"]
        assert len(ledger(quiet)["replies"]) == 2

    def test_an_answer_stands_in_the_context(self, quiet: str) -> None:
        inject(quiet, "mastodon", "#Northfield")
        (asked,) = ask(quiet, "v1/timelines/tag/northfield").json()
        made = post(quiet, {"status": "Sorry", "in_reply_to_id": asked["id"]}).json()

        below = ask(quiet, f"v1/statuses/{asked['id']}/context").json()["descendants"]

        assert [each["uri"] for each in below] == [made["uri"]]
        assert made["in_reply_to_id"] == asked["id"]

    def test_it_refuses_what_the_real_one_refuses(self, quiet: str) -> None:
        assert post(quiet, {"status": "x" * 501}).status_code == 422
        assert post(quiet, {"status": " "}).status_code == 422
        assert post(quiet, {"status": "x"}, ELSEWHERE).status_code == 401
        assert post(quiet, {"status": "x", "in_reply_to_id": "17"}).status_code == 404
