"""Every key there is, once: what the page of keys tells, what a person may change, what the tests hold true.

A control with `data-key` is pressed by that key. Keys that are no letter, digit or sign stay as they are.
"""

from dataclasses import dataclass
from itertools import pairwise

DESK, WALL = "desk", "wall"


PRINTED = {" ": "Space", "Enter": "↵", "Escape": "Esc", "arrowleft": "←", "arrowright": "→"}


@dataclass(frozen=True)
class Key:
    """`control` is false where no control carries it: the page itself knows what to do."""

    key: str
    words: str
    on: tuple[str, ...] = (DESK,)
    control: bool = True

    @property
    def is_changeable(self) -> bool:
        return len(self.key) == 1 and self.key != " "

    @property
    def parts(self) -> list[str]:
        """As they stand on the keyboard, one after the other."""
        parts = [self.key] if len(self.key) == 1 else self.key.replace("+", " ").split()
        return [PRINTED.get(part, part) for part in parts]


BOTH = (DESK, WALL)
KEYS: tuple[Key, ...] = (
    Key("j", "next", BOTH, control=False),
    Key("k", "previous", BOTH, control=False),
    Key("o", "open", BOTH, control=False),
    Key("Enter", "open", BOTH, control=False),
    Key("u", "back to the list"),
    Key("x", "select"),
    Key("Shift+j", "select, and the next", control=False),
    Key("Shift+k", "select, and the previous", control=False),
    Key("c", "claim, give back", BOTH),
    Key("a", "assign to a person or a team"),
    Key("w", "who knows"),
    Key("i", "open what somebody is paged for, then: I have it"),
    Key("y", "to the approved text, which Ctrl ↵ sends; in the building: the next step"),
    Key("r", "write the reply"),
    Key("n", "note for colleagues"),
    Key("p", "private link"),
    Key("e", "close with an outcome"),
    Key("1", "emergency; the first answer where answers are numbered"),
    Key("2", "urgent"),
    Key("3", "watch"),
    Key("4", "ordinary"),
    Key("s", "put off until later"),
    Key("h", "pass on thanks", BOTH),
    Key("m", "mute the story"),
    Key("v", "read it differently", BOTH),
    Key("f", "not about us", BOTH),
    Key("z", "undo, take back", BOTH),
    Key("Ctrl+Enter", "submit or approve", control=False),
    Key("Ctrl+.", "insert what operations say now"),
    Key("/", "search", BOTH),
    Key(".", "show what is new", BOTH),
    Key(" ", "pause, go on", (WALL,)),
    Key("Shift+arrowleft", "move the column to the left", (WALL,)),
    Key("Shift+arrowright", "move the column to the right", (WALL,)),
    Key("Ctrl+Home", "to before the cards of the column", (WALL,)),
    Key("Ctrl+End", "to behind the cards of the column", (WALL,)),
    Key("g e", "go to Emergency"),
    Key("g h", "go to Self-harm"),
    Key("g s", "go to Safety"),
    Key("g a", "go to Access and wait"),
    Key("g b", "go to Billing"),
    Key("g p", "go to Praise"),
    Key("g m", "go to Mine"),
    Key("g t", "go to Team"),
    Key("g o", "go to the handover", BOTH),
    Key("?", "show these keys", BOTH, control=False),
    Key("Escape", "leave a field", BOTH, control=False),
)

GOES_TO = {
    "emergency": "g e",
    "self-harm": "g h",
    "safety": "g s",
    "access": "g a",
    "billing": "g b",
    "praise": "g p",
    "mine": "g m",
    "team": "g t",
}
"""Queue or view to its key."""

CHANGEABLE = tuple(each for each in KEYS if each.is_changeable)
GO = "g"


def on(place: str) -> list[Key]:
    return [each for each in KEYS if place in each.on]


def mistake(own: dict[str, str]) -> str:
    """Why a person's keys cannot be kept, in a sentence; nothing when they can. Pure."""
    for ours, theirs in own.items():
        if len(theirs) != 1 or theirs.isspace() or not theirs.isprintable() or theirs.isupper():
            return f"Choose one small letter, digit or sign in place of {ours}."
    chosen = sorted([GO, *(own.get(each.key, each.key) for each in CHANGEABLE)])
    twice = next((one for one, other in pairwise(chosen) if one == other), "")
    return f"{twice} would do two things at once. Choose another key for one of them." if twice else ""
