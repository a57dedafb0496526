"""Which queries are too wide to be listened for."""

from listening.queries.mistakes import BadExpression


class TooWide(BadExpression):
    """`share` estimates how many of all posts would be found, 0 to 1."""

    def __init__(self, sentence: str, *, share: float = 1.0) -> None:
        super().__init__(sentence)
        self.share = share
