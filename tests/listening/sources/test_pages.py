import contextlib
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listening.sources import contract, pages_markup, pages_reviews
from listening.sources.contract import BadPayload, Connection, Forbidden, Post, RateLimited, Unavailable
from listening.sources.pages import NOTHING
from listening.sources.robots import rules_of
from listening.sources.sites import SitesForm
from tests.listening.sources.cases import PAGES
from tests.listening.sources.test_real_answers import DATA
from tests.recorded import Exchange, answering, exchange, serving
from tests.timing import PATIENCE

HTML: dict[str, Any] = {"content_type": "text/html; charset=utf-8"}


def page(*things: Any, path: str = "/northfield", **headers: Any) -> Exchange:
    blocks = "".join(f'<script type="application/ld+json">{json.dumps(thing)}</script>' for thing in things)
    return exchange(path, f"<html><head>{blocks}</head></html>", **{**HTML, **headers})


def robots(body: str, status: int = 200, **headers: Any) -> Exchange:
    return exchange("/robots.txt", body, status=status, **headers)


def review(**values: Any) -> dict[str, Any]:
    return {
        "@type": "Review",
        "author": "Pat",
        "reviewBody": "A long wait.",
        "datePublished": "2026-11-02",
        **values,
    }


def read(*things: Any) -> list[Post]:
    with serving([page(*things)]) as server:
        found = PAGES.fetch(server)
    return [post for post in found.posts if post.kind == "review"]


def later(cursor: Any) -> dict[str, Any]:
    """The cursor as it is once its pages may be asked again."""
    known = {address: {**kept, "read_at": ""} for address, kept in cursor["pages"].items()}
    return {"pages": known}


