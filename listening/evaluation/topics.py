"""What a comment is about: the one theme of the NHS framework, and the topics of the shipped taxonomy."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from listening.evaluation import careopinion, files, metrics, phase1, v6
from listening.evaluation.careopinion import Story
from listening.evaluation.contract import Score, digit, unseen
from listening.evaluation.phase1 import Comment
from listening.evaluation.v6 import Themed
from listening.reading import learned, topics
from listening.reading.learned import Model
from listening.reading.taxonomy import shipped
from listening.reading.topics import CATEGORY, MAJOR, THEME
from listening.training import CannotTrain, plain

Beside = dict[str, list[str]]
"""What a plain reader says of the same rows, by kind of class."""


def scores(folder: Path) -> Iterator[Score]:
    model = learned.model(topics.MODEL)
    if comments := phase1.comments(folder):
        kept, note = unseen(comments, lambda each: each.text, model.head.digits)
        beside = _beside(comments, kept, model.head.digits)
        yield from _one_label(kept, True, beside, f"with the question{'; ' * bool(note)}{note}")
        yield from _one_label(kept, False, beside, f"without it{'; ' * bool(note)}{note}")
    if path := files.find(folder, *v6.NAME.split("/")):
        themed = [v6.themed(row) for row in files.rows(path)]
        kept_themed, note = unseen(
            [each for each in themed if each.text], lambda each: each.text, model.head.digits
        )
        yield from _by_topic(kept_themed, model, note)

    if stories := careopinion.stories(folder):
        yield _together(stories)


def _one_label(comments: Sequence[Comment], is_asked: bool, beside: Beside, note: str) -> Iterator[Score]:
    said = [topics.nhs(each.text, each.prompt if is_asked else "") for each in comments]
    majors, categories = [major for major, _ in said], [category for _, category in said]
    yield _f1("nine majors", [each.major for each in comments], majors, MAJOR, beside, note)
    yield _f1("33 categories", [each.category for each in comments], categories, CATEGORY, beside, note)


def _f1(of: str, truth: list[str], said: list[str], kind: str, beside: Beside, note: str) -> Score:
    """The macro-F1 of the classes that the model knows; beside it, each class weighed by its rows."""
    names = [
        name.removeprefix(kind) for name in learned.model(topics.MODEL).head.classes if name.startswith(kind)
    ]
    notes = [f"weighted F1 {metrics.weighted_f1(truth, said):.3f}"]
    if kind in beside:
        notes.append(f"{plain.NAME} {metrics.macro_f1(truth, beside[kind], names):.3f}")
    elif found := topics.compared().get(kind):
        notes.append(f"in training, by folds: {plain.NAME} {found.plain:.3f}, ours {found.ours:.3f}")
    ours = metrics.macro_f1(truth, said, names)
    return Score(phase1.NAME, len(truth), f"macro-F1, {of}", None, ours, "; ".join([*notes, note]))


def _beside(comments: Sequence[Comment], kept: Sequence[Comment], digits: str) -> Beside:
    """What a plain reader says, fitted on the rows here that ours was fitted on, where there are some."""
    fitted, texts = [each for each in comments if digit(each.text) in digits], [each.text for each in kept]
    if not fitted or len(kept) == len(comments):
        return {}
    seen = [each.text for each in fitted]
    try:
        return {
            MAJOR: plain.said(seen, [each.major for each in fitted], texts),
            CATEGORY: plain.said(seen, [each.category for each in fitted], texts),
        }
    except CannotTrain:
        return {}


def _by_topic(themed: Sequence[Themed], model: Model, note: str) -> Iterator[Score]:
    found = [{each.id for each in topics.read(one.text, one.prompt)} for one in themed]
    for topic in shipped().topics:
        if not any(THEME + name in model.columns for name in topic.categories):
            continue
        truth = [not one.themes.isdisjoint(topic.categories) for one in themed]
        said = [topic.id in each for each in found]
        precision, recall = metrics.precision_recall(truth, said)
        about = f"said {sum(said)} times, recall {recall:.2f} of {sum(truth)}"
        yield Score(
            v6.NAME,
            len(themed),
            f"precision, {topic.id}",
            None,
            precision,
            f"{about}{'; ' * bool(note)}{note}",
        )


def _together(stories: Sequence[Story]) -> Score:
    """All topics that the labels can mean, counted as one: is what is said of a story among its labels?"""
    meant = {topic.id: set(topic.categories) for topic in shipped().topics}
    labels = frozenset[str]().union(*(story.categories for story in stories))
    asked = [name for name, categories in meant.items() if categories & labels]
    truth, said = [], []
    for story in stories:
        found = {each.id for each in topics.read(story.text)}
        truth += [bool(meant[name] & story.categories) for name in asked]
        said += [name in found for name in asked]
    precision, recall = metrics.precision_recall(truth, said)
    note = f"recall {recall:.2f}; no model saw these"
    return Score(careopinion.SEVERAL, len(stories), "precision, all topics together", None, precision, note)
