"""What a person at a desk sees of a drill: how soon pages come and how soon cards arrive."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import psutil
from django.conf import settings
from django.db import connection
from django.test import Client

from config.embedded import programs
from config.embedded.ports import any_free
from config.embedded.processes import Program
from listening.models import Mention
from tests.base import carla
from tests.drills.rig import Rig, wait_until


class Desk:
    """A web process and somebody who uses it."""

    def __init__(self, rig: Rig) -> None:
        self.rig, self.port = rig, any_free()

    def open(self, *paths: str) -> None:
        client = Client()
        client.force_login(carla())
        self.rig.start("web", programs.web("127.0.0.1", self.port, self.rig.environment))
        name = settings.SESSION_COOKIE_NAME
        cookie = f"{name}={client.cookies[name].value}"
        address = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "tests.drills.visitor", address, cookie, *paths]
        wait_until(lambda: any(each.laddr.port == self.port for each in psutil.net_connections()), within=120)
        self.rig.start("visitor", Program("visitor", command, self.rig.environment))

    def told(self) -> list[dict[str, Any]]:
        lines = self.rig.log("visitor").splitlines()
        found = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
        assert {each["status"] for each in found if "status" in each} == {200}, self.rig.log("visitor")[
            -2_000:
        ]
        return found

    def pages(self, since: float, until: float) -> list[float]:
        """Seconds that each page took."""
        return sorted(
            each["seconds"] for each in self.told() if "page" in each and since <= each["at"] < until
        )

    def cards(self) -> list[float]:
        """Seconds from when a post was stored to when its card was here; those that came by no reload."""
        at: Mapping[int, float] = {each["card"]: each["at"] for each in self.told() if "card" in each}
        stored: dict[int, datetime] = dict(Mention.objects.values_list("pk", "collected_at"))
        return sorted(came - stored[pk].timestamp() for pk, came in at.items() if pk in stored)

    def letters(self) -> int:
        """The most that came in a second."""
        return max((each["letters"] for each in self.told() if "letters" in each), default=0)


def middle(waits: Sequence[float], share: float) -> float:
    return waits[min(int(len(waits) * share), len(waits) - 1)]


def spent(rig: Rig) -> dict[str, float]:
    """Processor seconds of each program so far, with its children; of PostgreSQL too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = psutil.Process(cursor.fetchone()[0]).parent()
    roots = {name: psutil.Process(process.pid) for name, process in rig.running.items()}
    roots |= {"database": server} if server else {}
    return {name: sum(map(seconds, [root, *root.children(recursive=True)])) for name, root in roots.items()}


def seconds(process: psutil.Process) -> float:
    try:
        used = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(used.user + used.system + used.children_user + used.children_system)
