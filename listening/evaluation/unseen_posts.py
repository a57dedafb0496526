"""Posts written by somebody who had seen neither rules nor training posts, and on which nothing was tuned.

Keep it so: whoever reads them to mend a rule must write others. `urgent.tsv` must reach a person (P0, P1),
`benign.tsv` only sounds like it, `ordinary.tsv` is what people say of a hospital all day. All are invented.
"""

from collections.abc import Iterator, Sequence
from csv import QUOTE_NONE, DictReader
from pathlib import Path

from listening.evaluation.contract import Score
from listening.reading.analysis import SHIPPED, Reading, ToRead

HERE = Path(__file__).with_name("unseen")
NOTE = "nothing was tuned on these"
THREAD = " // "

Row = dict[str, str]


def scores(folder: Path) -> Iterator[Score]:
    yield from _urgent(rows("urgent"))
    calm = [read(row).lane.level for row in rows("benign")]
    yield Score("unseen look-alikes", len(calm), "false P0, a count", None, calm.count("P0"), NOTE)
    plain = [(row, read(row)) for row in rows("ordinary")]
    yield _right("tone, share right", [row["tone"] == reading.tone.label for row, reading in plain])
    yield _right("lane, share right", [row["lane"] == reading.lane.name for row, reading in plain])


def _urgent(posts: Sequence[Row]) -> Iterator[Score]:
    found = [(row, read(row).lane.level <= row["level"]) for row in posts]
    for level in ("P0", "P1"):
        for language in ("en", "es"):
            hits = [hit for row, hit in found if (row["level"], row["lang"]) == (level, language)]
            metric = f"recall at {level} or higher, {language}"
            yield Score("unseen urgent posts", len(hits), metric, None, sum(hits) / len(hits), NOTE)


def _right(metric: str, right: Sequence[bool]) -> Score:
    return Score("unseen ordinary posts", len(right), metric, None, sum(right) / len(right), NOTE)


def read(row: Row) -> Reading:
    thread = tuple(filter(None, row.get("thread", "").split(THREAD)))
    return SHIPPED.read(ToRead(row["text"], thread=thread))


def rows(name: str) -> list[Row]:
    with (HERE / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        return list(DictReader(file, delimiter="\t", quoting=QUOTE_NONE))
