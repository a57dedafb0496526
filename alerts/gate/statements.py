"""Sentences that state something about the person, or about what happened, in whatever words.

The rules know many ways to say what may not be said, and people find others. A reply that reveals nothing
speaks of what is offered to anybody: so "you" followed by anything but what a person may do next, and the
past of anything but a public matter, is a doubt for the approver.
"""

from alerts.gate.patterns import Line

PUBLIC = ("GENERAL", "PUBLIC", "HOURS", "CANNOT")
FEELING = ("SORRY", "GLAD", "HOPE", "FEELS", "BEFORE_YOU")
FARTHEST = 4


def state(line: Line) -> None:
    """Put what states a fact into the classes YOU_ODD and PAST_ODD."""
    count = len(line.words)
    public = {line.words[at].sentence for at in range(count) if _is_any(line, at, PUBLIC)}
    possible = {word.clause for at, word in enumerate(line.words) if line.has("IF", at)}
    for at, word in enumerate(line.words):
        if word.clause in possible:
            continue
        if line.has("YOU", at) and _is_subject(line, at) and _is_odd(line, at):
            line.put("YOU_ODD", at)
        if (
            line.has("YOUR", at)
            and word.text != "yours"
            and word.sentence not in public
            and not _is_allowed(line, at)
        ):
            line.put("YOUR_ODD", at)
        if line.has("PAST", at) and word.sentence not in public and _is_told(line, at):
            line.put("PAST_ODD", at)


def _is_any(line: Line, at: int, names: tuple[str, ...]) -> bool:
    return any(line.has(name, at) for name in names)


def _is_subject(line: Line, at: int) -> bool:
    before = line.words[at - 1] if at else None
    return before is None or before.clause != line.words[at].clause or _is_any(line, at - 1, FEELING)


def _is_odd(line: Line, at: int) -> bool:
    """Whether what follows is nothing that anybody may do, or be told."""
    after = _next(line, at)
    if after is None:
        return False
    if not line.has("YOU_MAY", after):
        return not line.has("YOU_OK", after)
    then = _next(line, after)
    return then is not None and not line.has("YOU_ACT", then)


def _is_allowed(line: Line, at: int) -> bool:
    """ "Your kind words", "your comment": what everybody has who writes here."""
    ahead = range(at + 1, min(at + 3, len(line.words)))
    return any(line.has("YOUR_OK", after) for after in ahead)


def _next(line: Line, at: int) -> int | None:
    """The next word of the sentence that is more than a filler."""
    for after in range(at + 1, min(at + FARTHEST, len(line.words))):
        if line.words[after].sentence != line.words[at].sentence:
            return None
        if not line.has("FILLER", after):
            return after
    return None


def _is_told(line: Line, at: int) -> bool:
    """ "It was", "has lost": not "trained staff", nor "the light has been repaired"."""
    is_handled = line.has("HANDLED", at) or (at + 1 < len(line.words) and line.has("HANDLED", at + 1))
    if is_handled:
        return False
    return (
        line.has("WAS", at) or line.words[at].text in ("did", "had") or (at > 0 and line.has("TELLS", at - 1))
    )
