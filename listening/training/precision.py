"""How often each shipped topic is right: read as a post is, counted against people's labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from listening.reading import topics
from listening.reading.learned import Model
from listening.reading.taxonomy import Topic, shipped
from listening.reading.topics import THEME, Measured

if TYPE_CHECKING:
    from listening.training.topics import Examples

HEAD = """\
# How often each topic was right on {themed} comments (first sha1 digits {digits}), which people gave all
# their themes: each fold read by a model of the others. Topics that no theme means are not here.
# topic	said	right	truly there
"""


Folds = Sequence[tuple[Model, "Examples"]]
"""Each a model, and what it was not fitted on."""


def table(folds: Folds, digits: str) -> str:
    head = HEAD.format(digits=digits, themed=sum(len(examples.themed) for _, examples in folds))
    return head + "".join(
        f"{name}\t{found.said}\t{found.right}\t{found.asked}\n" for name, found in _measured(folds)
    )


def _measured(folds: Folds) -> Iterator[tuple[str, Measured]]:
    themed = [
        (said(each.text, each.prompt, model), each.themes) for model, held in folds for each in held.themed
    ]
    for topic in shipped().topics:
        if any(THEME + name in folds[0][0].columns for name in topic.categories):
            yield topic.id, count(topic, themed)


def said(text: str, prompt: str, model: Model) -> frozenset[str]:
    return frozenset(each.id for each in topics.read(text, prompt, model=model))


def count(topic: Topic, rows: Iterable[tuple[frozenset[str], frozenset[str]]]) -> Measured:
    wanted = frozenset(topic.categories)
    pairs = [(topic.id in found, bool(labels & wanted)) for found, labels in rows]
    right = sum(is_said and is_true for is_said, is_true in pairs)
    return Measured(sum(is_said for is_said, _ in pairs), right, sum(is_true for _, is_true in pairs))
