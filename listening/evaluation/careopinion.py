"""Long public stories, labelled by people. Measured only: their licence lets nothing be made from them."""

from dataclasses import dataclass, replace
from pathlib import Path

from listening.evaluation import files, phase1
from listening.evaluation.files import Row
from listening.evaluation.phase1 import Comment

NAME, SEVERAL = "careopinion/co", "careopinion/co_multi_label"
CODES = [f"cat_{number}" for number in range(1, 7)]


@dataclass(frozen=True)
class Story:
    text: str
    categories: frozenset[str]


def graded(folder: Path) -> list[Comment]:
    """Stories with one label and a criticality each; they answer no question."""
    path = files.find(folder, *NAME.split("/"))
    comments = (phase1.comment(row) for row in files.rows(path)) if path else iter(())
    return [replace(each, prompt="") for each in comments if each.text and each.criticality is not None]


def stories(folder: Path) -> list[Story]:
    """Stories with up to six categories each, whose codes the file of single labels spells out."""
    several, single = files.find(folder, *SEVERAL.split("/")), files.find(folder, *NAME.split("/"))
    if several is None or single is None:
        return []
    meant = {row.text("code").lower(): row.text("subcategory").strip() for row in files.rows(single)}
    read = [Story(row.text("feedback").strip(), _categories(row, meant)) for row in files.rows(several)]
    return [story for story in read if story.text]


def _categories(row: Row, meant: dict[str, str]) -> frozenset[str]:
    codes = (row.text(column).lower() for column in CODES)
    return frozenset(meant[code] for code in codes if code in meant)
