"""How often each shipped topic is right: read as a post is, counted against people's labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from listening.reading import topics
from listening.reading.learned import Model
from listening.reading.taxonomy import Topic, shipped
from listening.reading.topics import THEME, Measured

if TYPE_CHECKING:
    from listening.training.topics import Examples

HEAD = """\
# How often each topic was right on {themed} comments that nothing was fitted on (first sha1 digits {digits}),
# which people gave all their themes. Topics that no theme means are not here.
# topic	said	right	truly there
"""


def table(model: Model, examples: Examples, digits: str) -> str:
    head = HEAD.format(digits=digits, themed=len(examples.themed))
    return head + "".join(
        f"{name}\t{found.said}\t{found.right}\t{found.asked}\n" for name, found in _measured(model, examples)
    )


def _measured(model: Model, examples: Examples) -> Iterator[tuple[str, Measured]]:
    themed = [(said(each.text, each.prompt, model), each.themes) for each in examples.themed]
    for topic in shipped().topics:
        if any(THEME + name in model.columns for name in topic.categories):
            yield topic.id, count(topic, themed)


def said(text: str, prompt: str, model: Model) -> frozenset[str]:
    return frozenset(each.id for each in topics.read(text, prompt, model=model))


def count(topic: Topic, rows: Iterable[tuple[frozenset[str], frozenset[str]]]) -> Measured:
    wanted = frozenset(topic.categories)
    pairs = [(topic.id in found, bool(labels & wanted)) for found, labels in rows]
    right = sum(is_said and is_true for is_said, is_true in pairs)
    return Measured(sum(is_said for is_said, _ in pairs), right, sum(is_true for _, is_true in pairs))
