"""What a query line means. `str()` of any part is its normal form, which reads back as the same tree."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Word:
    """One word as it was written: "wait", "#tag", "@handle", "wom?n"; "c-diff" is one too."""

    text: str
    exact: bool = False  # capitals count
    prefix: bool = False  # anything may follow

    def __str__(self) -> str:
        return f"{'=' if self.exact else ''}{self.text}{'*' if self.prefix else ''}"


@dataclass(frozen=True)
class Phrase:
    """Words one after the other."""

    words: tuple[Word, ...]

    def __str__(self) -> str:
        said = " ".join(str(replace(word, exact=False)) for word in self.words)
        return f'{"=" if self.words[0].exact else ""}"{said}"'


@dataclass(frozen=True)
class Near:
    """Two things with at most `within` words between them; in this order, if ordered."""

    left: "Expression"
    right: "Expression"
    within: int
    ordered: bool = False

    def __str__(self) -> str:
        right = f"({self.right})" if isinstance(self.right, Near) else _inside(self.right, Or, And, Not)
        return f"{_inside(self.left, Or, And, Not)} NEAR/{self.within}{'f' if self.ordered else ''} {right}"


@dataclass(frozen=True)
class And:
    parts: tuple["Expression", ...]

    def __str__(self) -> str:
        first, *rest = (_inside(part, Or, And) for part in self.parts)
        return first + "".join(f" {said}" if said.startswith("NOT ") else f" AND {said}" for said in rest)


@dataclass(frozen=True)
class Or:
    parts: tuple["Expression", ...]

    def __str__(self) -> str:
        return " OR ".join(_inside(part, Or) for part in self.parts)


@dataclass(frozen=True)
class Not:
    part: "Expression"

    def __str__(self) -> str:
        return f"NOT {_inside(self.part, Or, And)}"


@dataclass(frozen=True)
class Field:
    """What is known of a post besides its words. `comparison` is one of = prefix < <= > >= and ..; the value
    of the last is "1..2"."""

    name: str
    comparison: str
    value: str

    def __str__(self) -> str:
        value = self.value if re.fullmatch(r"[^\s\"()*]+", self.value) else f'"{self.value}"'
        if self.comparison in ("=", ".."):
            return f"{self.name}:{value}"
        if self.comparison == "prefix":
            return f"{self.name}:{value}*"
        return f"{self.name}:{self.comparison}{value}"


Term = Word | Phrase | Field
Expression = Word | Phrase | Near | And | Or | Not | Field


def parts_of(tree: Expression) -> tuple[Expression, ...]:
    if isinstance(tree, And | Or):
        return tree.parts
    if isinstance(tree, Near):
        return (tree.left, tree.right)
    return (tree.part,) if isinstance(tree, Not) else ()


def fields_of(tree: Expression) -> Iterator[Field]:
    if isinstance(tree, Field):
        yield tree
    for part in parts_of(tree):
        yield from fields_of(part)


def _inside(part: Expression, *looser: type) -> str:
    return f"({part})" if isinstance(part, looser) else str(part)


def all_of(*parts: Expression) -> Expression:
    """And of the parts, with no And straight inside another; a single part stays as it is."""
    flat = tuple(each for part in parts for each in (part.parts if isinstance(part, And) else (part,)))
    return flat[0] if len(flat) == 1 else And(flat)


def any_of(*parts: Expression) -> Expression:
    flat = tuple(each for part in parts for each in (part.parts if isinstance(part, Or) else (part,)))
    return flat[0] if len(flat) == 1 else Or(flat)
