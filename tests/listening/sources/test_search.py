"""Queries in the words of a network: never narrower than they are here, never longer than it takes."""

import random
from dataclasses import replace

import pytest

from listening.queries.asked import Asked
from listening.queries.matching import Matcher
from listening.queries.parsing import parse
from listening.queries.tree import Expression, Field, Near, Not, Phrase, Word, all_of, any_of
from listening.sources import bluesky, mastodon, news, reddit, x
from listening.sources.search import MOST_CLAUSES, Syntax, Translated, quoted, translate
from sandbox import mastodon as mastodon_town
from sandbox import query
from sandbox.post import Post


class QuotedTests:
    @pytest.mark.parametrize(
        ("term", "word"),
        [
            ("Northfield", "Northfield"),
            ("#northfield", "#northfield"),
            ("Good Hope", '"Good Hope"'),
            ("O'Brien", '"O\'Brien"'),
            ("or", '"or"'),
            ("from:someone", '"from:someone"'),
            ("-word", '"-word"'),
            ('say "ah"', '"say ah"'),
            ("病院", "病院"),
            ("?!", ""),
            ("", ""),
        ],
    )
    def test_a_term_is_never_an_operator(self, term: str, word: str) -> None:
        assert quoted(term) == word


def translated(*lines: str, syntax: Syntax = x.SYNTAX) -> Translated:
    return translate(map(parse, lines), syntax)


AT_X = [
    ('Northfield "waiting room"', '(Northfield "waiting room")'),
    ("wait OR queue OR delay", "wait OR queue OR delay"),
    ("northfield (wait OR queue)", "(northfield (wait OR queue))"),
    ("northfield NOT jobs", "(northfield -jobs)"),
    ("northfield NOT (jobs OR hiring)", "(northfield -jobs -hiring)"),
    ('northfield NOT "we are hiring"', '(northfield -"we are hiring")'),
    ("northfield NOT (jobs AND nurse)", "northfield"),
    ("northfield NOT job*", "northfield"),
    ("northfield NOT =US", "northfield"),
    ("northfield NOT stars:1", "northfield"),
    ("northfield NOT women's", "northfield"),
    ("hour NEAR/6 lobby", "(hour lobby)"),
    ("hour NEAR/6 (lobby OR chair*)", "hour"),
    ("hours lobby", '((hours OR "hour\'s") lobby)'),
    ("mary's OR lobby", '"mary\'s" OR marys OR lobby'),
    ('"st mary\'s"', '"st mary\'s" OR "st marys"'),
    ("=Mary's", '"Mary\'s"'),
    ("northfield wait*", "northfield"),
    ("northfield wom?n", "northfield"),
    ("northfield (wait* OR queue)", "northfield"),
    ('"north ed wait* long"', '("north ed" long)'),
    ("=ICU northfield", "(ICU northfield)"),
    ("#northfield @northfieldhealth", "(#northfield @northfieldhealth)"),
    ("northfield author:@Ann_Vale", "(northfield from:ann_vale)"),
    ("northfield NOT author:northfield_jobs", "(northfield -from:northfield_jobs)"),
    ("northfield author:someone@elsewhere.example", "northfield"),
    ("northfield lang:es stars:<=2 site:news.example", "northfield"),
    ("and northfield", '("and" northfield)'),
]
NOT_AT_X = ["wom?n", "wom?n OR northfield", "stars:1", "kind:review stars:<=2", "=😡"]


class TranslateTests:
    @pytest.mark.parametrize(("line", "expected"), AT_X)
    def test_it_is_said_as_x_says_it(self, line: str, expected: str) -> None:
        assert translated(line).queries == [expected]

    @pytest.mark.parametrize("line", NOT_AT_X)
    def test_what_x_cannot_be_asked_is_not_asked_but_named(self, line: str) -> None:
        assert translated(line).queries == []
        assert translated(line).unasked == [str(parse(line))]

    def test_where_all_ends_in_a_star_what_stands_before_it_is_better_than_nothing(self) -> None:
        found = translated("wait* OR northfield", "wait* lobb*")
        assert found.queries == ["wait OR northfield"]
        assert found.in_part == ["wait* OR northfield", "wait* AND lobb*"]
        assert found.unasked == []

    def test_what_was_left_out_is_said(self) -> None:
        notes = translated("northfield wait* NOT stars:1", "hours NEAR/3 =ICU").notes
        assert notes == ["endings (*)", "some of what is excluded", "NEAR", "capitals (=)"]

    def test_reddit_finds_other_forms_too_so_only_authors_are_excluded_there(self) -> None:
        line = "northfield NOT (waiting OR author:northfield_jobs)"
        assert translated(line, syntax=reddit.SYNTAX).queries == ["(northfield NOT author:northfield_jobs)"]

    def test_what_is_asked_for_anyway_is_not_asked_twice(self) -> None:
        assert translated("northfield wait", "northfield", "Northfield", "larkmoor").queries == [
            "northfield OR larkmoor"
        ]

    def test_hostile_words_stay_words(self) -> None:
        hostile = Phrase((Word('a" OR from:b'), Word("c\\"), Word("(d\x00"), Word("\ud800e")))
        assert translate([hostile], x.SYNTAX).queries == ['"a OR from:b c (d e"']


