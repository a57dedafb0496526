"""Details of the post that a draft says again: numbers with what they count, and words of care."""

from collections.abc import Iterator

from alerts.gate.canonical import canonical
from alerts.gate.data import Data
from alerts.gate.patterns import Line, Span
from alerts.gate.shapes import shape

TOLD = ("PROCEDURE", "CONDITION", "MED", "BODY", "DEVICE")
GENERAL = ("GENERAL", "IF", "CANNOT", "PROGRAM", "HOURS")
LONGEST = 4_000
"""Characters of the post, and of each earlier one, that are held against the draft."""


def found(line: Line, posts: tuple[str, ...], data: Data) -> Iterator[Span]:
    """Words of the draft, as spans, that repeat a detail of the post as a fact."""
    said: set[str] = set()
    for post in posts:
        before = Line(canonical(post[:LONGEST], data).words, data)
        shape(before)
        said |= {word for word, _ in _details(before)}
    if said:
        for detail, span in _details(line):
            if detail in said and not _is_general(line, span):
                yield span


def _details(line: Line) -> Iterator[tuple[str, Span]]:
    for at, word in enumerate(line.words):
        if line.has("NUMBER", at) and at + 1 < len(line.words):
            if line.words[at + 1].text in line.data.lists.counted:
                number = line.data.numbers.get(word.text, word.text)
                yield f"{number} {_stem(line.words[at + 1].text)}", (at, at + 2)
        elif any(line.has(name, at) for name in TOLD) and not line.has("ANYBODYS", at):
            yield _stem(word.text), (at, at + 1)


def _stem(word: str) -> str:
    return word.removesuffix("s") if len(word) > 3 else word


def _is_general(line: Line, span: Span) -> bool:
    """In a sentence about anybody, about what is offered to all, or about what we may not discuss."""
    sentence = line.words[span[0]].sentence
    within = [at for at, word in enumerate(line.words) if word.sentence == sentence]

    def says(*names: str) -> bool:
        return any(line.has(name, at) for at in within for name in names)

    # "Test results may take a few days": nobody's, unless it speaks to somebody.
    return says(*GENERAL) or (says("POSSIBLE") and not says("YOU", "YOUR"))
