"""What was asked of the sandbox, one JSON object a line, only ever added to."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Journal:
    def __init__(self, path: Path | None) -> None:
        self.path = path
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._end_the_last_line(path)
        self._file = path.open("a", encoding="ascii") if path else None

    def read(self) -> Iterator[dict[str, Any]]:
        if not self.path:
            return
        with self.path.open(encoding="ascii", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield json.loads(line)
                except ValueError:
                    # The process was killed in the middle of this line; nobody was told it had happened.
                    print(f"sandbox: skipped unreadable line {number} of the journal", file=sys.stderr)

    def add(self, entry: dict[str, Any]) -> None:
        if self._file:
            self._file.write(json.dumps(entry) + "\n")
            self._file.flush()

    def close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None

    @staticmethod
    def _end_the_last_line(path: Path) -> None:
        """A half-written last line must not swallow the next one."""
        if path.exists() and path.stat().st_size:
            with path.open("rb+") as file:
                file.seek(-1, 2)
                if file.read(1) != b"\n":
                    file.write(b"\n")
