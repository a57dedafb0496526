"""Sentences that tell who somebody is, and sentences that only look so: each invented, each read whole."""

import re
from pathlib import Path

import pytest

from listening.reading import identifiers

FOLDER = Path(__file__).parent
MARKED = re.compile(r"\{(\w+):(.*?)\}")


def lines(name: str) -> list[str]:
    text = FOLDER.joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.split("\n") if line and not line.startswith("# ")]


def read(marked: str) -> tuple[str, list[tuple[str, str]]]:
    return MARKED.sub(r"\2", marked), MARKED.findall(marked)


TOLD, UNTOLD = lines("told.txt"), lines("untold.txt")


@pytest.mark.parametrize("line", TOLD)
def test_what_tells_who_somebody_is_is_found(line: str) -> None:
    text, expected = read(line)
    assert [(each.kind, text[each.start : each.end]) for each in identifiers.find(text)] == expected


@pytest.mark.parametrize("text", UNTOLD)
def test_what_only_looks_so_is_let_be(text: str) -> None:
    assert [(each.kind, text[each.start : each.end]) for each in identifiers.find(text)] == []


def test_there_are_enough_of_both() -> None:
    assert len(TOLD) >= 150
    assert len(UNTOLD) >= 150
    kinds = {kind for line in TOLD for kind, _ in read(line)[1]}
    assert kinds == set(identifiers.KINDS) - {"unread"}
