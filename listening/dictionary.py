"""A facility's dictionary as an admin types it: one name a line, with its rule after a bar. Pure.

Main Campus
Mercy | hospital OR nurse OR "emergency room"
"""

from collections.abc import Iterator, Sequence

from hospital.facilities import Spoken
from hospital.models import FacilityName
from listening import alike, contexts
from listening.wording import UNSTORABLE

Kind = FacilityName.Kind
BAR = "|"
LONGEST_NAME = 200
LONGEST_CONTEXT = 300
SHORTEST = 3
"""Letters of a name that counts without a rule: "ER" and "MC" are in every other post."""

NO_RULE = frozenset({Kind.CITY, Kind.LOCATION})
SIGNED = frozenset({Kind.HANDLE, Kind.HASHTAG})


class BadLine(ValueError):
    """What is wrong with a line, in words for whoever typed it."""


def typed(names: Sequence[Spoken], kind: str) -> str:
    """The lines of one kind, as they are edited."""
    return "\n".join(map(_line, (each for each in names if each.kind == kind)))


def _line(each: Spoken) -> str:
    return f"{each.name} {BAR} {each.context}" if each.context else each.name


def read(kind: str, text: str) -> tuple[list[Spoken], list[str]]:
    """The names of one kind, and what is wrong, line by line."""
    names: list[Spoken] = []
    wrong: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            names += _read(kind, " ".join(line.split()))
        except BadLine as error:
            wrong.append(f"Line {number}: {error}")
    return names, wrong


def _read(kind: str, line: str) -> Iterator[Spoken]:
    if not line:
        return
    name, _, context = (part.strip() for part in line.partition(BAR))
    if UNSTORABLE.search(line):
        raise BadLine("it holds a character that cannot be stored.")
    if len(name) > LONGEST_NAME or len(context) > LONGEST_CONTEXT:
        raise BadLine(f"a name has at most {LONGEST_NAME} characters, a rule {LONGEST_CONTEXT}.")
    _check_name(kind, name, context)
    if context:
        _check_rule(kind, context)
    yield Spoken(kind, name.lstrip("@#") if kind in SIGNED else name, context)


def _check_name(kind: str, name: str, context: str) -> None:
    said = alike.key(name)
    if kind == Kind.PHONE:
        if not alike.phone_keys(name):
            raise BadLine(f"“{name}” is no telephone number: it needs seven digits.")
    elif not said:
        raise BadLine("there is no word in it.")
    elif kind in SIGNED and any(map(str.isspace, name)):
        raise BadLine(f"“{name}” has a space: a handle or hashtag is one word.")
    elif kind not in SIGNED | NO_RULE and len(said) < SHORTEST and said.isascii() and not context:
        raise BadLine(f"“{name}” is too short to count by itself. Give it a rule: {name} {BAR} hospital.")


def _check_rule(kind: str, context: str) -> None:
    if kind in NO_RULE:
        raise BadLine("a rule has no effect here: leave out what follows the bar.")
    try:
        contexts.check(context)
    except ValueError as error:
        said = str(error)
        raise BadLine(f"in the rule “{context[:60]}”, {said[:1].lower()}{said[1:]}") from error
