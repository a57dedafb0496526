"""python -m config.bench.memory reader|vader FILE: reads its texts, a JSON string a line.

Prints the most memory that it held, in MB.
"""

import json
import re
import resource
import sys
from functools import cache
from pathlib import Path
from typing import Any


def main(who: str, file: str) -> None:
    with Path(file).open() as lines:
        for line in lines:
            READERS[who](json.loads(line))
    print(most_held())


def most_held() -> float:
    """Linux: of this program alone. What `getrusage` says there counts the program that started it, too."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        return int(found[1]) / 1024 if found else 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2  # macOS counts bytes


def reader(text: str) -> None:
    from listening.reading.analysis import SHIPPED, ToRead

    SHIPPED.read(ToRead(text))


def vader(text: str) -> None:
    analyzer().polarity_scores(text)


@cache
def analyzer() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()


READERS = {"reader": reader, "vader": vader}


if __name__ == "__main__":
    main(*sys.argv[1:])
