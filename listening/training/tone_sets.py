"""What tone is fitted on: posts and answers with the label that people gave them.

Our own posts are invented, and lie in `corpus/`: label, text and, for an answer, what was asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha1
from pathlib import Path

from listening.evaluation import files
from listening.evaluation.files import Row
from listening.reading import features
from listening.reading.learned import FittedOn
from listening.reading.masking import Names
from listening.training import sets

CORPUS = Path(__file__).parent / "corpus" / "tone"
OWN = "our own invented posts"

FEEDBACK = "pxtextmining/v6framework_230831"
PHASE1 = "pxtextmining/phase1_text_data"
TWEETS = "vader/tweets_GroundTruth"

FROM_SENTIMENT = {"1": "positive", "2": "positive", "3": "neutral", "4": "negative", "5": "negative"}
QUESTIONS = {"improve": "How could we improve?", "good": "What was good?", "why": "Why?"}
"""For our own answers, what stands in their third column."""

NAMES = Names(["Northfield Health", "Northfield", "Lakeside", "Skylark", "Harbor Coaches", "Brightline Bank"])
"""Of our own posts: blanked, as a hospital's own name is."""

MILD = 0.6
"""A mean rating of people, of at most 4, that is no longer neutral."""
FEW_WORDS = 3
"""An answer as short as this means little without its question."""


@dataclass(frozen=True)
class Labelled:
    text: str
    label: str
    set: str
    weight: float = 1.0
    prompt: str = ""
    is_loose: bool = False  # labelled for another purpose: good for words, not to set the blend by

    @cached_property
    def fold(self) -> int:
        """The same for the same text, and unlike the digit that sets are parted by."""
        return int(
            sha1(self.text.strip().encode(errors="replace"), usedforsecurity=False).hexdigest()[1:3], 16
        )


Loaded = tuple[tuple[FittedOn, ...], list[Labelled], list[Labelled]]


def load(folder: Path, digits: str) -> Loaded:
    """Where it is from, the posts, and the answers; of the shared sets only texts with these digits."""
    feedback = sets.load(folder, FEEDBACK, "FFT answer", digits)
    phase1 = sets.load(folder, PHASE1, "feedback", digits)
    tweets = sets.load(folder, TWEETS, "text", digits)
    own, own_answers = list(_own_posts()), list(_own_answers())
    answers = [*_answers(feedback.rows), *own_answers]
    posts = [*_without_question(answers), *_opinions(phase1.rows), *_rated(tweets.rows), *own]
    ours = FittedOn(OWN, "Apache-2.0", len(own) + len(own_answers))
    return (feedback.source, phase1.source, tweets.source, ours), posts, answers


def _answers(rows: list[Row]) -> Iterator[Labelled]:
    for row in rows:
        label = FROM_SENTIMENT.get(row.text("Comment sentiment"))
        if label and features.asks(row.text("FFT question")):
            yield Labelled(row.text("FFT answer"), label, FEEDBACK, prompt=row.text("FFT question"))


def _without_question(answers: list[Labelled]) -> Iterator[Labelled]:
    for each in answers:
        if len(each.text.split()) > FEW_WORDS:
            yield Labelled(each.text, each.label, f"{each.set}, posts", 0.5)


def _opinions(rows: list[Row]) -> Iterator[Labelled]:
    """A text stands on a row for each of its themes: what it is on the whole counts, where that is plain."""
    by_text: dict[str, list[float]] = {}
    for row in rows:
        criticality = row.number_in("criticality")
        if criticality is not None and abs(criticality) <= 5:
            by_text.setdefault(row.text("feedback"), []).append(criticality)
    for text, found in by_text.items():
        mean = sum(found) / len(found)
        if abs(mean) >= 1.5 and len(text.split()) > FEW_WORDS:
            yield Labelled(text, _label(mean, 0), PHASE1, 0.3, is_loose=True)


def _rated(rows: list[Row]) -> Iterator[Labelled]:
    for row in rows:
        mean = row.number_in("mean_sentiment")
        if mean is not None:
            yield Labelled(row.text("text"), _label(mean, MILD), TWEETS, 0.4)


def _label(mean: float, mild: float) -> str:
    if abs(mean) < mild:
        return "neutral"
    return "positive" if mean > 0 else "negative"


def _own_posts() -> Iterator[Labelled]:
    for path in sorted(CORPUS.glob("*.tsv")):
        if path.stem != "answers":
            for row in files.rows(path):
                yield Labelled(row.text("text"), row.text("label"), OWN, 1.5)


def _own_answers() -> Iterator[Labelled]:
    for row in files.rows(CORPUS / "answers.tsv"):
        yield Labelled(row.text("text"), row.text("label"), OWN, 1.0, QUESTIONS[row.text("asks")])
