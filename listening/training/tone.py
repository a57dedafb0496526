"""Fits the four models of tone: on patient feedback, on tweets rated by people, and on posts of our own.

The blends are fitted on what the models say of texts that they were not fitted on, a fifth at a time.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from listening.reading import features, healthwords, tone, vader
from listening.reading.features import Features
from listening.reading.learned import Floats, Head, Model, Recipe
from listening.reading.tone import LABELS, Answer
from listening.training import linear, tone_sets
from listening.training.linear import Manner
from listening.training.tone_sets import Labelled

VERSION = "1"
POSTS = Recipe(phrase=2, longest=0), Manner(strength=1.0, kind="logistic", is_balanced=False)
ANSWERS = Recipe(phrase=2, longest=4), Manner(strength=2.0, kind="logistic", is_balanced=False)
BLEND_STRENGTH = 0.3
FOLDS = 5
EVENNESS = 0.7
"""1 would make each label of a set count the same, however rare; 0 would leave them as they are."""

Sees = Callable[[Labelled], Features]


@dataclass(frozen=True)
class Kind:
    """A model to be fitted: what it is called, what it sees of a text, and how it is fitted."""

    head: Head
    sees: Sees
    manner: Manner


def fit(folder: Path, digits: str) -> Iterator[Model]:
    sources, posts, answers = tone_sets.load(folder, digits)
    head = Head("", VERSION, LABELS, (0.0,) * len(LABELS), digits, sources)
    general = Kind(replace(head, name=tone.GENERAL, recipe=POSTS[0]), _as_post, POSTS[1])
    special = Kind(replace(head, name=tone.ANSWERS, recipe=ANSWERS[0]), _as_answer, ANSWERS[1])
    yield _fitted(general, posts)
    yield _fitted(special, answers)
    plain = [each for each in posts if not each.is_loose]
    yield _blend(replace(head, name=tone.BLEND), plain, _unseen(general, posts, plain))
    scores = [_unseen(general, posts, answers), _unseen(special, answers, answers)]
    yield _blend(replace(head, name=tone.BLEND_ANSWERS), answers, np.concatenate(scores, axis=1))


def _as_post(post: Labelled) -> Features:
    return features.of(_masked(post))


def _as_answer(post: Labelled) -> Features:
    return Answer(_as_post(post).words, asks=features.asks(post.prompt))


def _masked(post: Labelled) -> str:
    return tone_sets.NAMES.blanked(post.text[: features.MAX_BYTES])


def _fitted(kind: Kind, posts: Sequence[Labelled]) -> Model:
    targets = np.array([[post.label == label for label in LABELS] for post in posts])
    return linear.fitted(
        kind.head, [kind.sees(post) for post in posts], targets, kind.manner, _weights(posts)
    )


def _unseen(kind: Kind, posts: Sequence[Labelled], asked: Sequence[Labelled]) -> Floats:
    """What a model fitted on the other folds says of each post that is asked about."""
    found = np.zeros((len(asked), len(LABELS)), np.float32)
    for fold in range(FOLDS):
        model = _fitted(kind, [post for post in posts if post.fold % FOLDS != fold])
        for at, post in enumerate(asked):
            if post.fold % FOLDS == fold:
                found[at] = model.read(kind.sees(post)).scores
    return found


def _weights(posts: Sequence[Labelled]) -> Floats:
    sizes = Counter(post.set for post in posts)
    labels = Counter((post.set, post.label) for post in posts)
    shares = (len(LABELS) * labels[post.set, post.label] / sizes[post.set] for post in posts)
    return np.array(
        [post.weight / share**EVENNESS for post, share in zip(posts, shares, strict=True)], np.float32
    )


def _blend(head: Head, posts: Sequence[Labelled], scores: Floats) -> Model:
    from sklearn.linear_model import LogisticRegression

    names = tone.inputs(scores.shape[1])
    values = np.concatenate([scores, _beside(posts)], axis=1)
    fitted = LogisticRegression(C=BLEND_STRENGTH, max_iter=2000).fit(
        values, [LABELS.index(post.label) for post in posts], sample_weight=_weights(posts)
    )
    terms = {name: at for at, name in enumerate(names)}
    bias = tuple(round(float(each), 4) for each in fitted.intercept_)
    weights = np.asarray(fitted.coef_.T, np.float32)
    return Model(replace(head, bias=bias), terms, np.ones(len(names), np.float32), weights)


def _beside(posts: Sequence[Labelled]) -> NDArray[np.float32]:
    weigher = vader.weigher(healthwords.shipped())
    masked = [_masked(post) for post in posts]
    return np.array([tone.beside(text, weigher.weigh(text)) for text in masked], np.float32)
