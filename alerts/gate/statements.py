"""Sentences that state something about the person, or about what happened, in whatever words.

The rules know many ways to say what may not be said, and people find others. A reply that reveals nothing
speaks of what is offered to anybody: so "you" followed by anything but what a person may do next, and the
past of anything but a public matter, is a doubt for the approver.
"""

from alerts.gate.patterns import Line

PUBLIC = ("GENERAL", "PUBLIC", "HOURS", "CANNOT")
FEELING = ("SORRY", "GLAD", "HOPE", "FEELS", "BEFORE_YOU")
FARTHEST = 4
SOMEBODYS = (
    "YOU",
    "YOUR",
    "SHE",
    "KIN",
    "PATIENT",
    "NAME",
    "VISIT",
    "PROCEDURE",
    "CONDITION",
    "MED",
    "BODY",
    "DEVICE",
    "RECORD",
    "MONEY",
    "STAFFROLE",
    "ROOM",
    "TREATED",
    "TREAT",
    "WE_DID",
    "NOS_DID",
    "VISTE",
    "PRETERITE",
    "DIED",
    "STATUS",
    "LOOKED",
)
"""What makes a sentence one about somebody, whatever else it tells."""
PEOPLE = frozenset({"born", "birthday", "nacio", "nacido", "nacida"})


def state(line: Line) -> None:
    """Put what states a fact into the classes YOU_ODD and PAST_ODD."""
    count = len(line.words)
    for first, _ in open_matters(line):
        line.put("OPEN_MATTER", first)
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


def open_matters(line: Line) -> list[tuple[int, int]]:
    """Sentences on a public matter, and on nobody: "The market is back on May 6". As spans of words."""
    found = []
    first = 0
    for at in range(len(line.words)):
        is_last = at + 1 == len(line.words) or line.words[at + 1].sentence != line.words[at].sentence
        if is_last and _is_open_matter(line, range(first, at + 1)):
            found.append((first, at + 1))
        if is_last:
            first = at + 1
    return found


def _is_open_matter(line: Line, places: range) -> bool:
    if not any(line.has("EVENT", at) for at in places):
        return False
    names = tuple(name for name in SOMEBODYS if name in line.places)
    told = [at for at in places if at == places[0] or line.words[at - 1].text != "thank"]
    return not any(line.words[at].text in PEOPLE or _is_any(line, at, names) for at in told)


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
