"""Posts through the whole reading, on one core and without a database, beside VADER alone."""

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from config.bench import posts as realistic
from config.bench.table import Figure, percentile
from config.embedded.programs import PYTHON
from listening import wording
from listening.reading.analysis import SHIPPED, ToRead
from listening.reading.sentiment import Names
from listening.sources.contract import Post

PLAIN = SentimentIntensityAnalyzer()
OUR_NAMES = Names(["Northfield", "Northfield Health", "North Campus"])
A_TURN = 1_000
LONG = (("100 KB", 100_000), ("5 MB", 5_000_000))
PROSE = "They kept us waiting for six hours and the nurse at the front desk was rude to my mother, again. "
PLAINLY_READ = 8_192  # VADER's time grows with the square of a text: of more than this it would take minutes


def measure(*, is_small: bool) -> Iterator[Figure]:
    posts = realistic.gather(300 if is_small else 20_000)
    yield from speeds(posts)
    for name, size in LONG:
        yield long_post(name, size)
    yield memory(posts)


def speeds(posts: Sequence[Post]) -> Iterator[Figure]:
    """They take turns, so that whatever else the machine does meets both."""
    read(posts[0])
    each: list[float] = []
    plain = 0.0
    for at in range(0, len(posts), A_TURN):
        turn = posts[at : at + A_TURN]
        each += [seconds(lambda post=post: read(post)) for post in turn]  # type: ignore[misc]
        plain += seconds(lambda turn=turn: [PLAIN.polarity_scores(post.text) for post in turn])  # type: ignore[misc]
    rate, plain_rate = len(posts) / sum(each), len(posts) / plain
    yield Figure(
        "posts through the whole reading", rate, "posts/s", "VADER alone", plain_rate, is_more_better=True
    )
    yield Figure("one post, p99", percentile(each, 99) * 1e3, "ms", "VADER's mean", plain / len(posts) * 1e3)


def read(post: Post) -> None:
    SHIPPED.read(
        ToRead(post.text, title=post.title, rating=post.rating, language=post.language, names=OUR_NAMES)
    )


def long_post(name: str, size: int) -> Figure:
    text = (PROSE * (size // len(PROSE) + 1))[:size]
    ours = min(seconds(lambda: SHIPPED.read(ToRead(wording.capped(text)[0]))) for _ in range(5))
    plain = min(seconds(lambda: PLAIN.polarity_scores(text[:PLAINLY_READ])) for _ in range(5))
    return Figure(f"a post of {name}", ours * 1e3, "ms", "VADER on its first 8 KB", plain * 1e3)


def seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def memory(posts: Sequence[Post]) -> Figure:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "texts.jsonl"
        file.write_text("".join(json.dumps(post.text) + "\n" for post in posts))
        ours, plain = peak("reader", file), peak("vader", file)
    return Figure(f"most memory, {len(posts):,} posts read", ours, "MB", "VADER alone", plain)


def peak(who: str, file: Path) -> float:
    """Megabytes that a process of its own held at most while it read all texts of a file."""
    command = [PYTHON, "-m", "config.bench.memory", who, str(file)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
