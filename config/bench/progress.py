import sys
import time

BEGAN = time.monotonic()


def say(text: str) -> None:
    """What happens now, beside the table and not in it."""
    print(f"[{time.monotonic() - BEGAN:4.0f} s] {text}", file=sys.stderr, flush=True)
