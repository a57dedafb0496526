"""The index may find more than the matcher, and never less."""

import random
from itertools import pairwise

import pytest
from django.test import TestCase

from listening import candidates, walking
from listening.models import Mention
from listening.queries.asked import Asked
from listening.queries.matching import Matcher
from listening.queries.parsing import BadExpression, parse
from tests.base import mention


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Northfield"], "'northfield'"),
        (['"North ED"'], "('north' & 'ed')"),
        (["north ed"], "('north' & 'ed')"),
        (["north OR ed"], "('north' | 'ed')"),
        (["north NOT ed"], "'north'"),
        (["wait NEAR/3 (lobby OR chair)"], "('wait' & ('lobby' | 'chair'))"),
        (["wait*"], "'wait':*"),
        (["wom?n"], "'wom':*"),
        (["?omen northfield"], "'northfield'"),
        (["w* northfield"], "'northfield'"),
        (["women's"], "(('women' & 's') | 'womens')"),
        (["hours"], "('hours' | ('hour' & 's'))"),
        (["o'brien"], "(('o' & 'brien') | 'obrien')"),
        (["#northfield"], "'northfield'"),
        (["niño"], "('ni' & ('Ñ' | 'ñ') & 'o')"),
        (["急诊"], "('急' & '诊')"),
        (["stars:1 northfield"], "'northfield'"),
        (["stars:1"], ""),
        (["stars:1 OR northfield"], ""),
        (["north", "stars:1"], ""),
        (["north", "ed", "north"], "'north' | 'ed'"),
        (["x" * 90 + " northfield"], f"('{'x' * 64}' & 'northfield')"),
        ([], ""),
    ],
)
def test_a_query_becomes_what_an_index_can_tell(lines: list[str], expected: str) -> None:
    assert candidates.words(map(parse, lines)) == expected


def test_it_knows_which_fields_are_asked_for() -> None:
    assert candidates.ask_for([parse("a NOT (b OR author:c)")], "author")
    assert not candidates.ask_for([parse('"author" stars:1')], "author")


LETTERS = ["wait", "WAIT", "ＷＡＩＴ", "wa\u00adit", "wa\u200bit", "wait’s", "wait's", "\u202ewait", "niño"]
LETTERS += ["NIÑO", "nin\u0303o", "straße", "STRASSE", "ﬁne", "fine", "Kelvin", "ΟΔΟΣ", "οδος", "ǰa", "½"]
LETTERS += ["İstanbul", "istanbul", "急诊室", "больница", "БОЛЬНИЦА", "ᾳ", "😡", "#wait", "@wait", "c-diff"]
LETTERS += ["1e5abc", "a" * 70, "a" * 71, "x_wait", "हिन्दी", "ไทย", "가나", "northfield™", "don´t", "don't"]
LETTERS += ["wait…", "“wait”", "ﾊﾟ", "waits", "waits'", "mary's", "Marys", "mary s", "O’Brien", "obrien"]


def is_a_query(line: str) -> bool:
    try:
        return bool(Matcher([(0, line)]))
    except BadExpression:
        return False


class WordsTests(TestCase):
    def test_whatever_a_query_finds_the_index_finds(self) -> None:
        draw = random.Random(7)
        for _ in range(120):
            joint = draw.choice([" ", ", ", "-", "/", ""])
            text = joint.join(draw.choices(LETTERS, k=draw.randint(1, 6)))
            mention(text, title=draw.choice(["", *LETTERS]))
        said = [(row.pk, Asked(row.text, title=row.title)) for row in Mention.objects.all()]
        hits = 0
        for line in filter(is_a_query, self.lines(draw)):
            matcher, words = Matcher([(0, line)]), candidates.words([parse(line)])
            found = {pk for pk, asked in said if matcher.find(asked)}
            hits += len(found)
            if words:
                self.assertLessEqual(found, set(walking.holding(words).values_list("pk", flat=True)), line)
        self.assertGreater(hits, 500)

    def lines(self, draw: random.Random) -> list[str]:
        lines = [*LETTERS, *(f"{word}*" for word in LETTERS), "w?it", "ni?o", "?ait wait"]
        lines += [f'"{first} {second}"' for first, second in pairwise(LETTERS)]
        return lines + [f"{draw.choice(LETTERS)} OR {draw.choice(LETTERS)}" for _ in range(10)]

    def test_no_text_is_too_odd_to_be_stored(self) -> None:
        for text in ("", "a" * 65_536, "é" * 30_000, "\u0301" * 9_000, ("a" * 64 + ".") * 900, "😡" * 9_000):
            made = mention(text)
            self.assertTrue(Mention.objects.filter(pk=made.pk).exists())
        self.assertEqual(walking.holding(f"'{'a' * 64}'").count(), 2)
