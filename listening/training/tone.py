"""Fits the four models of tone: on patient feedback, on tweets rated by people, and on posts of our own.

The blends are fitted on what the models say of texts that they were not fitted on, a fifth at a time.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from listening.reading import features, healthwords, masking, tone, vader
from listening.reading.features import Features
from listening.reading.learned import FittedOn, Floats, Head, Model, Recipe
from listening.reading.tone import LABELS, Answer
from listening.training import linear, tone_sets
from listening.training.linear import Manner
from listening.training.tone_sets import Labelled

VERSION = "1"
RECIPE = Recipe(phrase=2, longest=0)
MANNER = Manner(strength=1.0, kind="logistic", is_balanced=False)
BLEND_STRENGTH = 0.3
FOLDS = 5
EVENNESS = 0.8
"""1 would make each label of a set count the same, however rare; 0 would leave them as they are."""

Sees = Callable[[Labelled], Features]


def fit(folder: Path, digits: str) -> Iterator[Model]:
    sources, posts, answers = tone_sets.load(folder, digits)
    general, special = _head(tone.GENERAL, digits, sources), _head(tone.ANSWERS, digits, sources)
    yield _fitted(general, posts, _as_post)
    yield _fitted(special, answers, _as_answer)
    plain = [each for each in posts if not each.is_loose]
    yield _blend(_head(tone.BLEND, digits, sources), plain, _unseen(general, posts, plain, _as_post))
    scores = [_unseen(general, posts, answers, _as_post), _unseen(special, answers, answers, _as_answer)]
    yield _blend(_head(tone.BLEND_ANSWERS, digits, sources), answers, np.concatenate(scores, axis=1))


def _head(name: str, digits: str, sources: tuple[FittedOn, ...]) -> Head:
    return Head(name, VERSION, LABELS, (0.0,) * len(LABELS), digits, sources, RECIPE)


def _as_post(post: Labelled) -> Features:
    return features.of(_masked(post))


def _as_answer(post: Labelled) -> Features:
    return Answer(_as_post(post).words, asks=features.asks(post.prompt))


def _masked(post: Labelled) -> str:
    return masking.NO_NAMES.blanked(post.text[: features.MAX_BYTES])


def _fitted(head: Head, posts: Sequence[Labelled], sees: Sees) -> Model:
    targets = np.array([[post.label == label for label in LABELS] for post in posts])
    return linear.fit(head, [sees(post) for post in posts], targets, MANNER, _weights(posts))


def _unseen(head: Head, posts: Sequence[Labelled], asked: Sequence[Labelled], sees: Sees) -> Floats:
    """What a model fitted on the other folds says of each post that is asked about."""
    found = np.zeros((len(asked), len(LABELS)), np.float32)
    for fold in range(FOLDS):
        model = _fitted(head, [post for post in posts if post.fold % FOLDS != fold], sees)
        for at, post in enumerate(asked):
            if post.fold % FOLDS == fold:
                found[at] = model.read(sees(post)).scores
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
