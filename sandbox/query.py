"""The part of X's and Reddit's search language that people use: words, "phrases", OR, (), -not, operators."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.post import Post, words

Test = Callable[[Post], bool]
TOKEN = re.compile(r'\s*(-?\(|\)|-?(?:[A-Za-z_]+:)?"[^"]*"|[^\s()]+)')
OPERATOR = re.compile(r"([A-Za-z_]+):(.+)", re.DOTALL)


class BadQuery(ValueError):
    """The query cannot be read; the message says where."""


def spoken(phrase: str) -> Test:
    wanted = words(phrase)
    return lambda post: wanted in post.words


def titled(phrase: str) -> Test:
    wanted = words(phrase)
    return lambda post: wanted in words(post.title)


def written_by(name: str) -> Test:
    wanted = name.removeprefix("@").removeprefix("u/").lower()
    return lambda post: post.author.lower() == wanted


def related(relation: str) -> Test:
    relations = {"retweet": "retweeted", "quote": "quoted", "reply": "replied_to"}
    if relation not in relations:
        raise BadQuery(f"unknown value is:{relation}")
    return lambda post: post.relation == relations[relation]


def holding(what: str) -> Test:
    marks = {"links": "http", "mentions": "@", "hashtags": "#"}
    if what not in marks:
        raise BadQuery(f"unknown value has:{what}")
    return lambda post: marks[what] in post.text


X_OPERATORS: dict[str, Callable[[str], Test]] = {
    "lang": lambda value: lambda post: post.lang == value.lower(),
    "from": written_by,
    "to": lambda value: spoken(value),
    "is": related,
    "has": holding,
}
REDDIT_OPERATORS: dict[str, Callable[[str], Test]] = {
    "title": titled,
    "selftext": spoken,
    "author": written_by,
    "subreddit": lambda value: lambda post: post.subreddit.lower() == value.lower(),
}


@dataclass
class Reader:
    """Reads `A B OR C D` as (A and B) or (C and D), as X does."""

    tokens: list[str]
    operators: dict[str, Callable[[str], Test]]
    position: int = 0
    stands_alone: bool = field(default=False)  # a word or phrase that is wanted, not refused

    def peek(self) -> str | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def read_any(self) -> Test:
        tests = [self.read_all()]
        while self.peek() == "OR":
            self.position += 1
            tests.append(self.read_all())
        return tests[0] if len(tests) == 1 else lambda post: any(test(post) for test in tests)

    def read_all(self) -> Test:
        tests: list[Test] = []
        while self.peek() not in (None, ")", "OR"):
            if self.peek() == "AND":
                self.position += 1
                continue
            tests.append(self.read_one())
        if not tests:
            raise BadQuery(f"something is missing near position {self.position + 1}")
        return tests[0] if len(tests) == 1 else lambda post: all(test(post) for test in tests)

    def read_one(self) -> Test:
        word = self.peek()
        if word is None:
            raise BadQuery("something is missing at the end")
        self.position += 1
        if word == "NOT":
            return self.refuse(self.read_one())
        if word.startswith("-") and len(word) > 1:
            return self.refuse(self.read_group() if word == "-(" else self.read_term(word[1:], wanted=False))
        return self.read_group() if word == "(" else self.read_term(word, wanted=True)

    def refuse(self, test: Test) -> Test:
        return lambda post: not test(post)

    def read_group(self) -> Test:
        test = self.read_any()
        if self.peek() != ")":
            raise BadQuery("a parenthesis is not closed")
        self.position += 1
        return test

    def read_term(self, token: str, *, wanted: bool) -> Test:
        found = OPERATOR.fullmatch(token)
        if found and not token.startswith('"'):
            if found[1].lower() not in self.operators:
                raise BadQuery(f"unknown operator {found[1]}:")
            return self.operators[found[1].lower()](found[2].strip('"'))
        if not words(token).strip():
            raise BadQuery(f"nothing to search for in {token}")
        self.stands_alone = self.stands_alone or wanted
        return spoken(token)


def tokens(text: str) -> list[str]:
    found, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            raise BadQuery(f"cannot read position {position + 1}")
        found.append(match[1])
        position = match.end()
    if sum(token.count('"') for token in found) % 2:
        raise BadQuery("a quotation mark is not closed")
    return found


def parse(text: str, operators: dict[str, Callable[[str], Test]]) -> tuple[Test, bool]:
    """The test a query stands for, and whether it holds a wanted word or phrase at all."""
    reader = Reader(tokens(text), operators)
    try:
        test = reader.read_any()
    except RecursionError:
        raise BadQuery("too deeply nested") from None
    if reader.peek() is not None:
        raise BadQuery("a parenthesis was never opened")
    return test, reader.stands_alone
