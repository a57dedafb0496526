"""One Murmur a data directory."""

import fcntl
import json
import os
from pathlib import Path
from typing import IO

from config.embedded import CannotStart


class Lock:
    """Held until the process ends, however it ends: the kernel lets go of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: IO[str] | None = None

    def take(self) -> None:
        try:
            file = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        except PermissionError as error:
            raise CannotStart(f"{self.path} belongs to another account.") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(_already_running(file.read())) from None
        self.file = file
        self.say({"pid": os.getpid()})

    def say(self, facts: dict[str, object]) -> None:
        """Leaves word for whoever comes second."""
        assert self.file is not None, "the lock is not held"  # noqa: S101
        self.file.seek(0)
        self.file.truncate()
        json.dump(facts, self.file)
        self.file.flush()


def _already_running(written: str) -> str:
    try:
        facts = json.loads(written)
    except ValueError:
        facts = {}
    place = f" at {facts['address']}" if "address" in facts else ", still starting"
    process = f" (process {facts['pid']})" if "pid" in facts else ""
    return (
        f"Murmur is already running here{place}{process}. Stop it where it was started, "
        "or start a second one with its own data: MURMUR_VAR=/another/directory"
    )
