"""Somebody at a desk, in a process of their own: asks for one page after the other and keeps a wall open.

`python -m tests.drills.visitor ADDRESS NAME=COOKIE PATH ...` tells a line of JSON for each page that came,
for each card that arrived, and for the letters of each second of the stream.
"""

import json
import re
import sys
import threading
import time
from collections.abc import Sequence

import httpx

CARD = re.compile(r'data-mention="(\d+)"')
PAUSE = 0.5


def main(address: str, cookie: str, paths: Sequence[str]) -> None:
    name, _, value = cookie.partition("=")
    cookies = {name: value}
    with httpx.Client(base_url=address, cookies=cookies, timeout=60) as client:
        threading.Thread(target=listen, args=[address, cookies], daemon=True).start()
        while True:
            for path in paths:
                began = time.time()
                answer = client.get(path)
                tell(page=path, at=began, seconds=time.time() - began, status=answer.status_code)
                time.sleep(PAUSE)


def listen(address: str, cookies: dict[str, str]) -> None:
    """Comes back where its wall is let go, as a browser does."""
    seen: set[str] = set()
    while True:
        with httpx.stream("GET", f"{address}/wall/stream/", cookies=cookies, timeout=60) as stream:
            tell(opened=stream.status_code, at=time.time())
            hear(stream, seen)
        time.sleep(1)


def hear(stream: httpx.Response, seen: set[str]) -> None:
    second, letters = int(time.time()), 0
    for line in stream.iter_lines():
        letters += len(line)
        if line.startswith("event: reset"):
            tell(reset=True, at=time.time())
        for pk in set(CARD.findall(line)) - seen:
            seen.add(pk)
            tell(card=int(pk), at=time.time())
        if int(time.time()) != second:
            tell(letters=letters, at=time.time())
            second, letters = int(time.time()), 0


def tell(**said: object) -> None:
    # In one piece: both threads tell.
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
