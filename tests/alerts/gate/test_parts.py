"""The parts of the gate, each by itself."""

import time

import pytest

from alerts.gate import BROKEN, GateDown, check, data
from alerts.gate.canonical import canonical
from alerts.gate.contacts import Contacts
from alerts.gate.patterns import Line, compiled
from tests.alerts.gate import drafts
from tests.alerts.gate.drafts import verdict


def line(text: str) -> Line:
    known = data.shipped()
    return Line(canonical(text, known).words, known)


def said(text: str) -> str:
    return " ".join(word.text for word in canonical(text, data.shipped()).words)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("You've WAITED", "you have waited"),
        ("don’t post", "do not post"),
        ("s u r g e r y", "surgery"),
        ("ｙｏｕｒ ѕurgery", "your surgery"),
        ("surg3ry on the 14th", "surgery on the 14th"),
        ("sur\u200bgery\u00ad", "surgery"),
        ("your surgrey", "your surgery"),
        ("555-0142", "555 0142"),
        ("n't", "not"),
        ("7h15 l1k3 bu1ld1ng5 c4n'7", "this like building can not"),
        ("8th 20k 30am", "8th 20k 30am"),
        ("W e a n s w e r e d y o u i n t h e p o r t a l", "we answered you in the portal"),
        ("P a r k i n g b y d r a l v a r e z", "parking by dr alvarez"),
    ],
)
def test_a_draft_is_made_plain(typed: str, read: str) -> None:
    assert said(typed) == read


def test_words_keep_their_place_in_the_draft() -> None:
    typed = "So\u0301 your 💙 vi\u200bsit!"
    read = canonical(typed, data.shipped())
    start, end = read.original(read.words[-1].start, read.words[-1].end)
    assert typed[start:end] == "vi\u200bsit"


@pytest.mark.parametrize(
    ("pattern", "text", "is_found"),
    [
        ("your CARE", "we saw your visit", True),
        ("your CARE", "your. Visit us", False),
        ("we .. you", "we all gladly saw you", True),
        ("we .. you", "we all very gladly at last saw you", False),
        ("so? sorry", "sorry", True),
        ("START sorry", "Oh. Sorry", True),
        ("START sorry", "so sorry", False),
        ("see _ soon", "see you soon", True),
        ("QUESTION are", "Well. Are you here?", True),
        ("QUESTION are", "Well. Are you here.", False),
    ],
)
def test_a_pattern_fits_where_it_should(pattern: str, text: str, is_found: bool) -> None:
    from alerts.gate.shapes import shape

    read = line(text)
    shape(read)
    assert bool(read.find(compiled(pattern, data.shipped()))) is is_found


def test_a_pattern_with_a_class_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match="no class is called NOWHERE"):
        compiled("YOUR NOWHERE", data.shipped())


@pytest.mark.parametrize(
    ("contact", "text", "is_listed"),
    [
        ("555-0142", "call 555-0142.", True),
        ("555-0142", "call (555) 0142", True),
        ("555-0142", "call 800-555-0142", False),
        ("+1 (800) 555-0142", "call 800 555 0142", False),
        ("800-555-0142", "call 1-800-555-0142", True),
        ("northfield.example", "see www.northfield.example/masks!", True),
        ("northfield.example", "see help.northfield.example", True),
        ("northfield.example", "see evil-northfield.example", False),
        ("northfield.example", "see northfield.example.evil.com", False),
        ("northfield.example", "see northfield.example/?who=maria", False),
        ("northfield.example", "see northfield.example/p/88231", False),
        ("northfield.example", "write to access@northfield.example", True),
        ("northfield.example", "write to jdoe@northfield.example", False),
        ("@NorthfieldHlth", "we are @northfieldhlth", True),
        ("1 Northfield Way", "come to 1 Northfield Way", True),
    ],
)
def test_only_what_is_listed_is_ours(contact: str, text: str, is_listed: bool) -> None:
    read = canonical(text, data.shipped())
    spans = [*Contacts.of([contact]).spans(read.text)]
    assert bool(spans) is is_listed


HOSTILE = {
    "nul": "\x00" * 5000,
    "halves": "\ud800\udfff" * 3000,
    "long": "your visit " * 500_000,
    "direction": "\u202eyour visit\u202c" * 900,
    "letters": "y o u r v i s i t " * 550,
    "dots": "a." * 5000,
    "digits": "1" * 10_000,
    "addresses": "a.b@c.d " * 1250,
    "hyphens": "a-" * 5000,
    "emoji": "😀" * 10_000,
    "marks": "a" + "\u0301" * 9999,
    "names": "Maria Lopez " * 800,
    "you": "you waited your visit if " * 400,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_answered_soon(name: str) -> None:
    started = time.process_time()
    drafts.check(HOSTILE[name], HOSTILE[name], HOSTILE[name][:5000])
    assert time.process_time() - started < 2.5


def test_what_is_too_long_to_be_read_is_stopped() -> None:
    assert verdict("Thank you for your note. " * 500) == "block"


def test_ordinary_drafts_are_answered_at_once() -> None:
    took = []
    for draft in drafts.drafts("more")[:60]:
        started = time.process_time()
        drafts.check(draft.text, draft.post)
        took.append(time.process_time() - started)
    assert sorted(took)[int(0.95 * len(took))] < 0.1


@pytest.mark.parametrize("error", BROKEN)
def test_whatever_breaks_is_no_pass(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise error("broken")

    monkeypatch.setattr("alerts.gate.rules.found", broken)
    with pytest.raises(GateDown):
        check("Thank you.")


def test_a_broken_file_of_rules_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.gate.data.HERE", drafts.FOLDER)
    data.shipped.cache_clear()
    try:
        with pytest.raises(GateDown, match="cannot be read"):
            check("Thank you.")
    finally:
        data.shipped.cache_clear()
