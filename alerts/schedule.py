"""What beat asks of this app. Each is a sweep: it does what a lost bell forgot."""

from typing import Any

BEAT: dict[str, dict[str, Any]] = {
    "alerts-route-due": {
        "task": "alerts.tasks.route_due",
        "schedule": 2.0,
        # A sweep that waited longer than this has been overtaken by the next.
        "options": {"queue": "bulk", "expires": 10},
    },
    "alerts-route-urgent": {
        "task": "alerts.tasks.route_urgent",
        "schedule": 2.0,
        "options": {"queue": "urgent", "expires": 10},
    },
    "alerts-sweep-shown": {
        "task": "alerts.tasks.sweep_shown",
        "schedule": 15.0,
        "options": {"queue": "bulk", "expires": 15},
    },
    "alerts-sweep-staff-voices": {
        "task": "alerts.tasks.sweep_staff_voices",
        "schedule": 60.0,
        "options": {"queue": "bulk", "expires": 60},
    },
    "alerts-sweep-pages": {
        "task": "alerts.tasks.sweep_pages",
        "schedule": 3.0,
        "options": {"queue": "urgent", "expires": 10},
    },
    "alerts-sweep-sources": {
        "task": "alerts.tasks.sweep_sources",
        "schedule": 60.0,
        "options": {"queue": "bulk", "expires": 60},
    },
    "alerts-sweep-urgent-labels": {
        "task": "alerts.tasks.sweep_urgent_labels",
        "schedule": 3600.0,
        "options": {"queue": "bulk", "expires": 600},
    },
    "alerts-sweep-private-answers": {
        "task": "alerts.tasks.sweep_private_answers",
        "schedule": 600.0,
        "options": {"queue": "bulk", "expires": 600},
    },
    "alerts-mail-thanks": {
        "task": "alerts.tasks.mail_thanks",
        "schedule": 20.0,
        "options": {"queue": "bulk", "expires": 20},
    },
    "alerts-sweep-waits": {
        "task": "alerts.tasks.sweep_waits",
        "schedule": 20.0,
        "options": {"queue": "urgent", "expires": 20},
    },
    "alerts-set-clocks": {
        "task": "alerts.tasks.set_clocks",
        "schedule": 15.0,
        "options": {"queue": "bulk", "expires": 15},
    },
    "alerts-release-idle": {
        "task": "alerts.tasks.release_idle",
        "schedule": 60.0,
        "options": {"queue": "bulk", "expires": 60},
    },
    "alerts-read-back": {
        "task": "alerts.tasks.read_back_due",
        "schedule": 15.0,
        "options": {"queue": "bulk", "expires": 15},
    },
    "alerts-sweep-presence": {
        "task": "alerts.tasks.sweep_presence",
        "schedule": 3.0,
        "options": {"queue": "urgent", "expires": 6},
    },
    "alerts-join-operations": {
        "task": "alerts.tasks.join_operations",
        "schedule": 10.0,
        "options": {"queue": "urgent", "expires": 10},
    },
    "alerts-sweep-replies": {
        "task": "alerts.tasks.sweep_replies",
        "schedule": 5.0,
        "options": {"queue": "urgent", "expires": 10},
    },
}
