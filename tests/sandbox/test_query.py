from dataclasses import replace

import pytest

from sandbox import query
from sandbox.post import Post


def post(text: str, **values: str) -> Post:
    return replace(Post(network="x", id="1", order=1, at=0, author="ann", text=text), **values)  # type: ignore[arg-type]


MATCHES = [
    ("northfield", "At Northfield, again", True),
    ("northfield", "NorthfieldER is full", False),
    ("north field", "the field lies north", True),
    ('"north field"', "the field lies north", False),
    ('"north field"', "North-Field airport", True),
    ("\"Northfield Women's & Children's\"", "at Northfield Women’s & Children’s now", True),
    ("cheese OR hospital", "the hospital", True),
    ("cheese OR hospital", "the bus", False),
    ("northfield (wait OR billing)", "Northfield billing", True),
    ("northfield (wait OR billing)", "Northfield parking", False),
    ("northfield -cheese", "Northfield cheese", False),
    ('northfield -"cheese factory"', "Northfield cheese", True),
    ("northfield -(cheese OR football)", "Northfield football", False),
    ("a b OR c d", "c d", True),
    ("a b OR c d", "a d", False),
    ("@NorthfieldHlth", "hey @northfieldhlth!", True),
    ("niño", "NIÑO enfermo", True),
]


class QueryTests:
    @pytest.mark.parametrize(("text", "said", "expected"), MATCHES)
    def test_it_reads_words_phrases_and_groups(self, text: str, said: str, expected: bool) -> None:
        test, _ = query.parse(text, query.X_OPERATORS)

        assert test(post(said)) is expected

    def test_it_reads_operators(self) -> None:
        test, _ = query.parse("northfield lang:es -is:retweet -from:bot", query.X_OPERATORS)

        assert test(post("Northfield", lang="es"))
        assert not test(post("Northfield", lang="en"))
        assert not test(post("Northfield", lang="es", relation="retweeted"))
        assert not test(post("Northfield", lang="es", author="bot"))

    def test_it_reads_reddits_fields(self) -> None:
        test, _ = query.parse("title:parking NOT author:ann", query.REDDIT_OPERATORS)

        assert test(post("x", title="Parking", author="ben"))
        assert not test(post("parking", title="x", author="ben"))
        assert not test(post("x", title="Parking", author="ann"))

    @pytest.mark.parametrize(
        "text", ["(a", "a)", '"a', "a OR", "OR a", "-(", "()", "bogus:1 a", "!!", "NOT", "(" * 500]
    )
    def test_it_refuses_what_it_cannot_read(self, text: str) -> None:
        with pytest.raises(query.BadQuery):
            query.parse(text, query.X_OPERATORS)

    def test_it_knows_a_query_that_only_refuses(self) -> None:
        assert query.parse("-cheese lang:en", query.X_OPERATORS)[1] is False
