import random

from django.test import SimpleTestCase

from listening.queries import anchors
from listening.queries.asked import Asked
from listening.queries.matching import Matcher, Single
from listening.queries.parsing import parse
from listening.queries.tree import Expression, Field, Near, Not, Phrase, Word, all_of, any_of
from tests.listening.queries import slowly

WORDS = ["a", "b", "ab", "abc", "wait", "waits", "Waits", "mary", "marys", "ER", "er", "24"]
GLUE = [" ", " ", " ", ", ", "  ", "\n", " #", " @", "'s ", "-"]
COMPARISONS = ["=", "<", "<=", ">", ">="]


class AgreementTests(SimpleTestCase):
    """Random trees and random posts, the same in every run."""

    def setUp(self) -> None:
        self.chance = random.Random(1854)

    def test_one_by_itself_agrees_with_the_slow_way(self) -> None:
        agreed = {True: 0, False: 0}
        for _ in range(600):
            tree, text, stars = self.tree(4), self.text(), self.chance.choice([None, 1, 2, 3, 4, 5])
            expected = slowly.holds(tree, text, stars)
            hit = Single(str(tree)).find(Asked(text, rating=stars))
            self.assertEqual(hit is not None, expected, (str(tree), text, stars))
            agreed[expected] += 1
        self.assertGreater(min(agreed.values()), 150)

    def test_hundreds_at_once_agree_with_the_slow_way(self) -> None:
        trees = [tree for tree in (self.tree(3) for _ in range(300)) if anchors.ways(tree) is not None]
        matcher = Matcher(enumerate(map(str, trees)))
        for _ in range(30):
            text, stars = self.text(), self.chance.choice([None, 1, 5])
            found = [hit.query_id for hit in matcher.find(Asked(text, rating=stars))]
            expected = [at for at, tree in enumerate(trees) if slowly.holds(tree, text, stars)]
            self.assertEqual(found, expected, text)

    def test_what_cannot_be_looked_for_is_true_of_an_empty_post(self) -> None:
        for _ in range(1_000):
            tree = self.tree(4)
            if anchors.ways(tree) is None:
                self.assertTrue(self.can_be_true_of_nothing(tree), str(tree))

    def can_be_true_of_nothing(self, tree: Expression) -> bool:
        return slowly.holds(tree, "", None) or slowly.holds(tree, "", 3)

    def test_the_normal_form_reads_back_as_the_same_tree(self) -> None:
        for _ in range(600):
            tree = self.tree(5)
            self.assertEqual(parse(str(tree)), tree)

    def text(self) -> str:
        count = self.chance.randint(0, 9)
        return "".join(self.chance.choice(WORDS) + self.chance.choice(GLUE) for _ in range(count))

    def tree(self, depth: int) -> Expression:
        shape = self.chance.random() if depth else 1
        if shape < 0.25:
            return all_of(*(self.tree(depth - 1) for _ in range(self.chance.randint(2, 3))))
        if shape < 0.5:
            return any_of(*(self.tree(depth - 1) for _ in range(self.chance.randint(2, 3))))
        if shape < 0.6:
            return Not(self.tree(depth - 1))
        if shape < 0.75:
            within, ordered = self.chance.randint(0, 3), self.chance.random() < 0.4
            return Near(self.side(depth - 1), self.side(depth - 1), within, ordered)
        if shape < 0.8:
            return Field("stars", self.chance.choice(COMPARISONS), str(self.chance.randint(2, 4)))
        return self.term()

    def side(self, depth: int) -> Expression:
        shape = self.chance.random() if depth else 1
        if shape < 0.2:
            return any_of(self.term(), self.side(depth - 1))
        if shape < 0.3:
            return Near(self.term(), self.side(depth - 1), 1)
        return self.term()

    def term(self) -> Expression:
        exact = self.chance.random() < 0.15
        if self.chance.random() < 0.3:
            return Phrase(tuple(self.word(exact=exact) for _ in range(self.chance.randint(1, 3))))
        return self.word(exact=exact)

    def word(self, *, exact: bool) -> Word:
        text = self.chance.choice(WORDS)
        if self.chance.random() < 0.2 and len(text) > 1:
            at = self.chance.randrange(len(text))
            text = f"{text[:at]}?{text[at + 1 :]}"
        sign = self.chance.choice("#@") if self.chance.random() < 0.1 and not exact else ""
        return Word(sign + text, exact=exact, prefix=self.chance.random() < 0.15)
