"""All that `make run` starts, on a database and a broker that can be stopped and started under it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx
import psutil

from config.embedded.ports import any_free
from config.embedded.processes import ROOT, kill_group, send, spawn
from config.embedded.throwaway import ThrowAway
from tests.drills.rig import wait_until

PROCESSES = {"web": "uvicorn", "worker": "bulk@%h", "urgent": "urgent@%h", "beat": "beat"}
"""What each is known by in its command line."""


class Town:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.var = folder / "var"
        self.log = folder / "up.log"
        self.servers = ThrowAway("town", parent=folder, is_durable=True)
        self.port = any_free()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        mine = {"MURMUR_VAR": str(self.var), "MURMUR_PORT": str(self.port), "MURMUR_SANDBOX": "true"}
        environment = {**os.environ, **self.servers.start({}), **mine}
        command = [sys.executable, "manage.py", "up"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        wait_until(lambda: "Ctrl-C stops everything" in self.said(), within=300)

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    @property
    def password(self) -> str:
        return (self.var / "demo-password").read_text().strip()

    def ask_sandbox(self, path: str, body: Mapping[str, object]) -> None:
        sandbox = json.loads((self.var / "run" / "servers.json").read_text())["SANDBOX_URL"]
        httpx.post(f"{sandbox}/_sandbox/{path}", json=body, timeout=30).raise_for_status()

    def kill(self, name: str) -> None:
        """SIGKILL, as an out-of-memory killer would; whoever watches over it starts it again."""
        assert self.process is not None
        mark = PROCESSES[name]
        running = psutil.Process(self.process.pid).children()
        next(each for each in running if mark in each.cmdline()).kill()

    def restart(self, name: str, *, away: float) -> None:
        """A server stops, is away for some seconds and comes back at the same address."""
        at = next(at for at, (program, _) in enumerate(self.servers.running) if program.name == name)
        program, process = self.servers.running[at]
        send(process, program.stop_signal)
        process.wait(30)
        kill_group(process)
        time.sleep(away)
        with self.log.open("ab") as log:
            self.servers.running[at] = (program, spawn(program, output=log.fileno()))

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(90)
        self.servers.stop()
