"""All of a network as it is written, as Bluesky's Jetstream tells it: a pure function of an event's number.

Event `n` was at a moment that the pace decides; nothing is kept but what a tester asked for. So a listener
that comes back finds what it missed, however fast the stream runs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from sandbox.post import words

EVENTS_APART = 1_000_000  # numbers begin high, as the real ones do
COLLECTION = "app.bsky.feed.post"

SUBJECTS = ("My cat", "The bus", "Our team", "This recipe", "The new season", "My neighbor", "The sky")
VERBS = ("surprised me", "is late again", "was worth the wait", "looks strange", "made me laugh", "broke")
ENDS = ("today", "and I have questions", "lol", "for the third time", "before breakfast", "again", "somehow")


@dataclass(frozen=True)
class Spell:
    """From event `first` on, `rate` events a second, one in `every` about the hospital."""

    first: int
    began: float
    rate: float
    every: int


@dataclass
class Firehose:
    clock: Callable[[], float]
    about_us: Callable[[int], str]  # what somebody says of the hospital, by any number
    rate: float = 1.0
    every: int = 20
    spells: list[Spell] = field(default_factory=list)
    asked: dict[int, dict[str, Any]] = field(default_factory=dict)  # what a tester put at a number
    served: dict[str, int] = field(default_factory=dict)  # ids about the hospital, and of their event
    removed: list[str] = field(default_factory=list)
    sent: int = 0
    first: int = 0  # the number of the first event that was sent
    connects: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)  # for the next connection that sends
    oldest: int = 0  # a cursor before it is refused

    def __post_init__(self) -> None:
        # Numbers go on growing over restarts.
        began = self.clock()
        self.spells = [Spell(int(began * EVENTS_APART), began, self.rate, self.every)]

    def pace(self, rate: float, every: int) -> None:
        self.spells.append(Spell(self.head() + 1, self.clock(), rate, max(every, 1)))

    def head(self) -> int:
        """The number of the newest event."""
        spell = self.spells[-1]
        told = spell.first + int((self.clock() - spell.began) * spell.rate) - 1
        return max(told, max(self.asked, default=0))

    def spell_of(self, number: int) -> Spell:
        return next((each for each in reversed(self.spells) if number >= each.first), self.spells[0])

    def at(self, number: int) -> float:
        spell = self.spell_of(number)
        return min(spell.began + (number - spell.first) / max(spell.rate, 0.001), self.clock())

    def number_at(self, moment: float) -> int:
        """The number of the last event that was before this moment."""
        spell = next((each for each in reversed(self.spells) if moment >= each.began), self.spells[0])
        return spell.first + int(max(moment - spell.began, 0) * spell.rate) - 1

    def put(self, event: dict[str, Any]) -> int:
        """At the next number, in place of what would have been there."""
        number = self.head() + 1
        self.asked[number] = event
        return number

    def between(self, after: int, upto: int) -> Iterator[tuple[int, dict[str, Any]]]:
        for number in range(max(after + 1, self.spells[0].first), upto + 1):
            yield number, self.event(number)

    def event(self, number: int) -> dict[str, Any]:
        if number in self.asked:
            return self.asked[number]
        spell, lot = self.spell_of(number), int.from_bytes(blake2b(b"%d" % number, digest_size=6).digest())
        if number % spell.every == 0:
            return post(number, self.about_us(lot), lot)
        if lot % 50 == 0:
            return removal(did_of(lot), f"gone{number}")
        said = (SUBJECTS[lot % 7], VERBS[lot // 7 % 6], ENDS[lot // 42 % 7])
        return post(number, f"{' '.join(said)}. {'It goes on and on. ' * (lot % 9)}", lot)

    def serve(self, number: int, event: dict[str, Any]) -> None:
        """The ledger: what was sent of what is about the hospital."""
        self.sent += 1
        self.first = self.first or number
        record = event.get("record") or {}
        if event.get("operation") == "create" and self.is_ours(record.get("text", "")):
            self.served.setdefault(address(event), number)
        elif event.get("operation") == "delete":
            if address(event) in self.served:
                self.removed.append(address(event))
        elif event.get("status"):
            begins = f"at://{event['did']}/"
            self.removed += [id for id in self.served if id.startswith(begins)]

    def is_ours(self, text: object) -> bool:
        return isinstance(text, str) and " northfield " in words(text)


def did_of(lot: int) -> str:
    return f"did:plc:sandbox{lot % 5000:05}"


def address(event: dict[str, Any]) -> str:
    return f"at://{event['did']}/{COLLECTION}/{event['rkey']}"


def post(number: int, text: str, lot: int) -> dict[str, Any]:
    record = {"$type": COLLECTION, "text": text, "langs": ["en"]}
    return {"did": did_of(lot), "operation": "create", "rkey": f"post{number}", "record": record}


def removal(did: str, rkey: str) -> dict[str, Any]:
    return {"did": did, "operation": "delete", "rkey": rkey}


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
