import os
from collections.abc import Callable
from time import process_time

IS_DRILL = bool(os.environ.get("MURMUR_DRILL_POINTS"))
"""The drills have the machine to themselves; in the suite neighbours take the processor for seconds."""

PATIENCE = 60
"""Seconds that nothing takes which still works, for waiting where it is no question how soon."""


def limit(seconds: float, *, beside_others: float) -> float:
    """The bar in the drills; in the suite a wider one, which only what is broken does not meet."""
    return seconds if IS_DRILL else beside_others


def seconds(act: Callable[[], object]) -> float:
    """Processor time, the least of three: what else the machine does is no fault of ours."""
    found = []
    for _ in range(3):
        began = process_time()
        act()
        found.append(process_time() - began)
    return min(found)