class WithoutOrTests:
    @pytest.mark.parametrize(
        ("lines", "expected"),
        [
            (["northfield"], ["Northfield"]),
            (["northfield OR northfieldhlth"], ["northfield", "northfieldhlth"]),
            (["northfield (wait OR queue) NOT jobs"], ["northfield wait", "northfield queue"]),
            (["northfield", "northfield wait OR larkmoor"], ["northfield", "larkmoor"]),
            (['"st mary\'s"'], ['"st mary\'s"', '"st marys"']),
            (["northfield NOT author:ann.example"], ["northfield -from:ann.example"]),
        ],
    )
    def test_every_alternative_is_a_search_of_its_own(self, lines: list[str], expected: list[str]) -> None:
        found = translated(*lines, syntax=bluesky.SYNTAX).queries
        assert [each.lower() for each in found] == [each.lower() for each in expected]

    def test_too_many_ways_lose_the_longest_list_and_say_so(self) -> None:
        lists = [" OR ".join(f"{name}{n}" for n in range(size)) for name, size in (("a", 5), ("b", 4))]
        found = translated(f"northfield ({lists[0]}) ({lists[1]})", syntax=bluesky.SYNTAX)
        assert found.queries == [f"northfield b{n}" for n in range(4)]
        assert found.notes == ["one of several lists of alternatives"]

    def test_a_list_that_is_all_there_is_stays(self) -> None:
        many = " OR ".join(f"ward{n}" for n in range(30))
        assert len(translated(many, syntax=bluesky.SYNTAX).queries) == 30
        assert len(translated(f"({many}) NOT author:ann.example", syntax=bluesky.SYNTAX).queries) == 30


class CutTests:
    def test_a_long_list_becomes_several_searches_each_with_the_rest(self) -> None:
        queues = " OR ".join(f'"long queue number {number}"' for number in range(60))
        found = translated(f"northfield ({queues}) NOT jobs").queries
        assert len(found) > 2
        assert all(len(each) <= 512 and "northfield" in each and "-jobs" in each for each in found)
        assert sum(each.count("long queue") for each in found) == 60

    def test_too_many_words_that_must_be_there_lose_the_shortest(self) -> None:
        (found,) = translated(" ".join(f'"term number {number} of many"' for number in range(40))).queries
        assert len(found) <= 512
        assert found.startswith('("term number')
        assert (
            "words beyond the longest search"
            in translated(" ".join(f'"term number {number} of many"' for number in range(40))).notes
        )

    def test_a_word_longer_than_a_search_is_not_cut_into_another_word(self) -> None:
        assert translated(f"northfield {'w' * 600}").queries == ["northfield"]
        assert translated("w" * 600).unasked == ["w" * 600]

    def test_a_phrase_longer_than_a_search_is_cut_at_a_word(self) -> None:
        (found,) = translated('"' + "wordword " * 30 + '"', syntax=replace(x.SYNTAX, longest=100)).queries
        assert found == '"' + " ".join(["wordword"] * 10) + '"'

    def test_there_is_an_end_to_it(self) -> None:
        many = [parse(f'"facility number {number}"') for number in range(MOST_CLAUSES + 5)]
        found = translate(many, x.SYNTAX)
        assert sum(each.count("facility") for each in found.queries) == MOST_CLAUSES
        assert "the last ones are not asked" in found.notes[0]


WORDS = [
    "waits",
    "wait's",
    "womens",
    "north",
    "ed",
    "wait",
    "waiting",
    "lobby",
    "rude",
    "northfield",
    "niño",
    "women's",
    "c-diff",
    "急诊",
]
OPERATORS = {"X": query.X_OPERATORS, "Reddit": query.REDDIT_OPERATORS}


def grown(draw: random.Random, depth: int = 3) -> Expression:
    """A random tree of words that a random text is likely to hold."""
    kind = draw.random() if depth else draw.random() * 0.6
    if kind < 0.35:
        return Word(draw.choice(WORDS), exact=draw.random() < 0.1, prefix=draw.random() < 0.15)
    if kind < 0.45:
        return Phrase(tuple(Word(draw.choice(WORDS)) for _ in range(draw.randint(1, 3))))
    if kind < 0.52:
        return Near(Word(draw.choice(WORDS)), Word(draw.choice(WORDS)), draw.randint(0, 4))
    if kind < 0.6:
        return Field("author", "=", draw.choice(["ann", "ben"])) if kind < 0.57 else Field("stars", "=", "1")
    if kind < 0.78:
        return all_of(*(grown(draw, depth - 1) for _ in range(draw.randint(2, 3))))
    if kind < 0.93:
        return any_of(*(grown(draw, depth - 1) for _ in range(draw.randint(2, 4))))
    return all_of(grown(draw, depth - 1), Not(grown(draw, depth - 1)))


SYNTAXES = [x.SYNTAX, reddit.SYNTAX, bluesky.SYNTAX, mastodon.SYNTAX, news.SYNTAX]


def asking(search: str, syntax: Syntax) -> query.Test:
    """As the network that is asked would understand it."""
    if not syntax.has_or:
        return mastodon_town.searched(search)
    return query.parse(search, OPERATORS.get(syntax.network, {}))[0]


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda syntax: syntax.network)
@pytest.mark.parametrize("longest", [60, 512])
def test_a_search_finds_whatever_its_query_finds(syntax: Syntax, longest: int) -> None:
    draw, syntax, compared = random.Random(longest), replace(syntax, longest=longest), 0
    for _ in range(400):
        line = str(grown(draw))
        try:
            matcher = Matcher([(0, line)])
        except ValueError:
            continue
        found = translated(line, syntax=syntax)
        assert all(len(each) <= longest for each in found.queries), found
        tests = [asking(each, syntax) for each in found.queries]
        for _ in range(6):
            text, author = (
                " ".join(draw.choices(WORDS, k=draw.randint(1, 9))),
                draw.choice(["ann", "ben", "cy"]),
            )
            if found.in_part or found.unasked or not matcher.find(Asked(text, author=author, rating=1)):
                continue
            compared += 1
            post = Post(network="x", id="1", order=1, at=0, author=author, text=text)
            assert any(test(post) for test in tests), (line, text, author, found)
    assert compared > 200
