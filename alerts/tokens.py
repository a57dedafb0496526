"""The token of a private link: it says nothing, cannot be guessed, and is kept only as its hash. Pure."""

import hashlib
import re
import secrets

# Consonants only: no word can arise, no digits that look like a number of somebody's.
ALPHABET = "bcdfghjklmnpqrstvwxz"
LENGTH = 32
"""Of twenty letters each: 138 bits."""

PATH = "/private/"
IN_TEXT = re.compile(
    rf"(https?://[^\s/<>\"]{{1,200}}){PATH}([{ALPHABET}]{{{LENGTH}}})(?![a-z0-9])", re.IGNORECASE
)


def new() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def hashed(token: str) -> str:
    """Without a salt: what is drawn from so many bits needs none."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def found_in(text: str) -> list[tuple[str, str, str]]:
    """Links in a text: the whole address, the site it leads to, and the token."""
    return [(hit[0], hit[1].lower(), hit[2].lower()) for hit in IN_TEXT.finditer(text)]
