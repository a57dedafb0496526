"""What beat sends, and how often. Nothing here is slow: each only looks for rows and rings.

They go to the urgent queue, for behind slow polls in `bulk` the next polls would open late. One that was not
run before the next is sent is dropped.
"""

from typing import Any


def _every(seconds: float, task: str) -> dict[str, Any]:
    return {"task": task, "schedule": seconds, "options": {"queue": "urgent", "expires": 2 * seconds}}


BEAT: dict[str, dict[str, Any]] = {
    "poll-due": _every(2.0, "listening.tasks.poll_due"),
    "sweep-polls": _every(5.0, "listening.tasks.sweep_polls"),
    "forget-likenesses": _every(3600.0, "listening.tasks.forget_likenesses"),
    "sweep-rechecks": _every(30.0, "listening.tasks.sweep_rechecks"),
    "erase-old": {
        **_every(600.0, "listening.tasks.erase_old"),
        "options": {"queue": "bulk", "expires": 600},
    },
    "draw-sample": {
        **_every(600.0, "listening.tasks.draw_sample"),
        "options": {"queue": "bulk", "expires": 600},
    },
    "sweep-exclusions": _every(30.0, "listening.tasks.sweep_exclusions"),
    "sweep-uploads": _every(10.0, "listening.tasks.sweep_uploads"),
    "sweep-rereadings": _every(10.0, "listening.tasks.sweep_rereadings"),
}
