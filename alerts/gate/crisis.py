"""A post that speaks of danger to life may only be answered with the emergency line of the region."""

import re
from collections.abc import Iterator, Sequence

from alerts.gate.canonical import Canonical
from alerts.gate.reasons import BLOCK, Reason
from listening.reading import lanes
from listening.reading.sentiment import Tone

URGENT = frozenset({"emergency", "self_harm"})
LINE = re.compile(r"(?<![\w-])(?:911|988|112|999|116 ?123|nine one one|1?-?800-222-1222)(?![\w-])")
SELF_HARM_LINE = re.compile(r"(?<![\w-])(?:988|911|116 ?123|112|999|741741)(?![\w-])")
SPEAKS = re.compile(
    r"\b(?:suicid\w{0,10}|kill(?:ing)? yourself|end(?:ing)? (?:your|it all)|self-?harm|quitarse la vida)\b"
)
WHY = "The post speaks of danger to life, and this does not name the emergency line."
INSTEAD = "If you or someone near you is in danger, call 911 now. You can call or text 988 at any hour."
LONGEST = 4_000
NEUTRAL = Tone("neutral", 0.0, ())


def reasons(read: Canonical, draft: str, post: str, thread: Sequence[str]) -> Iterator[Reason]:
    lane = _lane(post, thread)
    line = SELF_HARM_LINE if lane == "self_harm" or SPEAKS.search(read.text) else LINE
    if (lane in URGENT or SPEAKS.search(read.text)) and not line.search(read.text):
        yield Reason("emergency-line", BLOCK, 0, len(draft), draft, WHY, INSTEAD)


def _lane(post: str, thread: Sequence[str]) -> str:
    if not post.strip() and not thread:
        return ""
    earlier = tuple(each[:LONGEST] for each in thread[-5:])
    return lanes.read(post[:LONGEST], NEUTRAL, thread=earlier).name


def names_line(text: str, lane: str) -> bool:
    """Whether a text that is kept to answer such a post names the line that is owed."""
    return bool((SELF_HARM_LINE if lane == "self_harm" else LINE).search(text))
