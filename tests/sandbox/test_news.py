import io
from typing import Any

import feedparser

from tests.sandbox.base import Clock, http, inject, sandbox


def found(base: str, q: str) -> Any:
    answer = http.get(f"{base}/rss/search", params={"q": q}).raise_for_status()
    return feedparser.parse(io.BytesIO(answer.content))


class SearchTests:
    def test_a_living_town_is_written_about(self) -> None:
        with sandbox(clock=Clock(), pace=4) as base:
            feed = found(base, "northfield when:7d")

        assert feed.bozo is False
        assert len(feed.entries) > 20
        assert all(entry.title.endswith(f" - {entry.source.title}") for entry in feed.entries)

    def test_it_obeys_words_alternatives_and_time(self, quiet: str) -> None:
        inject(quiet, "rss", "x", title="Northfield opens", outlet="Alder Courier")
        inject(quiet, "rss", "x", title="Larkmoor closes", published_at="2026-03-08T16:00:00Z")

        assert [len(found(quiet, q).entries) for q in ("northfield", "(northfield OR larkmoor) when:1d")] == [
            1,
            1,
        ]
        assert len(found(quiet, "(northfield OR larkmoor) when:7d").entries) == 2
        assert found(quiet, "(").entries == []

    def test_an_entry_is_written_as_google_writes_it(self, quiet: str) -> None:
        inject(quiet, "rss", "x", title="Beds & <wards>", outlet="Alder Courier")
        (entry,) = found(quiet, "wards").entries

        assert entry.title == "Beds & <wards> - Alder Courier"
        assert entry.link.startswith("https://news.google.com/rss/articles/CBMi")
        assert entry.source.href == "https://aldercourier.example"
