import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.sandbox.base import CORPUS, Clock, control, http, inject, ledger, sandbox, x_client

ROOT = Path(__file__).parents[2]


def texts(base: str, query: str = "northfield") -> list[str]:
    answer = x_client(base).search_recent_tweets(query, max_results=100, tweet_fields=["note_tweet"])
    return [tweet.get("note_tweet", tweet)["text"] for tweet in answer.get("data", [])]


class InjectedPostTests:
    def test_it_comes_with_the_next_poll(self) -> None:
        with sandbox(clock=Clock()) as base:
            before = x_client(base).search_recent_tweets("northfield")["meta"]["newest_id"]
            id = inject(base, "x", "Northfield, just now")
            fresh = x_client(base).search_recent_tweets("northfield", since_id=before)["data"]

        assert [tweet["id"] for tweet in fresh] == [id]

    @pytest.mark.parametrize(
        "text",
        [
            "Northfield a\0b",
            "Northfield \ud800 and \udfff",
            "Northfield\r\nevent: x\ndata: y",
            "Northfield \u202e x",
        ],
    )
    def test_hostile_characters_travel_unharmed(self, quiet: str, text: str) -> None:
        inject(quiet, "x", text)

        assert texts(quiet) == [text]

    def test_five_megabytes_travel_too(self, quiet: str) -> None:
        text = "Northfield " + "é" * 5_000_000
        inject(quiet, "x", text)

        assert texts(quiet) == [text]

    def test_many_come_at_once(self, quiet: str) -> None:
        entries = [{"network": "x", "text": f"Northfield {number}"} for number in range(300)]

        made = control(quiet, "posts", {"posts": entries})["posts"]

        ids = [int(post["id"]) for post in made]
        assert ids == sorted(set(ids))
        assert texts(quiet) == [f"Northfield {number}" for number in range(299, 199, -1)]

    @pytest.mark.parametrize(
        "entry",
        [
            {"network": "myspace", "text": "a"},
            {"network": "x", "text": 5},
            {"network": "google", "text": "a", "rating": 9},
            {"network": "x", "text": "a", "published_at": "soon"},
            {"network": "reddit", "text": "a", "parent": "t3_none"},
            "a",
        ],
    )
    def test_an_unusable_one_is_refused(self, quiet: str, entry: object) -> None:
        answer = http.post(f"{quiet}/_sandbox/posts", json=[entry])

        assert (answer.status_code, list(answer.json())) == (400, ["error"])

    def test_a_taken_id_is_refused(self, quiet: str) -> None:
        inject(quiet, "x", "a", id="77")

        with pytest.raises(httpx.HTTPStatusError):
            inject(quiet, "x", "b", id="77")

    def test_a_form_on_a_strange_page_cannot_post(self, quiet: str) -> None:
        answer = http.post(f"{quiet}/_sandbox/posts", content='{"network": "x", "text": "a"}')

        assert answer.status_code == 415


class StormTests:
    def test_it_builds_up_and_ebbs_away(self) -> None:
        clock = Clock()
        with sandbox(quiet=True, clock=clock) as base:
            control(base, "storm", {"kind": "ed", "minutes": 10, "per_minute": 9})
            seen = [len(texts(base))]
            for _ in range(2):
                clock.forward(minutes=5)
                seen.append(len(texts(base)))
            storm = texts(base)

        assert seen[0] == 0
        assert 30 < seen[1] < seen[2] < 90
        assert len(set(storm)) > 30

    @pytest.mark.parametrize(
        "body", [{"kind": "flood"}, {"kind": "ed", "minutes": -1}, {"kind": "ed", "per_minute": 1e9}]
    )
    def test_an_unusable_one_is_refused(self, quiet: str, body: object) -> None:
        with pytest.raises(httpx.HTTPStatusError):
            control(quiet, "storm", body)


