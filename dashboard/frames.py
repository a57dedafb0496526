"""The event stream's own format. What a stranger wrote can end no line and begin no frame."""

import re

# Only these three end a line of an event stream.
LINE_END = re.compile(r"\r\n|\r|\n")


def frame(event: str, data: str = "", *, id: int | None = None) -> bytes:
    head = f"event: {event}\n" + (f"id: {id}\n" if id is not None else "")
    return head.encode() + lines(data) + b"\n"


def lines(data: str) -> bytes:
    """Data as a frame holds it."""
    return "".join(f"data: {line}\n" for line in LINE_END.split(data)).encode("utf-8", "replace")


def retry(milliseconds: int) -> bytes:
    return f"retry: {milliseconds}\n\n".encode()


CLOSING = frame("close")
"""Says that the server stops: come back in a while."""
