"""How a base post comes out this time: slots and alternatives filled, and on X the haste of real people."""

import re
from collections.abc import Callable
from random import Random

from sandbox.world import Facility, World

ALTERNATIVES = re.compile(r"\[\[([^\[\]]*\|[^\[\]]*)\]\]")
SLOT = re.compile(r"\{\{|\}\}|\{(\w+)\}")
TYPO = re.compile(r"(?<![@#/.\w])(?!north)[a-z]{6,}\b")
LONGEST_X = 280

KIN = (
    "mom", "dad", "grandmother", "grandfather", "wife", "husband", "son", "daughter", "sister", "brother",
    "aunt", "uncle", "neighbor", "best friend", "mother-in-law", "nephew",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEATHER = ("rain", "snow", "fog", "sleet", "wind", "ice", "heat", "drizzle", "thunder", "black ice")
WINGS = ("North", "South", "East", "West")
MINUTES_PAST = (0, 5, 10, 15, 20, 30, 40, 45, 50)
CENTS = (0, 0, 0, 20, 45, 50, 75, 99)
MOOD = {
    "complaint": ("😤", "🙄", "😡", "🤦", "😩"),
    "praise": ("🙏", "❤️", "💙", "👏", "😭"),
    "question": ("🤔", "👀"),
    "chatter": ("😅", "☕", "🤷", "😂"),
}
AFTERTHOUGHTS = (
    "Update: someone from the desk called me back, so there is that.",
    "Update: still waiting for an answer.",
    "Edited to add: the second visit was better than the first.",
    "Edit: fixed the typos, the feelings stay.",
    "Update, a few hours later: no call, no message.",
    "Edit: thanks for the kind words, everyone.",
    "Edited to add the date, since somebody asked: it was this week.",
)


def amount(rng: Random) -> str:
    dollars = int(38 * (4900 / 38) ** rng.random())
    if dollars < 1000:
        return f"${dollars}"
    cents = rng.choice(CENTS)
    return f"${dollars:,}.{cents:02}" if cents else f"${dollars:,}"


def clock(rng: Random) -> str:
    return f"{rng.randint(1, 12)}:{rng.choice(MINUTES_PAST):02} {rng.choice(('am', 'pm'))}"


def name(rng: Random, facility: Facility, world: World) -> str:
    return rng.choice(facility.spoken_names(world.short_name) or [facility.name])


CHANCES: dict[str, Callable[[Random], str]] = {
    "kin": lambda rng: rng.choice(KIN),
    "hours": lambda rng: str(rng.randint(2, 9)),
    "minutes": lambda rng: str(rng.randint(15, 55)),
    "amount": amount,
    "weekday": lambda rng: rng.choice(WEEKDAYS),
    "clock": clock,
    "n": lambda rng: str(rng.randint(2, 40)),
    "floor": lambda rng: str(rng.randint(1, 9)),
    "unit": lambda rng: f"{rng.randint(2, 7)} {rng.choice(WINGS)}",
    "weather": lambda rng: rng.choice(WEATHER),
}


class Slots:
    """The values of one post's slots: drawn when first asked for, and the same in title and text."""

    def __init__(self, rng: Random, facility: Facility, world: World) -> None:
        self.rng = rng
        self.about: dict[str, Callable[[], str]] = {
            "facility": lambda: name(rng, facility, world),
            "handle": lambda: f"@{world.handle}",
            "city": lambda: facility.city,
            "service": lambda: rng.choice(facility.services),
        }
        self.drawn: dict[str, str] = {}

    def __getitem__(self, slot: str) -> str:
        if slot not in self.drawn:
            about = self.about.get(slot)
            self.drawn[slot] = about() if about else CHANCES[slot](self.rng)
        return self.drawn[slot]

    def __contains__(self, slot: str) -> bool:
        return slot in self.about or slot in CHANCES


def fill(text: str, rng: Random, values: Slots) -> str:
    """Choose the alternatives, then fill the slots; an unknown slot stays as it was written."""
    chosen = ALTERNATIVES.sub(lambda found: rng.choice(found[1].split("|")), text)

    def slot(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0][0]
        return values[found[1]] if found[1] in values else found[0]

    return SLOT.sub(slot, chosen)


def hurry(text: str, rng: Random, kind: str) -> str:
    """Small slips and habits, so that a repeat on X is never the same twice; never longer than X allows."""
    changed = text
    if rng.random() < 0.10:
        changed = slip(changed, rng)
    habit = rng.random()
    if habit < 0.08:
        changed = changed.lower()
    elif habit < 0.16:
        changed = changed.removesuffix(".")
    elif habit < 0.22:
        changed = changed.replace("!", "!!").removesuffix(".")
    if kind in MOOD and rng.random() < 0.18:
        changed = f"{changed} {rng.choice(MOOD[kind])}"
    return changed if len(changed) <= LONGEST_X else text


def slip(text: str, rng: Random) -> str:
    """Two letters of one longer lower-case word change places; names keep their letters."""
    found = list(TYPO.finditer(text))
    if not found:
        return text
    start = rng.choice(found).start() + rng.randint(1, 3)
    return text[:start] + text[start + 1] + text[start] + text[start + 2 :]
