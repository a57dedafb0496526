"""Who is still in the building: how many of them are heard, and how many that are heard are there.

All of it is invented, and nothing was tuned on these: whoever reads them to mend a rule must write others.
Recall counts what goes to the lane itself; beside it stands what pages somebody, by whatever lane.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from listening.evaluation.contract import Score
from listening.evaluation.unseen_posts import NOTE, Row, read, rows

LANE = "in_building"
SET = "unseen, in the building"
PAGES = ("P0", "P1")


def scores(folder: Path) -> Iterator[Score]:
    lanes = [(is_here, language, read(row).lane) for is_here, language, row in labelled()]
    heard = [is_here for is_here, _, lane in lanes if lane.name == LANE]
    yield Score(SET, len(heard), "precision", None, share(heard), f"{NOTE}; of {len(lanes)} posts")
    for language in ("en", "es"):
        here = [lane for is_here, said_in, lane in lanes if is_here and said_in == language]
        in_lane = [lane.name == LANE for lane in here]
        paged = [lane.level in PAGES for lane in here]
        yield Score(SET, len(here), f"recall, {language}", None, share(in_lane), NOTE)
        yield Score(SET, len(here), f"paged by any lane, {language}", None, share(paged), NOTE)


def labelled() -> Iterator[tuple[bool, str, Row]]:
    """Whether its author is in the building and needs a person, and nothing graver; and the language."""
    for row in rows("building"):
        yield row["here"] == "yes", row["lang"], row
    for row in rows("urgent"):
        yield row["lane"] == LANE, row["lang"], row
    for name in ("benign", "ordinary"):
        for row in rows(name):
            yield False, row["lang"], row


def share(right: Sequence[bool]) -> float:
    return sum(right) / len(right) if right else 0.0
