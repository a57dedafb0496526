"""The reader that posts are read with now."""

from listening.reading.analysis import SHIPPED, Reader


def current() -> Reader:
    """The reader with the word lists as they stand in the database."""
    return SHIPPED
