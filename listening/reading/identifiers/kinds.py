"""The kinds of identifier: what a screen calls each, its letter in Safe Harbor's list, and which wins.

The letters are those of 45 CFR 164.514(b)(2)(i). Where two readings of the same characters meet, the kind
that stands higher in the table is the more telling one, and wins.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    letter: str
    words: str  # as a mask says it


KINDS = {
    "email": Kind("F", "email"),
    "ssn": Kind("G", "social security number"),
    "mrn": Kind("H", "record number"),
    "plan": Kind("I", "plan number"),
    "account": Kind("J", "account number"),
    "licence": Kind("K", "licence number"),
    "vehicle": Kind("L", "vehicle"),
    "device": Kind("M", "device number"),
    "credit_card": Kind("J", "card number"),
    "iban": Kind("J", "bank account"),
    "photo": Kind("Q", "photo link"),
    "url": Kind("N", "personal link"),
    "ip": Kind("O", "IP address"),
    "date_of_birth": Kind("C", "date of birth"),
    "address": Kind("B", "address"),
    "date": Kind("C", "date"),
    "fax": Kind("E", "fax"),
    "phone": Kind("D", "phone"),
    "zip": Kind("B", "postcode"),
    "age": Kind("C", "age over 89"),
    "room": Kind("R", "room"),
    "handle": Kind("R", "handle"),
    "code": Kind("R", "number"),
    "staff_name": Kind("A", "staff name"),
    "name": Kind("A", "name"),
    "unread": Kind("R", "more, not read for names"),
}
"""Biometrics (P) are no text. `unread` covers what lies beyond the part that was looked at."""

RANK = {kind: rank for rank, kind in enumerate(KINDS)}
