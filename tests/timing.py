from collections.abc import Callable
from time import process_time


def seconds(act: Callable[[], object]) -> float:
    """Processor time, the least of three: what else the machine does is no fault of ours."""
    found = []
    for _ in range(3):
        began = process_time()
        act()
        found.append(process_time() - began)
    return min(found)
