"""The Celery application. Redis rings the bell; PostgreSQL holds the promise (so tasks carry only ids).

Workers take `-Q urgent` or `-Q bulk`. Settings named CELERY_... in settings.py come before what stands here.
"""

import logging.config
import os
from typing import Any
from urllib.parse import parse_qs, urlsplit

from celery import Celery, Task, signals

from config import liveness

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# A task must end well within this, or it is handed out again while it still runs, for ever.
VISIBILITY_TIMEOUT = 300
BULK_NICENESS = 5
ONE_LINE_A_TASK = ("celery.app.trace", "celery.beat", "celery.worker.strategy", "celery.worker.request")


class MurmurTask(Task):
    """After its process was killed a task is tried three times more, and then left to the sweeper."""

    max_retries = 3
    default_retry_delay = 5


def broker_url(address: str) -> str | None:
    """Celery's spelling of an address as redis-py spells it: they differ for a Unix socket."""
    if not address.startswith("unix:"):
        return address or None
    parts = urlsplit(address)
    number = parse_qs(parts.query).get("db", ["0"])[0]
    sign_in = f":{parts.password}@" if parts.password else ""
    return f"redis+socket://{sign_in}{parts.path}?virtual_host={number}"


BROKER: dict[str, Any] = {
    "broker_connection_retry_on_startup": True,
    "broker_transport_options": {
        "visibility_timeout": VISIBILITY_TIMEOUT,
        # Work of a killed worker comes back this many seconds after the timeout, not minutes.
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    },
    # The shortest of three such settings wins, so all three are set.
    "result_backend_transport_options": {"visibility_timeout": VISIBILITY_TIMEOUT},
    "visibility_timeout": VISIBILITY_TIMEOUT,
    "result_backend": None,
}

TASKS: dict[str, Any] = {
    "task_ignore_result": True,
    "accept_content": ["json"],
    "task_serializer": "json",
    "task_default_queue": "bulk",
    "task_create_missing_queues": True,
    "task_acks_late": True,
    # Late acknowledgement alone loses the task of a killed process; rejecting alone repeats a task that
    # kills its process for ever. Both, with a limit, do neither.
    "task_reject_on_worker_lost": True,
    "task_retry_on_worker_lost": True,
    "task_time_limit": 120,
    "task_soft_time_limit": 90,
}

WORKERS: dict[str, Any] = {
    "worker_prefetch_multiplier": 1,
    "worker_eta_task_limit": 100,
    "worker_max_tasks_per_child": 1000,
    "worker_soft_shutdown_timeout": 30.0,
    # Tasks may be run twice without harm; cancelling them when Redis blinks would delay them.
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "worker_send_task_events": False,
}


def defaults() -> dict[str, Any]:
    """Read late: only now are the settings there."""
    from django.conf import settings

    from alerts.schedule import BEAT as ALERTS
    from hospital.schedule import BEAT as HOSPITAL
    from listening.schedule import BEAT as LISTENING

    return {
        **BROKER,
        **TASKS,
        **WORKERS,
        "broker_url": broker_url(settings.REDIS_URL),
        # No file of its own: what is due is read from the database, and a lease guards each slot.
        "beat_scheduler": "config.liveness:Scheduler",
        "beat_schedule": {**HOSPITAL, **LISTENING, **ALERTS},
        "timezone": "UTC",
    }


app = Celery("murmur", task_cls=MurmurTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.add_defaults(defaults)
app.autodiscover_tasks()
app.steps["worker"].add(liveness.Pulse)


@signals.celeryd_after_setup.connect
def let_people_go_first(instance: Any, **_: Any) -> None:
    """In a flood pages, the walls and whatever is urgent come before the polls."""
    if set(instance.app.amqp.queues.consume_from) == {"bulk"}:
        os.nice(BULK_NICENESS)


@signals.setup_logging.connect
def log_as_django_does(**_: Any) -> None:
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
    if settings.LOG_LEVEL != "DEBUG":
        for name in ONE_LINE_A_TASK:
            logging.getLogger(name).setLevel(logging.WARNING)
