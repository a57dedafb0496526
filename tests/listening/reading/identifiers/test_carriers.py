"""One identifier of each kind of the list, set into sentences that tell nothing: it is found in every one."""

import pytest

from listening.reading import identifiers

CARRIERS = (
    "The wait was long and nobody came. {} That is all.",
    "{}\nPlease fix this.",
    "Parking is $20 a day, open 24/7. ({})",
    "NOBODY CARES AT THIS PLACE!!! {}",
    "nadie contesta el teléfono. {}",
    "😡😡 5 hours in the ER 😡 {} 😡",
    "So... {}",
)

ONE_OF_EACH = {
    "A": ("My name is Wilhelmina Stroud.", "name", "Wilhelmina Stroud"),
    "B": ("I live at 412 Maple Avenue.", "address", "412 Maple Avenue"),
    "C": ("Surgery was on 12/04/2023.", "date", "12/04/2023"),
    "D": ("Call 312-555-0142.", "phone", "312-555-0142"),
    "E": ("Fax: 312-555-0199.", "fax", "312-555-0199"),
    "F": ("Write to w.stroud@mail.example.", "email", "w.stroud@mail.example"),
    "G": ("SSN 219-09-9999.", "ssn", "219-09-9999"),
    "H": ("MRN 00482913.", "mrn", "00482913"),
    "I": ("Member ID XGH912334455.", "plan", "XGH912334455"),
    "J": ("Account number 4471902.", "account", "4471902"),
    "K": ("Driver's license D1234567.", "licence", "D1234567"),
    "L": ("License plate 7ABC123.", "vehicle", "7ABC123"),
    "M": ("Serial number PM-88213-X.", "device", "PM-88213-X"),
    "N": ("See https://www.facebook.com/w.stroud.33 .", "url", "https://www.facebook.com/w.stroud.33"),
    "O": ("From 192.0.2.44 it failed.", "ip", "192.0.2.44"),
    "Q": ("pic.twitter.com/abc123", "photo", "pic.twitter.com/abc123"),
    "R": ("Case number 2024-88123.", "code", "2024-88123"),
}
"""By its letter in the list. Biometrics (P) are no text."""


@pytest.mark.parametrize("letter", ONE_OF_EACH)
@pytest.mark.parametrize("carrier", CARRIERS)
def test_it_is_found_wherever_it_stands(carrier: str, letter: str) -> None:
    said, kind, words = ONE_OF_EACH[letter]
    text = carrier.format(said)
    found = [(each.kind, text[each.start : each.end]) for each in identifiers.find(text)]
    assert found == [(kind, words)]


@pytest.mark.parametrize("carrier", CARRIERS)
def test_the_sentence_alone_tells_nothing(carrier: str) -> None:
    assert identifiers.find(carrier.format("")) == []


@pytest.mark.parametrize("letter", ONE_OF_EACH)
def test_a_kind_stands_under_its_letter(letter: str) -> None:
    assert identifiers.KINDS[ONE_OF_EACH[letter][1]].letter == letter
