"""What every pretend network needs to read a request and write an answer."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from sandbox.post import Post
from sandbox.town import Town

WINDOW = 900  # seconds


def json_answer(payload: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """JSON in ASCII: the only way a lone surrogate in a post can travel."""
    return Response(json.dumps(payload), status, headers, media_type="application/json; charset=utf-8")


def town_of(request: Request) -> Town:
    town: Town = request.app.state.town
    return town


def serving(request: Request, posts: list[Post]) -> None:
    """Note what this answer holds; it counts as served once the answer has left whole."""
    request.scope.setdefault("sandbox.serving", []).extend(posts)


async def form_of(request: Request) -> dict[str, str]:
    body = (await request.body()).decode("utf-8", errors="replace")
    return dict(parse_qsl(body, keep_blank_values=True))


async def json_of(request: Request) -> Any:
    """The parsed body, or None when it is not JSON."""
    try:
        return json.loads(await request.body())
    except ValueError:
        return None


def number(text: str | None, default: int) -> int | None:
    """A whole number from the query string; None when it is something else."""
    if text is None:
        return default
    return int(text) if text.isascii() and text.isdigit() else None


def iso(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03}Z"


def trouble_with(*keys: str) -> int:
    """The status of a key that says of itself what is wrong with it, as a tester would type it; else 0."""
    said = " ".join(keys).lower()
    if "wrong" in said or "expired" in said:
        return 401
    return 402 if "spent" in said else 0


class Budget:
    """Requests left in the present window. Far more generous than the real networks, but really enforced."""

    def __init__(self, limit: int, window: int) -> None:
        self.limit = limit
        self.window = window
        self.used: Counter[tuple[str, int]] = Counter()

    def spend(self, route: str, now: Callable[[], int]) -> tuple[int, int]:
        """What is left after this request (-1: none was), and when the window ends, in seconds since 1970."""
        window = now() // 1000 // self.window
        for old in [key for key in self.used if key[1] < window]:
            del self.used[old]
        self.used[route, window] += 1
        return max(self.limit - self.used[route, window], -1), (window + 1) * self.window
