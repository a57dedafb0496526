"""Classes of words that no list holds: what ends like the past, numbers, names of people."""

import re

from alerts.gate.patterns import Line
from listening.reading.identifiers.words import NAME, Is, words

PRETERITE = re.compile(r"[a-z]{2,20}(?:aste|iste)")
NOT_PRETERITE = frozenset(
    [
        "triste",
        "existe",
        "insiste",
        "consiste",
        "contraste",
        "baste",
        "resiste",
        "asiste",
        "chiste",
        "desgaste",
        "aliste",
        "haste",
        "waste",
        "taste",
        "paste",
        "caste",
    ]
)
PAST = re.compile(r"[a-z]{2,20}ed")
ING = re.compile(r"[a-z]{3,20}(?:ing|ando|iendo)")


def shape(line: Line) -> None:
    """Put the words of a draft into these classes too."""
    asked = {word.sentence for word in line.words if word.asks}
    for at, word in enumerate(line.words):
        said = word.text
        if word.sentence in asked and line.has("START", at):
            line.put("QUESTION", at, length=0)
        if said.isdigit() or said in line.data.numbers or (said[0].isdigit() and said[:-2].isdigit()):
            line.put("NUMBER", at)
        is_past = line.has("PAST_WORDS", at) or (PAST.fullmatch(said) and not line.has("NOT_PAST", at))
        if is_past and not line.has("SPOKE", at):
            line.put("PAST", at)
        if PRETERITE.fullmatch(said) and said not in NOT_PRETERITE and not line.has("SPOKE", at):
            line.put("PRETERITE", at)
        if ING.fullmatch(said):
            line.put("ING", at)
        if is_name(said) and not line.data.is_word(said):
            line.put("NAME", at)


def is_name(word: str) -> bool:
    known = words().of(word)
    return bool(known & NAME) and not known & (Is.WORD | Is.ELSEWHERE) and len(word) > 2
