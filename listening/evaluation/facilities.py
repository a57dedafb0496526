"""Which facility is named: every hospital of a public list is a facility, and each is named in a sentence.

Its name is typed as people type: lower case, other spaces, no points or apostrophes, "St" for "Saint". Right
is the facility itself, or "ambiguous between these" with it among them. Facilities know only what the list
says of them. A plain search, for comparison, looks for the name as the list has it, in any case.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import process_time

from hospital import lists
from hospital.lists import BadList, Listed
from listening import alike
from listening.evaluation import files
from listening.evaluation.contract import Score
from listening.evaluation.files import BadSet
from listening.facilities import Facilities
from listening.named import Answer, Kind, Name, Verdict
from listening.queries.asked import Asked

SETS = ("cms_hospital_general", "nhs_trusts")
SENTENCES = (
    "Four hours at {} today and nobody came.",
    "{} was kind to my mother.",
    "Is the pharmacy at {} open on Sunday?",
    "We were sent home from {}!",
    "Never again ({}).",
    "My sister works near {}, and says so too",
)
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
TYPED: tuple[Callable[[str], str], ...] = (
    str,
    str.lower,
    str.upper,
    str.title,
    lambda name: "  ".join(name.split()),
    lambda name: name.replace(" ", "\n", 1),
    lambda name: re.sub(r"[.,'’]", "", name),
    lambda name: name.replace("'", "’").replace("-", "–"),
    lambda name: name.replace("-", " "),
    lambda name: name.replace(" & ", " and ") if "&" in name else re.sub(r"(?i)\band\b", "&", name),
    lambda name: re.sub(r"(?i)\bsaint\b", "St.", name),
    lambda name: re.sub(r"(?i)\bst\b\.?", "Saint", name),
    lambda name: re.sub(r"(?i)\bhospital\b", "Hosp", name),
    lambda name: re.sub(r"(?i)\bhosp\b", "Hospital", name),
    lambda name: name.translate(WIDE),
    lambda name: name.replace("e", "é").replace("E", "É"),
)


def scores(folder: Path) -> Iterator[Score]:
    for name in SETS:
        path = files.find(folder, "hospitals", name)
        if path is not None:
            yield from _scores(f"hospitals/{name}", _listed(path))


def _listed(path: Path) -> Sequence[Listed]:
    try:
        return lists.read(path.read_bytes()).hospitals
    except BadList as error:
        raise BadSet(f"{path.parent.name}/{path.name}: {error}") from error


def _scores(title: str, listed: Sequence[Listed]) -> Iterator[Score]:
    began = process_time()
    facilities = Facilities(name for number, each in enumerate(listed) for name in _names(number, each))
    built = process_time() - began
    plain = [_said(number, each) for number, each in enumerate(listed)]
    answers, micros = _read(facilities, plain)
    note = f"{_told(answers)}; {micros:.0f} µs a post, made in {built:.1f} s; {_plainly(listed, plain)}"
    yield Score(title, len(listed), "name found, or ambiguous", None, _right(answers), note)
    answers, _ = _read(facilities, [_beside_city(*each) for each in zip(plain, listed, strict=True)])
    yield Score(title, len(listed), "the same, beside its city", None, _right(answers), _told(answers))
    answers, _ = _read(facilities, [_inside_words(each.name) for each in listed])
    wrong = sum(number in _meant(answer) for number, answer in enumerate(answers))
    yield Score(title, len(listed), "found inside longer words, a count", None, wrong)


def _plainly(listed: Sequence[Listed], texts: Sequence[str]) -> str:
    pairs = zip(listed, texts, strict=True)
    found = sum(each.name.casefold() in text.casefold() for each, text in pairs)
    return f"a plain search finds {found / max(1, len(listed)):.3f}"


def _beside_city(text: str, each: Listed) -> str:
    return f"{text} In {each.city}, {each.region}."


def _inside_words(name: str) -> str:
    said = alike.keys(name)[0]
    return f"pre{said} {said}post"


def _names(number: int, each: Listed) -> Iterator[Name]:
    yield Name(number, each.name)
    known = ((each.phone, Kind.PHONE), (each.address, Kind.STREET), (each.city, Kind.CITY))
    yield from (Name(number, said, kind) for said, kind in known if said)
    if each.city and each.region:
        yield Name(number, f"{each.city}, {each.region}", Kind.CITY)


def _said(number: int, each: Listed) -> str:
    typed = TYPED[number % len(TYPED)](each.name)
    return SENTENCES[number % len(SENTENCES)].format(typed)


def _read(facilities: Facilities, texts: Sequence[str]) -> tuple[list[Answer], float]:
    """The answers, and microseconds a text."""
    began = process_time()
    answers = [facilities.decide(Asked(text)) for text in texts]
    return answers, (process_time() - began) / max(1, len(texts)) * 1e6


def _meant(answer: Answer) -> tuple[int, ...]:
    return answer.between if answer.facility is None else (answer.facility,)


def _outcome(number: int, answer: Answer) -> str:
    if answer.verdict is Verdict.NONE:
        return "missed"
    if answer.verdict is Verdict.SEVERAL or number not in _meant(answer):
        return "wrong"
    return "found" if answer.verdict is Verdict.ONE else "ambiguous"


def _told(answers: Sequence[Answer]) -> str:
    tally = Counter(_outcome(number, answer) for number, answer in enumerate(answers))
    return ", ".join(f"{tally[outcome]:,} {outcome}" for outcome in ("found", "ambiguous", "missed", "wrong"))


def _right(answers: Sequence[Answer]) -> float:
    outcomes = [_outcome(number, answer) for number, answer in enumerate(answers)]
    return sum(each in ("found", "ambiguous") for each in outcomes) / max(1, len(outcomes))