class ReadingTests:
    def test_each_review_comes_out_once_and_as_words(self) -> None:
        with serving(PAGES.recording) as server:
            found = PAGES.fetch(server)
        by_author = {post.author_name: post for post in found.posts if post.kind == "review"}
        assert set(by_author) == {"Pat Quill", "Ines", "R. Vale", "Tomas"}
        assert by_author["Pat Quill"].text == "Five hours & nobody told us why.\nThen home."
        assert by_author["Pat Quill"].external_id == "https://reviews.example/r/17"
        assert [by_author[name].rating for name in ("Pat Quill", "R. Vale", "Tomas")] == [2, 2, 4]
        assert by_author["R. Vale"].url == f"{server.url}/r/18"
        assert "alert" not in "".join(post.text for post in found.posts)
        assert by_author["Tomas"].published_at == datetime(2026, 10, 30, tzinfo=UTC)
        averages = [post.text for post in found.posts if post.kind == "average"]
        assert averages == ["Northfield Main Campus is rated 3.4 of 5 on 127.0.0.1."]
        assert sorted(item.reason for item in found.unreadable) == [
            "a block of the page is no JSON",
            "the review has neither words nor stars",
        ]

    def test_one_broken_block_takes_nothing_from_its_neighbours(self) -> None:
        good = json.dumps(review())
        block = '<script type="application/ld+json">{}</script>'
        body = block.format('{"@type": "Review", ') + block.format(good)
        with serving([exchange("/northfield", body, **HTML)]) as server:
            found = PAGES.fetch(server)
        assert (len(found.posts), len(found.unreadable)) == (1, 1)

    @pytest.mark.parametrize(
        ("rating", "stars"),
        [
            ({"ratingValue": "2/5"}, 2),
            ({"ratingValue": "8 out of 10"}, 4),
            ({"ratingValue": 90, "bestRating": "100"}, 5),
            ({"ratingValue": "4,5"}, 5),
            ({"ratingValue": [3]}, 3),
            ("4", 4),
            ({"ratingValue": 0}, 1),
            ({"ratingValue": 7}, None),
            ({"ratingValue": None}, None),
            ({"ratingValue": True}, None),
            ({"ratingValue": 3, "bestRating": 0}, None),
            ({"ratingValue": 1e308, "bestRating": 1e308}, None),
            ([], None),
            (None, None),
        ],
    )
    def test_stars_are_told_from_any_scale(self, rating: Any, stars: int | None) -> None:
        assert pages_reviews.rating(rating) == stars

    @pytest.mark.parametrize(
        "author", ["Pat", {"name": "Pat"}, [{"name": ["Pat"]}], {"@type": "Person", "name": "<b>Pat</b>"}]
    )
    def test_an_author_is_told_in_any_form(self, author: Any) -> None:
        assert read(review(author=author))[0].author_name == "Pat"

    @pytest.mark.parametrize("value", [None, 17, [], {}, True, "x", [[[]]], {"name": {"name": {"name": {}}}}])
    @pytest.mark.parametrize(
        "name", ["author", "reviewBody", "datePublished", "reviewRating", "url", "@id", "@type", "inLanguage"]
    )
    def test_no_odd_value_breaks_it(self, name: str, value: Any) -> None:
        with serving([page(review(**{name: value}), review(reviewBody="Another."))]) as server:
            assert any(post.text == "Another." for post in PAGES.fetch(server).posts)

    def test_an_address_that_reviews_share_is_no_name_of_theirs(self) -> None:
        first, second = read(review(url="/all"), review(url="/all", reviewBody="Other words."))
        assert first.external_id != second.external_id
        assert "/all" not in first.external_id

    def test_a_place_on_the_page_is_no_name_of_what_stands_there_today(self) -> None:
        old = read(review(**{"@id": "#r1"}))
        now = read(review(**{"@id": "#r1"}, reviewBody="New."), review(**{"@id": "#r2"}))
        assert len({post.external_id for post in old + now}) == 3  # each server has a port of its own
        assert not any("#" in post.external_id for post in now)

    def test_an_average_is_told_again_only_when_it_moved(self) -> None:
        def rated(value: float) -> str:
            thing = {"@type": "Hospital", "name": "Northfield", "aggregateRating": {"ratingValue": value}}
            markup = pages_markup.Markup(things=[thing])
            return pages_reviews.found(markup, "https://reviews.example/n").posts[0].external_id

        assert rated(4.41) == rated(4.44) != rated(4.3)

    def test_a_page_of_a_thousand_levels_is_read_or_refused(self) -> None:
        deep = "[" * 5000 + "]" * 5000
        nested = "<div itemscope itemtype='https://schema.org/Review'><p itemprop='review' itemscope>" * 2000
        for body in (f'<script type="application/ld+json">{deep}</script>', nested):
            with serving([exchange("/northfield", body, **HTML)]) as server:
                started = time.monotonic()
                with contextlib.suppress(BadPayload):
                    assert len(PAGES.fetch(server).posts) < 2
                assert time.monotonic() - started < PATIENCE

    @pytest.mark.parametrize(
        "body",
        [
            "<i itemscope itemref=z></i>" * 40 + "<div id=z>" + "<p itemprop=q>x</p>" * 9000 + "</div>",
            "<div itemscope itemprop=a>" * 240 + "<p itemprop=q>x</p>" * 9000,
            "<div itemscope>" + "<div itemprop=a>" * 240 + "<p>" + "x y " * 300_000,
        ],
        ids=["references", "nested things", "nested texts"],
    )
    def test_no_markup_makes_it_a_long_walk(self, body: str) -> None:
        started = time.monotonic()
        pages_markup.read(body.encode(), "text/html", "https://reviews.example/", "The page")
        assert time.monotonic() - started < PATIENCE

    def test_an_item_takes_what_it_refers_to(self) -> None:
        body = (
            '<p id="a" itemprop="reviewBody">Slow<br>lift</p>'
            '<p id="b" itemscope itemprop="author"><b itemprop="name">Pat</b></p>'
            '<div itemscope itemtype="https://schema.org/Review" itemref="a b">'
            '<time itemprop="datePublished" datetime="2026-10-30">then</time></div>'
        )
        markup = pages_markup.read(body.encode(), "text/html", "https://reviews.example/", "The page")
        post = pages_reviews.found(markup, "https://reviews.example/").posts[0]
        assert (post.text, post.author_name, post.published_at) == (
            "Slow\nlift",
            "Pat",
            datetime(2026, 10, 30, tzinfo=UTC),
        )

    def test_what_is_larger_than_a_page_is_not_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pages_markup, "MOST_BYTES", 100)
        with serving(PAGES.recording) as server, pytest.raises(BadPayload, match="too large"):
            PAGES.fetch(server)


def leading(to: str, *things: Any, path: str = "/northfield") -> Exchange:
    """A page of reviews that calls another its next."""
    made = page(*things, path=path)
    return {**made, "body": made["body"].replace("</head>", f'<link rel="next" href="{to}"></head>')}


