"""The event stream's own format. What a stranger wrote can end no line and begin no frame."""

import re

# Only these three end a line of an event stream.
LINE_END = re.compile(r"\r\n|\r|\n")


def frame(event: str, data: str = "", *, id: int | None = None) -> bytes:
    lines = [f"event: {event}"]
    if id is not None:
        lines.append(f"id: {id}")
    lines.extend(f"data: {line}" for line in LINE_END.split(data))
    return ("\n".join(lines) + "\n\n").encode("utf-8", "replace")


def retry(milliseconds: int) -> bytes:
    return f"retry: {milliseconds}\n\n".encode()


CLOSING = frame("close")
"""Says that the server stops: come back in a while."""
