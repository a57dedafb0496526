"""A sign of life from workers and beat: a file touched while their loops turn.

A container's health check looks at the file's age. Asking a worker over the broker instead would start a
Python every half minute, and would call a worker ill when it is the broker that is.
"""

import os
from pathlib import Path
from typing import Any

from celery import beat, bootsteps

EVERY_SECONDS = 10.0


def touch() -> None:
    """Does nothing unless MURMUR_ALIVE_FILE names the file."""
    if path := os.environ.get("MURMUR_ALIVE_FILE"):
        Path(path).touch()


class Pulse(bootsteps.StartStopStep):
    """Part of a worker: its own timer touches the file, so a loop that hangs lets it age."""

    requires = ("celery.worker.components:Timer",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.entry: Any = None

    def start(self, parent: Any) -> None:
        touch()
        self.entry = parent.timer.call_repeatedly(EVERY_SECONDS, touch)

    def stop(self, parent: Any) -> None:
        if self.entry is not None:
            self.entry.cancel()


class Scheduler(beat.Scheduler):
    """Celery's own, without a file of its own, and with a pulse."""

    max_interval = EVERY_SECONDS

    def tick(self, *args: Any, **options: Any) -> float:
        touch()
        return float(super().tick(*args, **options))
