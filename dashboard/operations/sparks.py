"""The last hours of a service as a line. Pure: reports go in, a path of SVG and a sentence come out."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from hospital import operations
from hospital.models import Service, ServiceStatus
from hospital.operations import Tile

SPAN = timedelta(hours=3)
WIDTH, HEIGHT = 400, 56
EDGE = 3  # room for the line itself


@dataclass(frozen=True)
class Spark:
    path: str
    said: str
    limit: float | None = None  # how high it lies


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low or 1)
        return round(HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE), 1)


def spark(tile: Tile) -> Spark | None:
    """None where no two moments have a line between them, or words were all the while as good or as bad."""
    history = [status for status in tile.history if status.at > tile.now - SPAN]
    points = [(status.at, value) for status in history if (value := _height(tile, status)) is not None]
    if len(points) < 2:
        return None
    if tile.service.unit == Service.Unit.WORDS:
        if len({height for _, height in points}) == 1:
            return None  # A line without a step says nothing that the word does not say.
        return Spark(_steps(points, _Scale(0, 1), tile.now), _said(tile, history))
    limit = tile.service.limit
    values = [value for _, value in points] + ([limit] if limit is not None else [])
    scale = _Scale(min(values), max(values))
    return Spark(
        _line(points, scale, tile.now), _said(tile, history), None if limit is None else scale.y(limit)
    )


def _height(tile: Tile, status: ServiceStatus) -> float | None:
    if tile.service.unit == Service.Unit.WORDS:
        return 1.0 if status.is_trouble else 0.0
    return status.value


def _x(at: datetime, now: datetime) -> float:
    return round((1 - (now - at) / SPAN) * WIDTH, 1)


def _line(points: Sequence[tuple[datetime, float]], scale: _Scale, now: datetime) -> str:
    return "M" + " ".join(f"{_x(at, now):g} {scale.y(value):g}" for at, value in points)


def _steps(points: Sequence[tuple[datetime, float]], scale: _Scale, now: datetime) -> str:
    """What is said in words holds until the next is said."""
    moves = [f"M{_x(points[0][0], now):g} {scale.y(points[0][1]):g}"]
    for (_, before), (at, value) in itertools.pairwise(points):
        if value != before or at == points[-1][0]:
            moves.append(f"H{_x(at, now):g}V{scale.y(value):g}")
    return "".join(moves)


def _said(tile: Tile, history: Sequence[ServiceStatus]) -> str:
    first = history[0]
    at = f"{timezone.localtime(first.at):%H:%M}"
    limit = f", limit {tile.limit_said}" if tile.limit_said else ""
    return f"{operations.said(tile.service, first)} at {at}, {tile.said} at last{limit}"
