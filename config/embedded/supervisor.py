"""Keeps child processes running, prints what they say, and stops them all.

One thread: the kernel tells a child of its parent's end by the thread that started it.
"""

import os
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import IO, NoReturn

from config.embedded import CannotStart
from config.embedded.output import Lines, Output
from config.embedded.processes import Program, kill_group, send, spawn
from config.embedded.restarts import delay_after

TICK = 0.25
# One Ctrl-C reaches us once from the terminal and perhaps again through make.
SAME_REQUEST_SECONDS = 1.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):
    """Someone asked for everything to stop."""


class GaveUp(Exception):
    """A process is dead for good, and Murmur cannot do without it."""


@dataclass
class Child:
    program: Program
    process: subprocess.Popen[bytes]
    is_vital: bool
    is_quiet: bool  # what it says is kept, and shown only if it fails
    deaths: list[float] = field(default_factory=list)
    restart_at: float | None = None
    held: deque[str] = field(default_factory=lambda: deque(maxlen=40))

    @property
    def name(self) -> str:
        return self.program.name


class Supervisor:
    def __init__(self, output: Output) -> None:
        self.output = output
        self.children: dict[str, Child] = {}
        self.selector = selectors.DefaultSelector()
        self.requests: list[float] = []

    # -- being asked to stop

    def listen_for_signals(self) -> None:
        for number in SIGNALS:
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if not self.requests or now - self.requests[-1] > SAME_REQUEST_SECONDS:
            self.requests.append(now)

    @property
    def is_stopping(self) -> bool:
        return bool(self.requests) or self.output.is_closed

    @property
    def is_hurried(self) -> bool:
        return len(self.requests) > 1

    # -- running

    def start(self, program: Program, *, is_vital: bool = False, is_quiet: bool = False) -> Child:
        child = Child(program, self._spawn(program), is_vital, is_quiet)
        self.children[child.name] = child
        self._listen(child)
        return child

    def run_once(self, program: Program) -> str:
        """Runs it to its end and returns what it said; what it said is shown only if it failed."""
        child = self.start(program, is_quiet=True)
        self.wait_until(lambda: child.process.poll() is not None, child, seconds=600)
        self._drain(child)
        del self.children[child.name]
        if child.process.returncode != 0:
            self.show_held(child)
            raise CannotStart(f"`manage.py {program.name}` failed; what it said stands above.")
        return "\n".join(child.held)

    def wait_until(self, is_ready: Callable[[], bool], child: Child, *, seconds: float) -> None:
        """Turns until it is, and says why if it never will be."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            self.turn(0.05)
            if self.is_stopping:
                raise Interrupted
            if child.process.poll() is not None and not is_ready():
                self._drain(child)
                self.show_held(child)
                code = child.process.returncode
                raise CannotStart(f"{child.name} ended while it was starting (exit code {code}).")
            if time.monotonic() > deadline:
                self.show_held(child)
                raise CannotStart(f"{child.name} did not answer within {seconds:.0f} s.")

    def settle(self, child: Child) -> None:
        """It has started well: what it said on the way is of no interest, what it says from now on is."""
        self._drain(child)
        child.held.clear()
        child.is_quiet = False

    def watch(self) -> NoReturn:
        """Returns only by an exception: asked to stop, or a process dead for good."""
        while not self.is_stopping:
            self.turn(TICK)
            self._restart_dead(time.monotonic())
        raise Interrupted

    def turn(self, seconds: float) -> None:
        """Passes on what children say, waiting at most this long for them to say it."""
        if not self.selector.get_map():
            time.sleep(seconds)
            return
        for key, _ in self.selector.select(seconds):
            self._read(*key.data)

    # -- restarting

    def _restart_dead(self, now: float) -> None:
        for child in list(self.children.values()):
            if child.restart_at is not None:
                if now >= child.restart_at:
                    child.restart_at = None
                    child.process = self._spawn(child.program)
                    self._listen(child)
            elif child.process.poll() is not None:
                self._on_death(child, now)

    def _on_death(self, child: Child, now: float) -> None:
        self._drain(child)
        kill_group(child.process)
        ending = describe(child.process.returncode)
        child.deaths.append(now)
        delay = None if child.is_vital else delay_after(child.deaths, now)
        if delay is None:
            often = "" if child.is_vital else f" {len(child.deaths)} times, the last time"
            raise GaveUp(f"{child.name} ended{often} {ending}, and Murmur cannot go on without it.")
        self.output.line(
            "murmur", f"{child.name} ended {ending}; starting it again in {delay.total_seconds():g} s"
        )
        child.restart_at = now + delay.total_seconds()

    # -- stopping

    def stop(self, waves: Sequence[tuple[Sequence[str] | None, float]]) -> None:
        """Each wave is stopped before the next: names (None: all that are left) and seconds of grace."""
        for names, grace in waves:
            wave = [child for child in self.children.values() if names is None or child.name in names]
            self._stop_wave(wave, grace)
            for child in wave:
                self._drain(child)
                del self.children[child.name]

    def _stop_wave(self, wave: Sequence[Child], grace: float) -> None:
        start = time.monotonic()
        hinted = self.is_hurried
        for child in wave:
            child.is_quiet = True
            send(child.process, child.program.stop_signal)
        while alive := [child for child in wave if child.process.poll() is None]:
            elapsed = time.monotonic() - start
            if elapsed > (min(grace, 5) if self.is_hurried and alive[0].is_vital else grace):
                break
            if self.is_hurried and not alive[0].is_vital:
                break
            if elapsed > 3 and not hinted:
                hinted = True
                waiting = ", ".join(child.name for child in alive)
                self.output.line("murmur", f"waiting for {waiting} to finish (Ctrl-C again to hurry)")
            self.turn(0.05)
        for child in wave:
            if child.process.poll() is None and not self.is_hurried:
                self.show_held(child)
                self.output.line("murmur", f"{child.name} did not end within {grace:.0f} s and is killed")
            kill_group(child.process)

    # -- what they say

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        try:
            return spawn(program)
        except (OSError, subprocess.SubprocessError) as error:
            raise CannotStart(f"{program.name} cannot be started: {error}") from error

    def _listen(self, child: Child) -> None:
        stream = child.process.stdout
        assert stream is not None  # noqa: S101
        os.set_blocking(stream.fileno(), False)
        self.selector.register(stream, selectors.EVENT_READ, (child, Lines(), stream))

    def _read(self, child: Child, lines: Lines, stream: IO[bytes]) -> bool:
        try:
            data = os.read(stream.fileno(), 65_536)
        except BlockingIOError:
            return False
        unfinished = b"\n" if lines.rest and not data else b""
        for line in lines.feed(data or unfinished):
            self._say(child, line)
        if not data:
            self.selector.unregister(stream)
            stream.close()
        return bool(data)

    def _say(self, child: Child, line: str) -> None:
        if child.is_quiet:
            child.held.append(line)
        else:
            self.output.line(child.name, line)

    def _drain(self, child: Child) -> None:
        """The last words of a process that has ended."""
        for key in [key for key in self.selector.get_map().values() if key.data[0] is child]:
            _, lines, stream = key.data
            while self._read(child, lines, stream):
                pass

    def show_held(self, child: Child) -> None:
        child.is_quiet = False
        while child.held:
            self.output.line(child.name, child.held.popleft())


def describe(code: int) -> str:
    if code < 0:
        return f"by signal {signal.Signals(-code).name}"
    return f"with exit code {code}"
