"""How grave a post is, 0 to 100, and how soon a person must see it. The worst statement decides, not the average.

    P0  90 to 100   page somebody now
    P1  70 to 89    within a quarter of an hour
    P2  40 to 69    within an hour of the working day
    P3  below 40    the same or the next working day
    P4              no answer is owed

A lane keeps its own bounds: praise is never urgent, and no tone, star or thanks makes a threat harmless.
"""

from listening.reading.sentiment import Tone

LEVELS = ("P0", "P1", "P2", "P3", "P4")
FROM = {"P0": 90, "P1": 70, "P2": 40, "P3": 0}

MOST_OF_TONE = 60
"""What tone and stars alone can say: they never page anybody."""
MOST_OF_LEARNED = 69


def level(severity: int, bounds: tuple[str, str]) -> str:
    """The level of a severity, within the bounds of its lane (most and least urgent)."""
    found = next((each for each, least in FROM.items() if severity >= least), "P3")
    most, least = (LEVELS.index(bound) for bound in bounds)
    return LEVELS[min(max(LEVELS.index(found), most), least)]


def of_tone(tone: Tone, rating: int | None) -> int:
    """20 to 60, from how bad it sounds."""
    found = round(20 + 40 * max(0.0, -tone.score)) + (5 if rating == 1 else 0)
    return min(found, MOST_OF_TONE)


def of_criticality(criticality: float | None) -> int:
    """0 to 69, from how grave the learned reader finds it (0 to 1)."""
    return 0 if criticality is None else round(MOST_OF_LEARNED * min(max(criticality, 0.0), 1.0))