class QuietTests:
    def test_it_stops_the_stream_and_leaves_a_gap(self) -> None:
        clock = Clock()
        with sandbox(clock=clock) as base:
            before = texts(base)
            control(base, "quiet", {"on": True})
            assert texts(base) == []
            clock.forward(minutes=10)
            control(base, "quiet", {"on": False})

            assert texts(base) == before


class RestartTests:
    def test_what_was_asked_of_it_survives(self, tmp_path: Path) -> None:
        clock, state = Clock(), tmp_path / "state.jsonl"
        with sandbox(clock=clock, state=state) as base:
            asked = inject(base, "x", "@NorthfieldHlth \ud800 hello")
            lost = inject(base, "x", "Northfield lost")
            x_client(base).create_tweet(text="Hello to you.", in_reply_to_tweet_id=asked)
            edited = control(base, "edit", {"id": asked, "text": "@NorthfieldHlth hello again"})
            control(base, "delete", {"id": lost})
            control(base, "storm", {"kind": "portal"} | {"kind": "ed", "minutes": 1, "per_minute": 5})
            clock.forward(minutes=2)
            before, replies = texts(base), ledger(base)["replies"]

        with sandbox(clock=clock, state=state) as base:
            assert texts(base) == before
            assert ledger(base)["replies"] == replies
            # Looked up: a search for so rare a word would write seven days of posts anew.
            assert (
                x_client(base).get_tweets([edited["id"]])["data"][0]["text"] == "@NorthfieldHlth hello again"
            )
            assert inject(base, "x", "Northfield") > replies[0]["id"]


class PageTests:
    def test_it_shows_replies_under_what_they_answer(self, quiet: str) -> None:
        asked = inject(quiet, "x", "@NorthfieldHlth <script>alert(1)</script> \ud800\0")
        x_client(quiet).create_tweet(text="Hello <b>you</b>.", in_reply_to_tweet_id=asked)

        answer = http.get(quiet)

        assert answer.status_code == 200
        assert "<script" not in answer.text
        assert "<b>" not in answer.text
        section = re.search(r'<section id="replies">.*?</section>', answer.text, re.DOTALL)
        assert section
        assert section[0].index("&lt;script&gt;") < section[0].index("Hello &lt;b&gt;you&lt;/b&gt;.")
        assert "default-src 'none'" in answer.headers["content-security-policy"]

    def test_a_five_megabyte_post_does_not_fill_it(self, quiet: str) -> None:
        inject(quiet, "rss", "x" * 5_000_000, title="y" * 5_000_000, author="z" * 5_000_000)

        assert len(http.get(quiet).content) < 20_000


class LedgerTests:
    def test_it_counts_requests_and_unknown_ones(self, quiet: str) -> None:
        x_client(quiet).search_recent_tweets("northfield")
        http.get(f"{quiet}/comments/abc/")

        assert ledger(quiet)["requests"] == {"x.search": 1, "unknown": 1}


@contextmanager
def started(state: Path, port: int = 0) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """The command and the address that it prints; ended by a Ctrl-C."""
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--corpus", str(CORPUS)]
    with subprocess.Popen(
        [*command, "--state", str(state)],
        cwd=state.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        ready = re.fullmatch(r"sandbox ready on (http://127\.0\.0\.1:\d+)\n", process.stdout.readline())
        try:
            assert ready
            yield process, ready[1]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(10)


class CommandTests:
    def test_it_says_when_it_is_ready_and_stops_when_asked(self, tmp_path: Path) -> None:
        with started(tmp_path / "s.jsonl") as (process, url):
            assert len(texts(url)) > 50
        assert process.returncode in (0, -signal.SIGINT, 130)

    def test_its_mailbox_never_takes_the_port_of_the_networks(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        state = tmp_path / "s.jsonl"
        state.write_text(json.dumps({"what": "mail_port", "port": port}) + "\n")
        with started(state, port) as (_, url):
            assert url == f"http://127.0.0.1:{port}"
            assert http.get(f"{url}/_sandbox/mailbox").json()["port"] != port
