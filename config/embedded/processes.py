"""One child process: how it is described, started and ended."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded.accounts import Account

PR_SET_PDEATHSIG = 1
ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Program:
    name: str
    command: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    folder: Path = ROOT
    account: Account = field(default_factory=Account)
    given: str = ""  # on standard input, where no list of processes shows it


def spawn(program: Program, *, output: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    """Starts it in a session of its own, so that Ctrl-C reaches only us, and so that it dies with us."""
    parent = os.getpid()
    libc = ctypes.CDLL(None)

    def before_exec() -> None:
        program.account.before_exec()
        # The kernel sends this when we are gone, even by kill -9. It must come after the change of
        # user, which would clear it; Popen's own change comes before this function.
        if sys.platform == "linux":
            libc.prctl(PR_SET_PDEATHSIG, int(program.stop_signal))
            if os.getppid() not in (parent, 0):
                os._exit(1)

    child = subprocess.Popen(
        program.command,
        cwd=program.folder,
        env={**os.environ, **program.environment},
        stdin=subprocess.PIPE if program.given else subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=before_exec,
        **program.account.popen_arguments(),
    )
    if program.given and child.stdin is not None:
        child.stdin.write(program.given.encode())
        child.stdin.close()
    return child


def send(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if child.poll() is None:
        child.send_signal(number)


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """Ends it and whatever it started that outlived it."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
    child.wait()


def has_ended_well(code: int) -> bool:
    """uvicorn and others raise the stop signal again once they have tidied up: that is no failure."""
    return code in (0, -signal.SIGTERM, -signal.SIGINT, 128 + signal.SIGTERM, 128 + signal.SIGINT)
