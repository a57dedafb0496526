"""All rules in their order, as text that a person can read, change and compare line by line. Pure.

    rules:
    - name: Long waits in the North ED
      queue: access
      when: (wait* OR (hour* NEAR/4 chair*)) AND facility:north
      levels: [P2, P3]
    - name: Our own job adverts
      queue: none
      when: '"now hiring" OR "join our team"'

`when` is in the grammar of watchlists; the others ask what was read. All that a rule says must hold; the
first rule that fits decides. Safety lanes have their queues before any rule is asked: no rule holds them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from yaml import Node, SequenceNode

from alerts.rules import SAFETY_QUEUES
from listening.models.mention import RESTRICTED_LANES, Mention
from listening.plain_yaml import (
    BadFile,
    bad,
    claim,
    composed,
    dumped,
    line_of,
    mapping,
    number,
    sequence,
    text,
    texts,
)
from listening.queries.mistakes import BadExpression
from listening.queries.parsing import parse
from listening.queries.tree import fields_of
from listening.reading.lanes import LANES

MOST = 200
LONGEST = 4000
NO_QUEUE = "none"
KEYS = (
    "name",
    "queue",
    "when",
    "lanes",
    "levels",
    "topics",
    "tone",
    "networks",
    "facilities",
    "severity",
    "stars",
    "active",
)
SAFE = (
    "“{}” is a safety lane. It has its own queue before any rule is asked, so that no rule can hold it, "
    "move it or mute it"
)
OF_STAFF = "what staff say in public goes to its own queue before any rule is asked; no rule reaches it"


@dataclass(frozen=True)
class Known:
    """What a rule may name."""

    queues: tuple[str, ...]
    topics: tuple[str, ...]
    networks: tuple[str, ...]
    facilities: tuple[str, ...]


@dataclass(frozen=True)
class Written:
    """One rule as it is written."""

    name: str
    queue: str  # its slug, or none
    when: str = ""
    lanes: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    tone: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    facilities: tuple[str, ...] = ()
    severity: int = 0  # at least
    stars: int | None = None  # at most
    is_active: bool = True
    line: int = field(default=0, compare=False)


def written(rules: list[Written]) -> str:
    return dumped({"rules": [_said(rule) for rule in rules]}) if rules else "rules: []\n"


def _said(rule: Written) -> dict[str, Any]:
    said = {key: getattr(rule, key) for key in KEYS if key != "active"}
    if not rule.is_active:
        said["active"] = False
    if not rule.severity:
        del said["severity"]
    return {key: value for key, value in said.items() if value not in ((), "", None)}


def read(body: str, known: Known) -> list[Written]:
    """The rules that a text says, in order. BadFile names the line and the key that are wrong."""
    root = mapping(composed(body), ("rules",), "")
    if "rules" not in root:
        raise BadFile("The text has no “rules”. It begins with a line “rules:”.")
    if isinstance(root["rules"], SequenceNode) and not root["rules"].value:
        return []
    listed = sequence(root["rules"], "rules", most=MOST, what="each rule")
    rules = [_rule(each, f"rules[{place}]", known) for place, each in enumerate(listed, 1)]
    _refuse_twice(rules)
    return rules


def _refuse_twice(rules: list[Written]) -> None:
    first: dict[str, int] = {}
    for rule in rules:
        if rule.name in first:
            raise BadFile(
                f"Line {rule.line}: a rule “{rule.name}” stands on line {first[rule.name]} already. "
                "Give each its own name."
            )
        first[rule.name] = rule.line


def _rule(node: Node, path: str, known: Known) -> Written:
    values = mapping(node, KEYS, f"{path}.")
    for key in ("name", "queue"):
        if key not in values:
            raise bad(node, path, f"has no “{key}”")
    queue = values["queue"]
    (slug,) = texts(queue, f"{path}.queue", (*known.queues, NO_QUEUE))[:1]
    lanes = _lanes(values, path)
    return Written(
        name=text(values["name"], f"{path}.name", 120),
        queue=slug,
        when=_when(values, path, known),
        lanes=lanes,
        levels=_some(values, "levels", path, tuple(Mention.Level.values)),
        topics=_some(values, "topics", path, known.topics),
        tone=_some(values, "tone", path, tuple(Mention.Sentiment.values)),
        networks=_some(values, "networks", path, known.networks),
        facilities=_some(values, "facilities", path, known.facilities),
        severity=number(values["severity"], f"{path}.severity", 0, 100) if "severity" in values else 0,
        stars=number(values["stars"], f"{path}.stars", 1, 5) if "stars" in values else None,
        is_active=claim(values.get("active")),
        line=line_of(node),
    )


def _some(values: Mapping[str, Node], key: str, path: str, known: tuple[str, ...]) -> tuple[str, ...]:
    return texts(values[key], f"{path}.{key}", known) if key in values else ()


def _lanes(values: Mapping[str, Node], path: str) -> tuple[str, ...]:
    lanes = _some(values, "lanes", path, LANES)
    for lane in lanes:
        if lane in SAFETY_QUEUES:
            raise bad(values["lanes"], f"{path}.lanes", SAFE.format(lane))
        if lane in RESTRICTED_LANES:
            raise bad(values["lanes"], f"{path}.lanes", OF_STAFF)
    return lanes


def _when(values: Mapping[str, Node], path: str, known: Known) -> str:
    if "when" not in values:
        return ""
    node, place = values["when"], f"{path}.when"
    try:
        tree = parse(text(node, place, LONGEST))
    except BadExpression as error:
        raise bad(node, place, str(error).rstrip(".")) from None
    for asked in fields_of(tree):
        if asked.name == "facility" and asked.value not in known.facilities:
            raise bad(node, place, f"there is no facility “{asked.value}”")
    if len(said := str(tree)) > LONGEST:
        raise bad(node, place, f"is too long when written out: at most {LONGEST:,} characters")
    return said
