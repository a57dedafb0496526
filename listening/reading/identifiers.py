"""What in a text could name a person: a thin first reading, by shape alone. Spans count code points."""

import re
from dataclasses import dataclass

MAX_FOUND = 50

SHAPES = {
    "email": re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}(?!\w)"),
    "mrn": re.compile(
        r"\b(?:mrn|medical record(?: number| no\.?)?|chart (?:number|no\.?)|patient id)"
        r"\W{0,4}([a-z]{0,3}-?\d{5,10})\b",
        re.IGNORECASE,
    ),
    "date_of_birth": re.compile(
        r"\b(?:dob|d\.o\.b\.?|date of birth|born(?: on)?|fecha de nacimiento)\W{0,4}"
        r"(\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4})\b",
        re.IGNORECASE,
    ),
    "phone": re.compile(
        r"(?<![\w/.-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]?\d{4}(?![\w/-])"
        r"|(?<![\w/.-])555-\d{4}(?![\w/-])"
    ),
}


@dataclass(frozen=True)
class Identifier:
    kind: str
    start: int
    end: int


def find(text: str) -> list[Identifier]:
    found = [
        Identifier(kind, *(each.span(1) if shape.groups else each.span()))
        for kind, shape in SHAPES.items()
        for each in shape.finditer(text)
    ]
    return sorted(found, key=lambda each: (each.start, each.end))[:MAX_FOUND]
