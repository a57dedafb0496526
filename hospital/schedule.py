"""What beat asks of this app. Each only looks for what is due."""

from typing import Any

BEAT: dict[str, dict[str, Any]] = {
    "ask-due-feeds": {
        "task": "hospital.tasks.ask_due_feeds",
        "schedule": 2.0,
        "options": {"queue": "urgent", "expires": 4},
    },
    "sweep-drop": {
        "task": "hospital.tasks.sweep_drop",
        "schedule": 5.0,
        "options": {"queue": "bulk", "expires": 10},
    },
    "forget-statuses": {
        "task": "hospital.tasks.forget_statuses",
        "schedule": 3600.0,
        "options": {"queue": "bulk", "expires": 600},
    },
}
