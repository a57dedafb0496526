"""VADER as its package comes, without masks, words of ours or thresholds: what readers are held against."""

from functools import cache

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

MAX_CHARACTERS = 8192  # Its walk over a text grows with the square of the text.


def compound(text: str) -> float:
    return float(_analyzer().polarity_scores(text[:MAX_CHARACTERS])["compound"])


@cache
def _analyzer() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()
