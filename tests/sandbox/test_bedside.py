import json
import re
from typing import Any

from tests.sandbox.base import Clock, control, http, inject, ledger, sandbox

PAGE = "/reviews/west/"


def marked(base: str, query: str = "") -> dict[str, Any]:
    found = re.search(
        r'<script type="application/ld\+json">(.*?)</script>', http.get(f"{base}{PAGE}{query}").text
    )
    assert found
    return dict(json.loads(found[1]))


def said(base: str, query: str = "") -> list[str]:
    return [review["reviewBody"] for review in marked(base, query)["review"]]


def write(base: str, text: str, **values: Any) -> str:
    return inject(base, "pages", text, facility="west", **values)


class PageTests:
    def test_it_holds_the_newest_reviews_of_its_facility(self, quiet: str) -> None:
        write(quiet, "slow", rating=2)
        inject(quiet, "pages", "elsewhere", facility="rehab")
        write(quiet, "kind", rating=5)
        found = marked(quiet)
        assert [(each["reviewBody"], each["reviewRating"]["ratingValue"]) for each in found["review"]] == [
            ("kind", 5),
            ("slow", 2),
        ]
        assert (found["aggregateRating"]["ratingValue"], found["aggregateRating"]["reviewCount"]) == (
            "3.6",
            142,
        )

    def test_older_ones_stand_on_its_next_pages(self, quiet: str) -> None:
        for number in range(21):
            write(quiet, str(number))
        assert f'<link rel="next" href="{PAGE}?page=2">' in http.get(f"{quiet}{PAGE}").text
        assert (len(said(quiet)), said(quiet, "?page=2")) == (20, ["0"])
        assert 'rel="next"' not in http.get(f"{quiet}{PAGE}?page=2").text

    def test_an_edit_is_dated_and_a_deleted_one_is_gone(self, quiet: str) -> None:
        changed, gone = write(quiet, "before"), write(quiet, "gone")
        control(quiet, "edit", {"network": "pages", "id": changed, "text": "after"})
        control(quiet, "delete", {"network": "pages", "id": gone})
        (review,) = marked(quiet)["review"]
        assert (review["reviewBody"], "dateModified" in review) == ("after", True)

    def test_an_unchanged_one_is_not_sent_again(self, quiet: str) -> None:
        write(quiet, "kind")
        tag = {"if-none-match": http.get(f"{quiet}{PAGE}").headers["etag"]}
        assert http.get(f"{quiet}{PAGE}", headers=tag).status_code == 304
        write(quiet, "slow")
        assert http.get(f"{quiet}{PAGE}", headers=tag).status_code == 200

    def test_hostile_words_stay_words(self, quiet: str) -> None:
        text = "</script><script>alert(1)</script> \ud800 \0"
        write(quiet, text)
        assert said(quiet) == [text]
        assert "<script>alert" not in http.get(f"{quiet}{PAGE}").text

    def test_there_is_a_page_for_each_facility_and_no_other(self, quiet: str) -> None:
        for slug, status in (("main", 200), ("rehab", 200), ("nowhere", 404)):
            assert http.get(f"{quiet}/reviews/{slug}/").status_code == status, slug
        assert http.get(f"{quiet}{PAGE}?page=0").status_code == 404

    def test_programs_are_welcome(self, quiet: str) -> None:
        assert "Allow: /reviews/" in http.get(f"{quiet}/robots.txt").text


class StreamTests:
    def test_people_review_all_the_time_and_what_is_shown_is_noted(self) -> None:
        with sandbox(clock=Clock()) as base:
            ids = [review["@id"].rpartition("/")[2] for review in marked(base)["review"]]
            assert ids
            assert set(ledger(base)["served"]["pages"]) == set(ids)