class OnwardTests:
    def read_all(self, server: Any, cursor: Any = None) -> tuple[list[Post], Any, list[str]]:
        posts: list[Post] = []
        gaps: list[str] = []
        while True:
            found = PAGES.fetch(server, cursor)
            posts += found.posts
            gaps += [found.gap] if found.gap else []
            cursor = found.cursor
            if not found.has_more:
                return posts, cursor, gaps

    def test_the_next_pages_are_read_once_a_day(self) -> None:
        exchanges = [
            leading("/northfield/2", review()),
            leading("/northfield/3", review(reviewBody="Older."), path="/northfield/2"),
            page(review(reviewBody="Oldest."), path="/northfield/3"),
        ]
        with serving(exchanges) as server:
            posts, cursor, _ = self.read_all(server)
            assert [post.text for post in posts] == ["A long wait.", "Older.", "Oldest."]
            again, _, _ = self.read_all(server, later(cursor))
        assert [post.text for post in again] == ["A long wait."]

    def test_a_review_keeps_its_name_when_it_moves_to_the_next_page(self) -> None:
        moved = leading("/northfield/2", review(reviewBody="New."))
        with serving([page(review()), moved, page(review(), path="/northfield/2")]) as server:
            (before,), cursor, _ = self.read_all(server)
            posts, _, _ = self.read_all(server, later(cursor))
        assert [post.text for post in posts] == ["New.", "A long wait."]
        assert posts[1].external_id == before.external_id

    @pytest.mark.parametrize(
        "to", ["https://elsewhere.example/2", "//evil.example/", "#", "", "http://[", "/northfield"]
    )
    def test_it_is_led_to_no_other_place(self, to: str) -> None:
        with serving([leading(to, review())]) as server:
            posts, cursor, gaps = self.read_all(server)
        assert (len(posts), gaps, "walk" in cursor) == (1, [], False)

    def test_a_circle_and_a_page_that_fails_end_the_walk(self) -> None:
        circle = leading("/northfield", review(reviewBody="Older."), path="/northfield/2")
        with serving([leading("/northfield/2", review()), circle]) as server:
            assert len(self.read_all(server)[0]) == 2
        broken = exchange("/northfield/2", "", status=503)
        with serving([leading("/northfield/2", review()), broken]) as server:
            posts, _, gaps = self.read_all(server)
        assert len(posts) == 1
        assert "Older reviews of it may be missing." in gaps[0]


class AskingTests:
    def test_it_asks_with_the_marks_of_the_last_answer(self) -> None:
        unchanged = exchange("/northfield", "", status=304)
        with serving([*PAGES.recording, unchanged]) as server:
            first = PAGES.fetch(server)
            kept = dict(first.cursor["pages"][f"{server.url}/northfield"])
            # A page with an error in it is read again in full; here it is as if it had none.
            cursor = later({"pages": {f"{server.url}/northfield": {**kept, "etag": '"p1"'}}})
            second = PAGES.fetch(server, cursor)
        assert "etag" not in kept
        assert server.calls()[-1].headers["if-none-match"] == '"p1"'
        assert (second.posts, second.cursor["pages"][f"{server.url}/northfield"]["etag"]) == ([], '"p1"')

    def test_robots_are_obeyed_and_asked_once_a_day(self) -> None:
        with serving([robots("User-agent: *\nDisallow: /nor*d$"), *PAGES.recording]) as server:
            with pytest.raises(Forbidden, match=r"robots\.txt"):
                PAGES.fetch(server)
            assert server.calls() == []
        with serving([robots("User-agent: *\nDisallow: /private"), *PAGES.recording * 2]) as server:
            cursor = PAGES.fetch(server).cursor
            assert PAGES.fetch(server, cursor).posts == NOTHING.posts
            assert len(server.calls()) == 1
            cursor = later(cursor)
            assert PAGES.fetch(server, cursor).posts
            assert [asked.path for asked in server.asked].count("/robots.txt") == 1
            known = cursor["pages"][f"{server.url}/northfield"]
            stale = {**known, "robots_at": (datetime.now(UTC) - timedelta(hours=25)).isoformat()}
            PAGES.fetch(server, {"pages": {f"{server.url}/northfield": stale}})
            assert [asked.path for asked in server.asked].count("/robots.txt") == 2

    @pytest.mark.parametrize(
        ("status", "kind"), [(500, Unavailable), (503, Unavailable), (429, RateLimited), (302, Forbidden)]
    )
    def test_a_page_is_left_alone_while_its_robots_cannot_be_had(self, status: int, kind: type) -> None:
        with serving([robots("", status), *PAGES.recording]) as server, pytest.raises(kind):
            PAGES.fetch(server)
        assert server.calls() == []

    @pytest.mark.parametrize(
        ("text", "may"),
        [
            ("", True),
            ("User-agent: murmur\nDisallow: /", False),
            ("User-agent: other\nDisallow: /", True),
            ("User-agent: other\nUser-agent: *\nDisallow: /", False),
            ("User-agent: *\nDisallow: /\nAllow: /r", True),
            ("User-agent: *\nDisallow: /\n\nUser-agent: Murmur\nAllow: /", True),
            ("user-agent : * # all\ndisallow : / # no", False),
            ("<html>not found</html>", True),
            ("User-agent: *\n" + "Disallow: /x\n" * 9000, False),
        ],
    )
    def test_robots_say_who_may_read_what(self, text: str, may: bool) -> None:
        rules = rules_of(200, text.encode(), "Murmur/1.0 (listens)")
        assert rules.allow("https://reviews.example/r/1", "Murmur/1.0 (listens)") is may

    def test_a_site_that_nobody_confirmed_is_not_asked(self) -> None:
        with serving(PAGES.recording) as server, pytest.raises(Forbidden, match="Nobody has confirmed"):
            PAGES.fetch(server, sites=[])
        assert server.asked == []

    def test_a_redirect_stays_within_its_site(self) -> None:
        inside = exchange("/northfield", "", status=301, location="/there")
        with serving([inside, page(review(), path="/there")]) as server:
            assert len(PAGES.fetch(server).posts) == 1
        for place in ("http://localhost:1/x", "http://169.254.169.254/", "file:///etc/passwd"):
            outside = exchange("/northfield", "", status=302, location=place)
            with serving([outside]) as server, pytest.raises(Forbidden):
                PAGES.fetch(server)
            assert len(server.calls()) == 1
        around = exchange("/northfield", "", status=302, location="/northfield")
        with serving([around]) as server, pytest.raises(Forbidden, match="from one address to the next"):
            PAGES.fetch(server)

    def test_a_page_that_fails_does_not_silence_the_others(self) -> None:
        with serving([exchange("/a", "{}", status=410), page(review(), path="/b")]) as server:
            two: dict[str, Any] = {"pages": f"{server.url}/a\n{server.url}/b"}
            first = PAGES.fetch(server, **two)
            assert first.has_more
            assert "may be missing" in first.gap
            second = PAGES.fetch(server, first.cursor, **two)
            assert (len(second.posts), second.has_more) == (1, False)
            PAGES.fetch(server, second.cursor, **two)
        assert [asked.path for asked in server.calls()] == ["/a", "/b"]

    def test_one_call_ends_with_its_deadline_robots_and_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(contract, "CALL_SECONDS", 0.6)
        with serving([robots("")]) as server:
            server.fault = answering(200, b"<html>")
            with pytest.raises(BadPayload):
                PAGES.fetch(server)

    def test_nothing_private_is_read(self) -> None:
        options = {"pages": "http://127.0.0.1/x", "sites": ["127.0.0.1"]}
        with pytest.raises(Forbidden, match="private network"):
            PAGES.adapter.fetch(Connection(options, {}), (), {})


