"""What the processes say, one line each, with the time and a name before it."""

import re
import sys
from datetime import datetime
from typing import TextIO

WIDTH = 8
COLOURS = {
    "murmur": "1",
    "web": "32",
    "worker": "36",
    "urgent": "35",
    "beat": "33",
    "stream": "31",
    "sandbox": "34",
    "postgres": "90",
    "valkey": "90",
}
# Valkey has no setting for lines without its own process number and time.
VALKEY_STAMP = re.compile(r"^\d+:\w \d+ \w{3} \d{4} [\d:.]+ [#*.-] ")


class Output:
    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stdout
        self.is_coloured = self.stream.isatty()
        self.is_closed = False

    def line(self, name: str, text: str, *, now: datetime | None = None) -> None:
        if name == "valkey":
            text = VALKEY_STAMP.sub("", text)
        if not text.strip():
            return
        stamp = (now or datetime.now().astimezone()).strftime("%H:%M:%S")
        self.plain(f"{stamp} {self._coloured(name)} | {text}")

    def plain(self, text: str) -> None:
        try:
            print(text, file=self.stream, flush=True)
        except (BrokenPipeError, ValueError):
            # Whoever read us has gone. The supervisor sees this and stops.
            self.is_closed = True

    def _coloured(self, name: str) -> str:
        padded = name.ljust(WIDTH)
        return f"\x1b[{COLOURS.get(name, '0')}m{padded}\x1b[0m" if self.is_coloured else padded


class Lines:
    """Makes lines of what comes through a pipe, however it is cut."""

    LONGEST = 16_384

    def __init__(self) -> None:
        self.rest = b""

    def feed(self, data: bytes) -> list[str]:
        *whole, self.rest = (self.rest + data).split(b"\n")
        if len(self.rest) > self.LONGEST:
            whole.append(self.rest)
            self.rest = b""
        return [line.decode(errors="replace").rstrip("\r") for line in whole]
