"""The language of a post: the network's word where it has one, else a guess, else nothing."""

import re
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
    language, probability = _identifier().classify(head)
    return str(language) if probability >= MIN_PROBABILITY else ""


@cache
def _identifier() -> Any:
    # The model takes some 100 MB: only a process that reads posts holds it.
    from numpy import einsum
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    class Sparse(LanguageIdentifier):  # type: ignore[misc]
        """Adds up the features that a text has. The whole product of the original is handed to threads that
        wait for each other: a hundred times as slow where the processors are busy."""

        def nb_classprobs(self, fv: Any) -> Any:
            present = fv.nonzero()[0]
            return einsum("i,ij->j", fv[present], self.nb_ptc[present]) + self.nb_pc

    return Sparse.from_pickled_model(MODEL_FILE, norm_probs=True)
