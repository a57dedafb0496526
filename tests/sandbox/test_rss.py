import io

import feedparser

from tests.sandbox.base import Clock, http, inject, ledger, sandbox


def read(base: str, name: str = "news") -> feedparser.FeedParserDict:
    answer = http.get(f"{base}/feeds/{name}.xml").raise_for_status()
    return feedparser.parse(io.BytesIO(answer.content), response_headers=dict(answer.headers))


class FeedTests:
    def test_the_feed_of_everything_reads_cleanly(self) -> None:
        with sandbox(clock=Clock(), pace=4) as base:
            feed = read(base)
            served = ledger(base)["served"]["rss"]

        assert feed.bozo is False
        assert len(feed.entries) == 40
        assert [entry.link for entry in feed.entries] == served
        assert any("id" not in entry for entry in feed.entries)
        assert any("published" not in entry for entry in feed.entries)

    def test_each_outlet_has_its_own(self) -> None:
        with sandbox(clock=Clock(), pace=4) as base:
            links = [entry.link for entry in read(base, "larkmoor-ledger").entries]

        assert links
        assert all(link.startswith("https://larkmoorledger.example/") for link in links)

    def test_an_unchanged_feed_is_not_sent_again(self, quiet: str) -> None:
        inject(quiet, "rss", "One", title="One")
        first = http.get(f"{quiet}/feeds/news.xml").headers

        by_tag = http.get(f"{quiet}/feeds/news.xml", headers={"if-none-match": first["etag"]})
        by_date = http.get(f"{quiet}/feeds/news.xml", headers={"if-modified-since": first["last-modified"]})
        stale = http.get(f"{quiet}/feeds/news.xml", headers={"if-none-match": '"other"'})

        assert (by_tag.status_code, by_date.status_code, stale.status_code) == (304, 304, 200)
        inject(quiet, "rss", "Two", title="Two")
        assert (
            http.get(f"{quiet}/feeds/news.xml", headers={"if-none-match": first["etag"]}).status_code == 200
        )

    def test_hostile_text_does_not_break_the_feed(self, quiet: str) -> None:
        inject(quiet, "rss", "a\0b \ud800 ]]> <script>x</script> & \x08", title="T <b> & \0")

        feed = read(quiet)

        assert (feed.bozo, len(feed.entries)) == (False, 1)
        assert "script" not in feed.entries[0].summary

    def test_an_unknown_feed_is_not_found(self, quiet: str) -> None:
        assert http.get(f"{quiet}/feeds/none.xml").status_code == 404
        assert "/feeds/news.xml" in http.get(f"{quiet}/feeds/").json()["feeds"]
