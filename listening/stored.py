"""Stored mentions, given to a reader as a poll would give them."""

import logging
from collections.abc import Callable, Sequence

from listening import facilities, sorting, threads, watchlists
from listening.intake import UNREADABLE
from listening.models import Mention
from listening.reading.analysis import Reader, Reading, ToRead

logger = logging.getLogger(__name__)


def asking(mentions: Sequence[Mention]) -> Callable[[Mention], ToRead]:
    """Says of each of these what a reader is asked about it."""
    names, ours = sorting.names_for(watchlists.current(), facilities.current())
    before = threads.before((mention.source_id, mention.parent_external_id) for mention in mentions)

    def ask(mention: Mention) -> ToRead:
        thread = before.get((mention.source_id, mention.parent_external_id), ())
        return sorting.to_read_again(mention, names, ours, thread)

    return ask


def read(mention: Mention, asked: ToRead, reader: Reader) -> Reading | None:
    """What a reader makes of a mention; None where it cannot be read."""
    try:
        return reader.read(asked)
    except UNREADABLE as error:
        logger.error("mention %d could not be read again: %s", mention.pk, type(error).__name__)
        return None
