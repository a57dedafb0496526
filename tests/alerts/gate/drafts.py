"""The corpus of drafts, the contacts they may give, and one way to ask the gate."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alerts import gate
from alerts.gate import Contacts, Verdict

FOLDER = Path(__file__).parents[2] / "data" / "replies"
CONTACTS = Contacts.of(
    [
        *(f"555-01{last}" for last in ("42", "00", "43", "44", "45", "47")),
        "northfield.example",
        "access@northfield.example",
        "relations@northfield.example",
        "@NorthfieldHlth",
    ]
)
THREAD_MARK = " ¦ "


@dataclass(frozen=True)
class Draft:
    row: int
    expected: str  # safe, unsafe, or other: in a language the rules do not know
    text: str
    post: str = ""
    thread: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        return _told(self)


@cache
def _told(draft: Draft) -> str:
    return gate.check(draft.text, draft.post, draft.thread, contacts=CONTACTS).word


def drafts(name: str) -> list[Draft]:
    lines = (FOLDER / f"{name}.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return [_draft(row, line.split("\t")) for row, line in enumerate(lines, 1)]


def _draft(row: int, columns: list[str]) -> Draft:
    expected, text, post, thread = [*columns, "", ""][:4]
    return Draft(row, expected, text, post, tuple(filter(None, thread.split(THREAD_MARK))))


def check(text: str, post: str = "", *thread: str) -> Verdict:
    return gate.check(text, post, thread, contacts=CONTACTS)


def verdict(text: str, post: str = "", *thread: str) -> str:
    return check(text, post, *thread).word
