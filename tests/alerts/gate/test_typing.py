"""How a draft is typed changes no verdict, and with one identifier of any kind none passes."""

import re
import unicodedata
from collections.abc import Callable
from itertools import cycle

import pytest

from alerts import gate
from tests.alerts.gate.drafts import CONTACTS, Draft, drafts, verdict

CONTACT = re.compile(r"[\d@/]|\.ex")
FULL = {code: chr(code + 0xFEE0) for code in range(ord("a"), ord("z") + 1)}
LOOKALIKES = str.maketrans("aeopcxy", "аеорсху")
ACCENTS = str.maketrans("aeioucn", "áéíóúçñ")


def worded(change: Callable[[str], str]) -> Callable[[str], str]:
    """Changed everywhere but in numbers and addresses, which would be others then."""
    return lambda text: " ".join(word if CONTACT.search(word) else change(word) for word in text.split(" "))


MANNERS: dict[str, Callable[[str], str]] = {
    "capitals": str.upper,
    "small letters": str.lower,
    "titles": str.title,
    "emoji": lambda text: " 😀 ".join(text.split(" ")) + " 🎉",
    "accents": worded(lambda word: word.translate(ACCENTS)),
    "accents apart": lambda text: unicodedata.normalize("NFD", text),
    "line ends": lambda text: text.replace(" ", "\r\n"),
    "wide spaces": lambda text: text.replace(" ", "\u00a0 \u2003"),
    "zero width": lambda text: "\u200b".join(text),
    "direction": lambda text: f"\u202e{text}\u202c",
    "look-alikes": worded(lambda word: word.translate(LOOKALIKES)),
    "full width": worded(lambda word: word.lower().translate(FULL)),
    "letters spaced": worded(" ".join),
    "letters dotted": worded(".".join),
    "long words spaced": worded(lambda word: " ".join(word) if len(word) > 4 else word),
    "digits for letters": worded(lambda word: word.replace("e", "3", 1) if len(word) > 4 else word),
}
SAMPLE = [*drafts("given"), *(draft for draft in drafts("drafts") if draft.row % 9 == 0)]


@pytest.mark.parametrize("manner", MANNERS)
def test_typed_otherwise_it_gets_the_same_verdict(manner: str) -> None:
    change = MANNERS[manner]
    changed = {draft.text: asked(draft, change(draft.text)) for draft in SAMPLE}
    assert {text: said for text, said in changed.items() if said[0] != said[1]} == {}


def asked(draft: Draft, text: str) -> tuple[str, str]:
    return draft.verdict, gate.check(text, draft.post, draft.thread, contacts=CONTACTS).word


@pytest.mark.parametrize(
    "typed",
    [
        "We are sorry about your s u r g e r y.",
        "We are sorry about your surg3ry.",
        "We are sorry about your srugery.",
        "We are sorry about your surgey.",
        "We are sorry about y0ur vis1t.",
        "W e a r e s o r r y a b o u t y o u r v i s i t .",
        "D r . A l v a r e z s a w y o u .",
        "We 4re 50rry 4b0u7 y0ur 5urg3ry.",
        "We are sorry about ur visit",
        "we are sorry about your.visit",
        "Sorry about your v\u0456s\u0456t",
    ],
)
def test_slips_and_tricks_hide_nothing(typed: str) -> None:
    assert verdict(typed) == "block"


# One and more of each of Safe Harbor's eighteen kinds.
IDENTIFIERS = {
    "A name": ["Maria Lopez", "Dr. Alvarez", "Mr. Whitcombe", "denise", "Hi Kevin,"],
    "B place": ["12 Elm Street", "Larkmoor, OH 43001", "zip 04562", "Springfield", "on Birch Lane"],
    "C date": ["March 3", "03/14/2026", "on the 14th", "el 3 de marzo", "born in 1931", "aged 94"],
    "D phone": ["555-0199", "(614) 555-0187", "614.555.0187"],
    "E fax": ["fax 555-0198"],
    "F e-mail": ["maria@mail.example", "m.lopez@northfield.example", "maria.lopez at mail dot com"],
    "G social security": ["123-45-6789", "SSN 6789"],
    "H record": ["MRN 0048213", "chart 7731"],
    "I plan": ["member ID 99812", "policy 448812"],
    "J account": ["account 88231", "invoice 20931"],
    "K licence": ["license D1234567", "certificate number 4431"],
    "L vehicle": ["plate 7ABC123", "VIN 1HGCM82633A004352"],
    "M device": ["serial number SN-99213", "IMEI 356938035643809"],
    "N address on the net": ["https://people.example/maria", "marialopez.example", "instagram.com/marial"],
    "O machine": ["192.168.4.22", "2001:db8::8a2e:370:7334"],
    "P biometric": ["fingerprint scan attached", "a voiceprint", "retina scan"],
    "Q picture": ["a photo of the face", "selfie", "https://pics.example/face.jpg"],
    "R other": ["room 412", "ticket 88213", "@quietriver884", "u/quietriver884", "confirmation ABC123"],
}
SAFE = [draft for draft in drafts("given") if draft.expected == "safe"]


@pytest.mark.parametrize("kind", IDENTIFIERS)
def test_with_one_identifier_none_passes(kind: str) -> None:
    said = {
        text: verdict(text)
        for draft, identifier in zip(SAFE * 2, cycle(IDENTIFIERS[kind]), strict=False)
        for text in (f"{draft.text} {identifier}.", f"{identifier}. {draft.text}")
    }
    assert {text: word for text, word in said.items() if word == "pass"} == {}


def test_each_identifier_alone_is_seen() -> None:
    told = {
        each: verdict(f"Thank you for your note, {each}.") for kinds in IDENTIFIERS.values() for each in kinds
    }
    assert {each for each, word in told.items() if word == "pass"} == set()


MATTERS = [
    "The farmers market is back{} in the west lot.",
    "The garage is closed{} for repairs.",
    "Registration for the class opens{} on our site.",
    "The blood drive is in the lobby{}, and all are welcome.",
    "Our holiday hours begin{}.",
]


@pytest.mark.parametrize("kind", IDENTIFIERS)
def test_nor_in_the_middle_of_a_public_matter(kind: str) -> None:
    said = {
        text: verdict(text)
        for matter in MATTERS
        for identifier in IDENTIFIERS[kind]
        for text in (
            matter.format(f" {identifier.rstrip(',')}"),
            matter.format(f" on {identifier.rstrip(',')}"),
        )
    }
    assert {text: word for text, word in said.items() if word == "pass"} == {}


@pytest.mark.parametrize(
    "text",
    [
        "The clinic closed the wound on May 9.",
        "The clinic called twice on May 9.",
        "Your drive here on May 9 was worth it.",
        "The shuttle brought her in on October 12.",
        "Parking is at 12 Elm Street.",
        "What a lovely photo of the garden and the patient!",
        "The snow photo with grandma is sweet.",
        "Our lobby camera has it all from last Sunday.",
    ],
)
def test_what_speaks_of_somebody_is_no_public_matter(text: str) -> None:
    assert verdict(text) == "block"
