"""What is wrong with a query, and where, in words for whoever wrote it."""

OPERAND = 'a word, a "phrase", a field such as stars:1, or ('


class BadExpression(ValueError):
    """`at` counts characters from 0; `expected` says what could stand there."""

    def __init__(self, sentence: str, *, at: int = 0, expected: str = "") -> None:
        super().__init__(sentence)
        self.at = at
        self.expected = expected


def mistake(what: str, at: int, expected: str = "") -> BadExpression:
    """`what` with the place put in for {at}, counted from 1 as people do."""
    said = what.format(at=f"character {at + 1}")
    return BadExpression(f"{said} Expected {expected}." if expected else said, at=at, expected=expected)
