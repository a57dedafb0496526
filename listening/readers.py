"""The reader that posts are read with now: the shipped one, with the word lists that are in force."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from listening.lexicon_kinds import KINDS, BadBody, Kind, parsed
from listening.models import LexiconInForce, LexiconVersion
from listening.reading.analysis import SHIPPED, Reader

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class InForce:
    """The reader in force, and of each kind whose body can no longer be parsed why: the shipped list of that
    kind stands in for it."""

    reader: Reader = SHIPPED
    broken: Mapping[str, str] = field(default_factory=dict)


_kept: tuple[object, InForce] = (None, InForce())


def current() -> Reader:
    """The reader with the word lists as they stand in the database; built anew after any change."""
    return in_force().reader


def topics() -> tuple[str, ...]:
    """The ids of the topics that it knows, in the order in which they are offered to people."""
    return tuple(topic.id for topic in current().taxonomy.topics)


def in_force() -> InForce:
    global _kept
    version = _version()
    if _kept[0] != version:
        _kept = (version, _load(dict(version)))
    return _kept[1]


def with_list(reader: Reader, kind: Kind, word_list: Any, *, version: str) -> Reader:
    """The same reader, with another word list of this kind."""
    return replace(reader, version=version, **{kind.field: word_list})


def _version() -> tuple[tuple[str, int], ...]:
    chosen = LexiconInForce.objects.filter(version__isnull=False).order_by("kind")
    return tuple(chosen.values_list("kind", "version_id"))


def _load(chosen: Mapping[str, int]) -> InForce:
    reader, broken = SHIPPED, {}
    versions = {version.kind: version for version in LexiconVersion.objects.filter(pk__in=chosen.values())}
    joint = "+"
    for kind in KINDS.values():
        version = versions.get(kind.name)
        if version is None:
            continue
        try:
            word_list = parsed(kind, version.body)
        except BadBody as error:
            logger.error("word list %s version %d no longer parses: the shipped one is used", *_of(version))
            broken[kind.name] = str(error)
            continue
        name = f"{reader.version}{joint}{kind.letter}{version.number}"
        reader, joint = with_list(reader, kind, word_list, version=name), ""
    return InForce(reader, broken)


def _of(version: LexiconVersion) -> tuple[str, int]:
    return version.kind, version.number
