"""Tone: patient feedback, tweets at airlines (never fitted on), tweets rated by people, and sarcasm."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from listening.evaluation import files, metrics, plain_vader
from listening.evaluation.contract import Score, unseen
from listening.evaluation.files import Row
from listening.reading import learned, sentiment
from listening.reading import tone as reader
from listening.reading.sentiment import Tone

FROM_SENTIMENT = {"1": "positive", "2": "positive", "3": "neutral", "4": "negative", "5": "negative"}
STARS = {"1": 5, "2": 4, "3": 3, "4": 2, "5": 1}
"""What people answered beside their words: 1 is very good. Others did not know."""


@dataclass(frozen=True)
class Case:
    text: str
    truth: str
    prompt: str = ""
    rating: int | None = None

    @cached_property
    def plain(self) -> str:
        return sentiment.label_of(plain_vader.compound(self.text))

    def read(self, *, with_rating: bool = False, with_prompt: bool = True) -> Tone:
        prompt = self.prompt if with_prompt else ""
        return sentiment.read(self.text, prompt=prompt, rating=self.rating if with_rating else None)


def scores(folder: Path) -> Iterator[Score]:
    yield from _feedback(folder)
    yield from _airline(folder)
    yield from _tweets(folder)
    yield from _sarcasm(folder)


def _rows(folder: Path, sub: str, name: str) -> list[Row]:
    path = files.find(folder, sub, name)
    return [] if path is None else files.rows(path)


def _feedback(folder: Path) -> Iterator[Score]:
    rows = _rows(folder, "pxtextmining", "v6framework_230831")
    cases = [case for row in rows if (case := _answer(row))]
    cases, note = unseen(cases, lambda case: case.text, learned.model(reader.ANSWERS).head.digits)
    if not cases:
        return
    yield _macro("pxtextmining/v6framework", cases, "tone, macro-F1", Case.read, note)
    yield _macro(
        "pxtextmining/v6framework",
        cases,
        "tone without the question",
        lambda case: case.read(with_prompt=False),
        note,
    )
    starred = [case for case in cases if case.rating]
    yield _macro(
        "pxtextmining/v6framework",
        starred,
        "tone with the answer as stars",
        lambda case: case.read(with_rating=True),
        note,
    )


def _answer(row: Row) -> Case | None:
    label = FROM_SENTIMENT.get(row.text("Comment sentiment"))
    stars = STARS.get(row.text("FFT categorical answer"))
    return Case(row.text("FFT answer"), label, row.text("FFT question"), stars) if label else None


def _macro(name: str, cases: list[Case], metric: str, read: Callable[[Case], Tone], note: str = "") -> Score:
    truth = [case.truth for case in cases]
    ours = metrics.macro_f1(truth, [read(case).label for case in cases], reader.LABELS)
    plain = metrics.macro_f1(truth, [case.plain for case in cases], reader.LABELS)
    return Score(name, len(cases), metric, plain, ours, note)


def _airline(folder: Path) -> Iterator[Score]:
    cases = [
        Case(row.text("text"), row.text("airline_sentiment")) for row in _rows(folder, "airline", "tweets")
    ]
    if cases:
        yield _macro("airline/tweets", cases, "tone, macro-F1", Case.read, "never trained on")
        wrong = [case for case in cases if case.truth == "negative"]
        plain = sum(case.plain == "positive" for case in wrong) / len(wrong)
        ours = sum(case.read().label == "positive" for case in wrong) / len(wrong)
        yield Score("airline/tweets", len(wrong), "negative called positive", plain, ours, "lower is better")


def _tweets(folder: Path) -> Iterator[Score]:
    rows = [
        row
        for row in _rows(folder, "vader", "tweets_GroundTruth")
        if row.number_in("mean_sentiment") is not None
    ]
    rows, note = unseen(rows, lambda row: row.text("text"), learned.model(reader.GENERAL).head.digits)
    if not rows:
        return
    people = [row.number_in("mean_sentiment") or 0.0 for row in rows]
    plain = metrics.pearson(people, [plain_vader.compound(row.text("text")) for row in rows])
    ours = metrics.pearson(people, [sentiment.read(row.text("text")).score for row in rows])
    yield Score("vader/tweets_GroundTruth", len(rows), "tone, correlation", plain, ours, note)


def _sarcasm(folder: Path) -> Iterator[Score]:
    sets = (("isarcasmeval_train_en", "tweet"), ("isarcasmeval_taskA_test_en", "text"))
    for name, column in sets:
        rows = [row for row in _rows(folder, "sarcasm", name) if row.text("sarcastic") == "1"]
        cases = [Case(row.text(column), "") for row in rows]
        if cases:
            plain = sum(case.plain == "positive" for case in cases) / len(cases)
            ours = sum(case.read().label == "positive" for case in cases) / len(cases)
            yield Score(
                f"sarcasm/{name}", len(cases), "sarcasm called positive", plain, ours, "lower is better"
            )
