"""The gate before every public reply: what a draft gives away, held against the post and its thread. Pure.

1. `canonical` makes the draft plain, so that no way of typing changes the verdict.
2. `rules` looks for what may not be said, `identifying` for what could name somebody, `echoes` for details of
   the post said again, `crisis` for an emergency answered without the emergency line.
3. What is in a language that the rules do not know is not checked, and says so.
The worst reason is the verdict: pass, warn (an approver ticks the reason) or block.
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial

from alerts.gate import crisis, data, echoes, identifying, learned, rules, tongue
from alerts.gate.canonical import LONGEST, Canonical, canonical
from alerts.gate.contacts import Contacts
from alerts.gate.data import Data, GateDown
from alerts.gate.patterns import Line
from alerts.gate.reasons import BLOCK, UNREAD, WARN, Reason, Verdict
from alerts.gate.shapes import shape
from alerts.gate.statements import open_matters, state

__all__ = ["LONGEST", "POLICY", "UNREAD", "Contacts", "GateDown", "Reason", "Verdict", "check"]

POLICY = "2"
"""Version of the rules, stored with each verdict."""

THREAD = 20
BROKEN = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    OSError,
    re.error,
)
ECHO = (
    "It says again what the post tells of somebody's care.",
    "We are sorry to read this. Please call us, so that a person can listen.",
)
NOT_CHECKED = (
    "The rules know English and Spanish. An approver who reads this language must read every word.",
    "Answer in English or Spanish, or let an approver who reads it decide.",
)
TOO_LONG = ("It is too long to be checked.", "Write a shorter reply.")


def check(
    draft: str,
    post: str = "",
    thread: Sequence[str] = (),
    *,
    contacts: Contacts | None = None,
    own_names: Sequence[str] = (),
) -> Verdict:
    """The verdict on a draft; raises GateDown where the rules cannot be read."""
    known = data.shipped()
    listed = contacts or Contacts()
    try:
        read = canonical(draft, known)
        own = listed.own_words | {part for name in own_names for part in _words_of(name)}
        line = _line(read, known)
        asked = (read, line, draft, post, tuple(thread)[-THREAD:], listed, frozenset(own))
        found = list(_reasons(*asked))
        return Verdict.of([*found, *_doubts(read, line, draft, found)])
    except BROKEN as error:
        # Unchecked is not the same as harmless: whoever asked must not publish.
        raise GateDown(f"This text cannot be checked ({type(error).__name__}).") from error


def _words_of(name: str) -> list[str]:
    return [word.text for word in canonical(name[:200], data.shipped()).words]


def _line(read: Canonical, known: Data) -> Line:
    line = Line(read.words, known)
    shape(line)
    state(line)
    return line


def _doubts(read: Canonical, line: Line, draft: str, found: list[Reason]) -> Iterator[Reason]:
    """What was learned says more only where no rule stops it, and it was read at all."""
    if any(each.is_block or each.rule == UNREAD for each in found):
        return
    doubt = learned.reason(line, draft, partial(_span, read))
    if doubt and (doubt.is_block or not found):
        yield doubt


def _reasons(
    read: Canonical,
    line: Line,
    draft: str,
    post: str,
    thread: tuple[str, ...],
    contacts: Contacts,
    own: frozenset[str],
) -> Iterator[Reason]:
    known = data.shipped()
    if len(draft) > LONGEST:
        yield Reason("too-long", BLOCK, LONGEST, len(draft), "", *TOO_LONG)
    for rule, weight, (first, last) in rules.found(line):
        start, end = _span(read, first, last)
        yield Reason(rule.id, weight, start, end, draft[start:end], rule.why, rule.instead)
    open_text = [(read.words[a].start, read.words[b - 1].end) for a, b in open_matters(line)]
    yield from identifying.reasons(read, draft, contacts, own, known, open_text)
    for first, last in echoes.found(line, (post, *thread), known):
        start, end = _span(read, first, last)
        yield Reason("repeats-the-post", BLOCK, start, end, draft[start:end], *ECHO)
    yield from crisis.reasons(read, draft, post, thread)
    if not tongue.is_checked(read, known):
        yield Reason(UNREAD, WARN, 0, len(draft), draft[:200], *NOT_CHECKED)


def _span(read: Canonical, first: int, last: int) -> tuple[int, int]:
    return read.original(read.words[first].start, read.words[last - 1].end)
