"""Ringing for a worker. The row is the promise: a bell that Redis loses is rung again by a sweep."""

import logging
from typing import Any

from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

_is_silent = False


def ring(task: Any, *ids: int) -> None:
    """Send a task; when Redis cannot be reached say so once, and leave it to the sweep."""
    global _is_silent
    try:
        task.delay(*ids)
    except OperationalError:
        if not _is_silent:
            logger.warning("Redis cannot be reached: work waits in the database until it can")
        _is_silent = True
        return
    if _is_silent:
        logger.warning("Redis can be reached again")
    _is_silent = False
