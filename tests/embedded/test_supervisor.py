"""The supervisor with small stand-in processes."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from config.embedded import CannotStart, restarts
from config.embedded.output import Output
from config.embedded.processes import ROOT, Program
from config.embedded.supervisor import GaveUp, Interrupted, Supervisor
from tests.timing import PATIENCE


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    supervisor = Supervisor(Output(io.StringIO()))
    yield supervisor
    supervisor.requests = [0.0, 10.0]
    supervisor.stop([(None, 0)])


def said(supervisor: Supervisor) -> str:
    assert isinstance(supervisor.output.stream, io.StringIO)
    return supervisor.output.stream.getvalue()


def shell(name: str, script: str) -> Program:
    return Program(name, ["/bin/sh", "-c", script])


def eventually(is_so: Callable[[], bool], *, seconds: float = PATIENCE) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


class WatchTests:
    def test_what_dies_is_started_again_until_it_is_hopeless(
        self, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(restarts, "FIRST_DELAY", timedelta(seconds=0.01))
        supervisor.start(shell("web", "echo born; exit 3"))
        with pytest.raises(GaveUp, match="web ended 5 times, the last time with exit code 3"):
            supervisor.watch()
        assert said(supervisor).count("web      | born") == 5
        assert "web ended with exit code 3; starting it again in 0.08 s" in said(supervisor)

    def test_the_death_of_a_server_ends_all(self, supervisor: Supervisor) -> None:
        supervisor.start(shell("postgres", "kill -9 $$"), is_vital=True)
        with pytest.raises(GaveUp, match="postgres ended by signal SIGKILL"):
            supervisor.watch()

    def test_a_dead_process_takes_its_own_children_along(
        self, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(restarts, "DEATHS_ALLOWED", 0)
        supervisor.start(shell("worker", f"sleep 300 & echo $! > {tmp_path}/pid; exit 1"))
        with pytest.raises(GaveUp):
            supervisor.watch()
        number = int((tmp_path / "pid").read_text())
        assert eventually(lambda: is_gone(number))

    def test_it_ends_when_its_reader_has_gone(self, supervisor: Supervisor) -> None:
        supervisor.start(shell("web", "while :; do echo line; sleep 0.02; done"))
        supervisor.output.stream.close()
        with pytest.raises(Interrupted):
            supervisor.watch()
        supervisor.output.stream = io.StringIO()


class RunOnceTests:
    def test_it_answers_what_was_said_and_stays_quiet(self, supervisor: Supervisor) -> None:
        assert supervisor.run_once(shell("demo", "echo one; echo two")) == "one\ntwo"
        assert said(supervisor) == ""

    def test_a_failure_is_shown_with_its_words(self, supervisor: Supervisor) -> None:
        with pytest.raises(CannotStart, match="migrate"):
            supervisor.run_once(shell("migrate", "echo no such table; exit 1"))
        assert "migrate  | no such table" in said(supervisor)


class StopTests:
    def test_waves_end_one_after_the_other(self, supervisor: Supervisor, tmp_path: Path) -> None:
        script = "trap 'echo {name} >> {path}/order; exit 0' TERM; echo up; while :; do sleep 0.02; done"
        for name in ("valkey", "web"):
            child = supervisor.start(shell(name, script.format(name=name, path=tmp_path)))
            supervisor.wait_until(lambda: "up" in said(supervisor), child, seconds=PATIENCE)
            supervisor.output.stream = io.StringIO()
        supervisor.stop([(["web"], 5), (["valkey"], 5)])
        assert (tmp_path / "order").read_text().split() == ["web", "valkey"]
        assert supervisor.children == {}

    def test_being_asked_twice_kills_at_once(self, supervisor: Supervisor) -> None:
        child = supervisor.start(shell("web", "trap '' TERM; echo up; while :; do sleep 1; done"))
        supervisor.wait_until(lambda: "up" in said(supervisor), child, seconds=PATIENCE)
        supervisor.requests = [1.0, 5.0]
        begun = time.monotonic()
        supervisor.stop([(None, 2 * PATIENCE)])
        assert time.monotonic() - begun < PATIENCE
        assert child.process.returncode == -signal.SIGKILL

    def test_one_request_that_comes_twice_is_one(self, supervisor: Supervisor) -> None:
        supervisor._on_signal(signal.SIGINT, None)
        supervisor._on_signal(signal.SIGINT, None)
        assert supervisor.is_stopping
        assert not supervisor.is_hurried


LONE = """
import time
from config.embedded.output import Output
from config.embedded.processes import Program
from config.embedded.supervisor import Supervisor
supervisor = Supervisor(Output())
child = supervisor.start(Program("web", ["/bin/sh", "-c", "exec sleep 300"]))
print(child.process.pid, flush=True)
supervisor.watch()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_children_do_not_outlive_a_killed_supervisor() -> None:
    parent = subprocess.Popen([sys.executable, "-c", LONE], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    number = int(parent.stdout.readline())
    assert not is_gone(number)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert eventually(lambda: is_gone(number), seconds=5)


def is_gone(number: int) -> bool:
    try:
        return bool(psutil.Process(number).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
