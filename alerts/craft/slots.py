"""The parts of a saved reply that are written anew each time: "[a sentence of your own]".

`{phone}` stands for the first phone number that the hospital has listed, and is filled in by itself.
"""

import re

SLOT = re.compile(r"\[[^\[\]\n]{1,80}\](?!\()|\{[^{}\n]{1,80}\}")
"""What may not leave as it stands. Words in brackets before "(" are a link, as Reddit writes one."""
PHONE = "{phone}"
NO_PHONE = "[our phone number]"


def spans(text: str) -> list[tuple[int, int]]:
    return [hit.span() for hit in SLOT.finditer(text)]


def is_open(text: str) -> bool:
    return bool(SLOT.search(text))


def has_personal(template: str) -> bool:
    """Something in it is for a person to write, and not only for us to fill in."""
    return is_open(template.replace(PHONE, ""))


def blanked(text: str) -> str:
    """The same text, every place where it was, without what is still to be written."""
    return SLOT.sub(lambda hit: " " * len(hit[0]), text)


def filled(template: str, phone: str) -> str:
    return template.replace(PHONE, phone or NO_PHONE)


def first_phone(contacts: list[str]) -> str:
    return next((each for each in contacts if re.fullmatch(r"\+?[\d ().-]{7,24}", each)), "")
