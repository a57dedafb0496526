"""What must not wait: the rules of `lexicon/safety.toml`, and the contexts that take the alarm out of them.

A rule is sure where its words leave little doubt, and a hint where they leave some: `alarm` asks the learned
reader about those. Denial, the past, general talk, jokes and stories silence a rule or turn it into a hint.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from listening.reading.concepts import Found, Lexicon, Pattern, Span

LEXICON = Path(__file__).parent / "lexicon"
MAX_TRIED = 12
"""Places tried of one pattern: a post that repeats itself need not be read to its end."""


@dataclass(frozen=True)
class Finding:
    lane: str
    severity: int
    says: str
    words: str
    is_sure: bool = True
    start: int = 0  # the first and the last of its words
    end: int = 0

    @property
    def reason(self) -> str:
        return f"{self.says}: '{self.words}'"


@dataclass(frozen=True)
class Context:
    """Words that take the alarm out of others, and where they are looked for."""

    concept: str
    where: str  # before (in the clause), earlier (in the sentence), within, near, sentence or post
    within: int = 0
    excepted: str = ""

    @classmethod
    def of(cls, read: dict[str, str]) -> "Context":
        where, _, within = read["where"].partition(" ")
        return cls(read["concept"], where, int(within or 0), read.get("except", ""))

    def holds(self, found: Found, span: Span) -> bool:
        if self.where == "sentence" and self.excepted and self._is_excepted(found, span):
            return False
        return any(self._reaches(found, place, span) for place in found.of(self.concept))

    def _reaches(self, found: Found, place: Span, span: Span) -> bool:
        if self.where == "sentence":
            return found.line.sentences[place[0]] == found.line.sentences[span[0]]
        if any(start <= place[0] < end for start, end in found.of(self.excepted)):
            return False
        if self.where == "post":
            return True
        if self.where == "within":
            return span[0] <= place[0] and place[1] <= span[1]
        if self.where == "near":
            return place[0] - span[1] < self.within and span[0] - place[1] < self.within
        is_before = place[0] < span[0] and span[0] - place[1] < self.within
        part = found.line.clauses if self.where == "before" else found.line.sentences
        return is_before and part[place[0]] == part[span[0]]

    def _is_excepted(self, found: Found, span: Span) -> bool:
        sentence = found.line.sentences[span[0]]
        return any(found.line.sentences[start] == sentence for start, _ in found.of(self.excepted))


@dataclass(frozen=True)
class Rule:
    lane: str
    says: str
    severity: int
    sure: Sequence[Pattern]
    hint: Sequence[Pattern]
    unless: Sequence[Context]
    doubt: Sequence[Context]
    begins: frozenset[str]  # concepts of which one must be there

    def findings(self, found: Found) -> Iterator[Finding]:
        """Of a rule, the first sure finding; else the first hint."""
        if self.begins.isdisjoint(found.places.keys()):
            return
        first: Finding | None = None
        for pattern, is_sure in self._fitting(found):
            for _, span in zip(range(MAX_TRIED), found.matches(pattern), strict=False):
                if any(context.holds(found, span) for context in self.unless):
                    continue
                is_clear = is_sure and not any(context.holds(found, span) for context in self.doubt)
                finding = Finding(
                    self.lane, self.severity, self.says, found.line.said(*span), is_clear, *span
                )
                if is_clear:
                    yield finding
                    return
                first = first or finding
        if first:
            yield first

    def is_silenced(self, found: Found) -> bool:
        """Whether it would have found something, had a context not taken the alarm out of it."""
        return not self.begins.isdisjoint(found.places.keys()) and any(
            context.holds(found, span)
            for pattern, _ in self._fitting(found)
            for _, span in zip(range(MAX_TRIED), found.matches(pattern), strict=False)
            for context in self.unless
        )

    def _fitting(self, found: Found) -> Iterator[tuple[Pattern, bool]]:
        present = found.places.keys()
        for patterns, is_sure in ((self.sure, True), (self.hint, False)):
            for pattern in patterns:
                if pattern.concepts <= present:
                    yield pattern, is_sure


@dataclass(frozen=True)
class Rules:
    lexicon: Lexicon
    rules: Sequence[Rule]

    def read(self, text: str) -> list[Finding]:
        return self.of(self.lexicon.find(text))

    def of(self, found: Found) -> list[Finding]:
        """What the rules find, the gravest first."""
        if not found.line.words:
            return []
        findings = [finding for rule in self.rules for finding in rule.findings(found)]
        return sorted(findings, key=lambda each: (not each.is_sure, -each.severity))


def made(*files: str) -> Rules:
    """The rules of these files of the lexicon; each may bring concepts, compounds, contexts and rules."""
    read = [tomllib.loads((LEXICON / f"{file}.toml").read_text(encoding="utf-8")) for file in files]
    concepts = _joined(read, "concepts") | {
        name: body for each in read for name, body in each.items() if isinstance(body, str)
    }
    spelling = tomllib.loads((LEXICON / "spelling.toml").read_text(encoding="utf-8"))
    lexicon = Lexicon(concepts, _joined(read, "compounds"), spelling)
    contexts = {name: Context.of(each) for name, each in _joined(read, "contexts").items()}
    return Rules(lexicon, [_rule(each, lexicon, contexts) for part in read for each in part.get("rule", ())])


@cache
def rules() -> Rules:
    return made("concepts", "contexts", "safety", "wider", "unspoken", "incidents", "building", "ordinary")


def _joined(read: Sequence[dict[str, Any]], table: str) -> dict[str, Any]:
    return {name: body for each in read for name, body in each.get(table, {}).items()}


def _rule(read: dict[str, Any], lexicon: Lexicon, contexts: dict[str, Context]) -> Rule:
    sure, hint = (lexicon.patterns(read.get(name, "")) for name in ("sure", "hint"))
    return Rule(
        lane=read["lane"],
        says=read["says"],
        severity=read["severity"],
        sure=sure,
        hint=hint,
        begins=frozenset(pattern.steps[0].concept for pattern in (*sure, *hint)),
        unless=[contexts[name] for name in read.get("unless", "").split()],
        doubt=[contexts[name] for name in read.get("doubt", "").split()],
    )
