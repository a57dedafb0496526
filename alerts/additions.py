"""What the desk adds to the gate's verdict: a part nobody has written yet, and a fact that has ended."""

from collections.abc import Iterator
from datetime import datetime

from alerts import expired
from alerts.craft import slots
from alerts.gate.reasons import BLOCK, WARN, Reason

UNWRITTEN = (
    "unwritten-part",
    "A part of the saved reply is still to be written.",
    "Write it, or take the brackets out.",
)
ENDED = "expired-fact"
ENDED_WHY = "This was true until {day:%d %B %Y}, as it was approved."
ENDED_INSTEAD = "Have {owner} confirm it, or leave it out."


def reasons(text: str, at: datetime) -> Iterator[Reason]:
    rule, why, instead = UNWRITTEN
    for start, end in slots.spans(text):
        yield Reason(rule, BLOCK, start, end, text[start:end], why, instead)
    for fact, start, end in expired.found_in(text, at):
        why = ENDED_WHY.format(day=fact.valid_until)
        yield Reason(ENDED, WARN, start, end, text[start:end], why, ENDED_INSTEAD.format(owner=fact.owner))
