"""Triage: are the gravest comments found first?"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from listening.evaluation import careopinion, metrics, phase1, plain_vader
from listening.evaluation.contract import Score, unseen
from listening.evaluation.phase1 import Comment
from listening.reading import criticality, learned

METRIC = "average precision, criticality <= -3"


def scores(folder: Path) -> Iterator[Score]:
    if comments := phase1.comments(folder):
        digits = learned.model(criticality.MODEL).head.digits
        kept, note = unseen([each for each in comments if each.criticality is not None], _text, digits)
        yield _score(phase1.NAME, kept, "; ".join(filter(None, ["with the question", note])))
        yield _score(
            phase1.NAME, [_unasked(each) for each in kept], "; ".join(filter(None, ["without it", note]))
        )
    if stories := careopinion.graded(folder):
        yield _score(careopinion.NAME, stories, "no model saw these")


def _text(comment: Comment) -> str:
    return comment.text


def _unasked(comment: Comment) -> Comment:
    return replace(comment, prompt="")


def _score(name: str, comments: Sequence[Comment], note: str) -> Score:
    truth = [each.is_grave for each in comments]
    plain = metrics.average_precision(truth, [-plain_vader.compound(each.text) for each in comments])
    said = [criticality.read(each.text, each.prompt).score for each in comments]
    return Score(name, len(comments), METRIC, plain, metrics.average_precision(truth, said), note)
