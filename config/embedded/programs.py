"""Our own processes, as the supervisor starts them."""

import sys
from collections.abc import Mapping
from pathlib import Path

from config.embedded.processes import Program

PYTHON = sys.executable
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat"]


def manage(command: str, environment: Mapping[str, str], *arguments: str) -> Program:
    return Program(command, [PYTHON, "manage.py", command, *arguments], environment)


def web(host: str, port: int, environment: Mapping[str, str]) -> Program:
    command = [PYTHON, "-m", "uvicorn", "config.asgi:application", "--host", host, "--port", str(port)]
    # Django knows no lifespan events; an open stream must not hold a stop up for ever.
    command += ["--lifespan", "off", "--timeout-graceful-shutdown", "3"]
    # Murmur's pages use event streams; no browser has a WebSocket to open.
    command += ["--ws", "none"]
    command += ["--no-access-log", "--no-server-header", "--log-level", "warning"]
    return Program("web", command, environment)


def bulk_worker(environment: Mapping[str, str]) -> Program:
    return _worker("worker", "bulk", 2, environment)


def urgent_worker(environment: Mapping[str, str]) -> Program:
    # Two: a reply to a network that answers slowly must not hold up the next poll or emergency.
    return _worker("urgent", "urgent", 2, environment)


def _worker(name: str, queue: str, processes: int, environment: Mapping[str, str]) -> Program:
    command = [PYTHON, "-m", "celery", "--quiet", "-A", "config", "worker", "-P", "prefork"]
    command += ["-Q", queue, "-c", str(processes), "-n", f"{queue}@%h", *QUIET]
    ours = {
        # On SIGTERM finish what runs, for a limited time, and give the rest back to the queue.
        "REMAP_SIGTERM": "SIGQUIT",
        # It warns of being root, where that is how Murmur was started.
        "PYTHONWARNINGS": "ignore::UserWarning:celery.platforms",
    }
    return Program(name, command, {**environment, **ours})


def beat(environment: Mapping[str, str]) -> Program:
    command = [PYTHON, "-m", "celery", "--quiet", "-A", "config", "beat", "--pidfile", ""]
    return Program("beat", command, environment)


def stream(environment: Mapping[str, str]) -> Program:
    return Program("stream", [PYTHON, "manage.py", "stream"], environment)


def sandbox(port: int, state: Path, environment: Mapping[str, str]) -> Program:
    command = [PYTHON, "-m", "sandbox", "--port", str(port), "--state", str(state)]
    return Program("sandbox", command, environment)
