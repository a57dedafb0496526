from django.test import SimpleTestCase

from listening.queries.asked import Asked
from listening.queries.matching import Hit, Matcher


def marked(expression: str, text: str) -> list[str] | None:
    hits = Matcher([(1, expression)]).find(Asked(text))
    return [text[start:end] for start, end in hits[0].spans] if hits else None


class MatcherTests(SimpleTestCase):
    def test_hits_come_lowest_id_first_with_spans_and_reasons(self) -> None:
        matcher = Matcher([(9, "wait*"), (3, "northfield NOT jobs"), (5, "parking")])
        self.assertEqual(
            matcher.find(Asked("Waiting, at Northfield")),
            [Hit(3, [(12, 22)], ("northfield",)), Hit(9, [(0, 7)], ("wait*",))],
        )

    def test_what_is_known_besides_the_words_finds_a_post(self) -> None:
        matcher = Matcher([(1, "stars:1 kind:review"), (2, "author:north*"), (3, "site:news.example")])
        post = Asked("x", author="@Northfield", url="https://www.news.example/a", rating=1, kind="review")
        self.assertEqual([hit.query_id for hit in matcher.find(post)], [1, 2, 3])
        self.assertEqual(matcher.find(Asked("x")), [])

    def test_a_title_counts_and_is_not_marked(self) -> None:
        matcher = Matcher([(1, "northfield parking"), (2, '"northfield parking"'), (3, "a NEAR/9 parking")])
        post = Asked("Parking!", title="A Northfield")
        self.assertEqual(matcher.find(post), [Hit(1, [(0, 7)], ("northfield", "parking"))])