class FormTests:
    def test_each_site_is_ticked_before_it_is_read(self) -> None:
        typed = (
            "https://reviews.example/a\nhttps://reviews.example/b\n# https://no.example\nhttps://two.example/"
        )
        form = SitesForm({"pages": typed, "sites": ["two.example"]})
        assert not form.is_valid()
        assert "Not ticked: reviews.example" in form.errors["sites"][0]
        ticked = SitesForm(MultiData(pages=typed, sites=["two.example", "reviews.example"]))
        assert ticked.is_valid(), ticked.errors
        assert sorted(ticked.cleaned_data["sites"]) == ["reviews.example", "two.example"]

    @pytest.mark.parametrize("address", ["file:///etc", "https://a:b@x.example", "reviews.example"])
    def test_only_web_addresses_are_taken(self, address: str) -> None:
        form = SitesForm({"pages": address})
        assert not form.is_valid()
        assert "pages" in form.errors

    def test_what_was_ticked_is_shown_ticked_again(self) -> None:
        form = SitesForm(initial={"pages": "https://reviews.example/a", "sites": ["reviews.example"]})
        assert "checked" in str(form["sites"])


class MultiData(dict[str, Any]):
    """As a request's data: a list where several values stand."""

    def getlist(self, name: str) -> list[str]:
        return list(self[name])


RECORDED = sorted((DATA / "review_markup").glob("*.html"))


@pytest.mark.skipif(not RECORDED, reason=f"no recordings in {DATA}; set MURMUR_SHARED_DATA")
@pytest.mark.parametrize("file", RECORDED, ids=lambda file: str(file.stem))
def test_a_real_page_is_read_as_its_authors_expect(file: Any) -> None:
    markup = pages_markup.read(file.read_bytes(), "text/html", "https://a.example/page", "The page")
    found = pages_reviews.found(markup, "https://a.example/page")
    rated = {post.text.split(" is rated ")[0]: post.text.split()[-5] for post in found.posts}
    expected = {"LocalBusiness.002": {"GreatFood": "4.0"}, "product": {"Executive Anvil": "4.4"}}
    expected["product_microdata"] = expected["product"]
    assert rated == expected.get(file.stem, {})
    assert found.unreadable == [] or file.stem == "jsonld_empty_item_test"
