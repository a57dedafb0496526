"""The language of a post: the network's word where it has one, else a guess, else nothing.

1. Names and links are put away: they are of no language.
2. Small words decide where they speak for one language ("the", "que", "và"): quick, and right on three words.
3. Else letters do, over py3langid's model, which needs some more to go by.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

MIN_WORDS = 4
MIN_LETTERS = 16
MIN_PROBABILITY = 0.6
ENOUGH = 1000
"""Characters that are looked at; more make no guess better."""

FEW_WORDS = 3
"""So few words may rest on one small word alone."""
SHARE = 0.2
"""Of all words, small ones are a third and more in each of these languages."""
SURE = 0.9
RELATIVES = {"es": ("an", "ca", "gl", "oc"), "fr": ("oc", "wa")}
"""Letters alone take short posts for these, which are far rarer here."""

NO_WORDS = re.compile(r"(?:https?://|www\.)\S{1,300}|[@#]\w{1,100}", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
VIETNAMESE = re.compile("[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")
CODE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,4})?")
# What networks say instead of "unknown".
UNKNOWN = frozenset({"und", "zxx", "art", "qam", "qct", "qht", "qme", "qst"})


def read(text: str, said: str = "") -> str:
    said = said.strip().lower().replace("_", "-")
    if CODE.fullmatch(said) and said not in UNKNOWN:
        return said
    head = NO_WORDS.sub(" ", text[:ENOUGH])
    words = WORD.findall(head.casefold().replace("’", "'"))
    best, hits, others = _by_small_words(words, head)
    if hits > 1 and hits >= max(2 * others, SHARE * len(words)):
        return best
    by_letters, probability = _by_letters(head, words)
    if hits <= others:
        return by_letters
    if by_letters in RELATIVES.get(best, ()):
        return best
    is_foreign = probability >= SURE and by_letters not in _small_words()
    is_enough = len(words) <= (2 * FEW_WORDS if by_letters else FEW_WORDS)
    return best if is_enough and not others and not is_foreign else by_letters


def _by_small_words(words: list[str], head: str) -> tuple[str, int, int]:
    """The language with most small words, how many, and how many the next one has."""
    counted = [(sum(word in small for word in words), name) for name, small in _small_words().items()]
    # Letters that no other of these languages writes.
    counted += [(len(VIETNAMESE.findall(head)), "vi"), (head.count("¿") + head.count("¡"), "es")]
    most: Counter[str] = Counter()
    for hits, name in counted:
        most[name] += hits
    (best, hits), (_, others) = most.most_common(2)
    return best, hits, others


@cache
def _small_words() -> dict[str, frozenset[str]]:
    with (Path(__file__).parent / "lexicon" / "function_words.toml").open("rb") as file:
        return {name: frozenset(words.split()) for name, words in tomllib.load(file).items()}


def _by_letters(head: str, words: list[str]) -> tuple[str, float]:
    if len(words) < MIN_WORDS or sum(map(len, words)) < MIN_LETTERS:
        return "", 0.0
    language, probability = _guessed(head)
    return (language, probability) if probability >= MIN_PROBABILITY else ("", 0.0)


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
