"""The language of a post: the network's word where it has one, else a guess, else nothing."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

MIN_WORDS = 4
MIN_LETTERS = 16
MIN_PROBABILITY = 0.6
ENOUGH = 1000
"""Characters that are looked at; more make no guess better."""

CODE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,4})?")
# What networks say instead of "unknown".
UNKNOWN = frozenset({"und", "zxx", "art", "qam", "qct", "qht", "qme", "qst"})


def read(text: str, said: str = "") -> str:
    said = said.strip().lower().replace("_", "-")
    if CODE.fullmatch(said) and said not in UNKNOWN:
        return said
    head = text[:ENOUGH]
    if len(head.split()) < MIN_WORDS or sum(map(str.isalpha, head)) < MIN_LETTERS:
        return ""
    language, probability = _guessed(head)
    return language if probability >= MIN_PROBABILITY else ""


def _guessed(text: str) -> tuple[str, float]:
    """The likeliest language and its probability: naive Bayes over py3langid's model, as it does it itself.

    Only the features that the text has are added up. The library multiplies by the whole model, in threads
    that wait for each other: many times as slow, and a hundred times where the processors are busy.
    """
    import numpy

    model = _model()
    seen = Counter(_features(model, text))
    weights = numpy.einsum("i,ij->j", list(seen.values()), model.nb_ptc[list(seen)]) + model.nb_pc
    best = int(weights.argmax())
    return str(model.nb_classes[best]), float(1 / numpy.exp(weights - weights[best]).sum())


def _features(model: Any, text: str) -> Iterator[int]:
    state = 0
    for byte in text.encode(errors="replace"):
        state = model.tk_nextmove[(state << 8) + byte]
        yield from model.tk_output.get(state, ())


@cache
def _model() -> Any:
    # It takes some 100 MB: only a process that reads posts holds it.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_pickled_model(MODEL_FILE)
