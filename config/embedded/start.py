"""The whole sequence of `manage.py up`: servers, database, demo, our own processes, and the end of them."""

import http.client
import json
import os
import secrets
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import redis

from config.embedded import CannotStart, ports, programs
from config.embedded.binaries import postgres_programs, valkey_program
from config.embedded.lock import Lock
from config.embedded.options import FIRST_PORT, Options
from config.embedded.output import Output
from config.embedded.places import Places, read_keys, socket_folder, write_private
from config.embedded.postgres import Postgres
from config.embedded.supervisor import Child, GaveUp, Interrupted, Supervisor
from config.embedded.valkey import Valkey

WALL_CHANNEL = "wall"
CLOSE = "__close__"
# Longer than a worker may take over the task in its hands (worker_soft_shutdown_timeout).
GRACE_SECONDS = 40


def up(options: Options, output: Output, *, host_header: str) -> int:
    """Runs until asked to stop; returns the exit code."""
    start = Start(options, output, host_header=host_header)
    start.supervisor.listen_for_signals()
    try:
        start.everything()
        start.supervisor.watch()
    except Interrupted:
        return 0
    except (CannotStart, GaveUp) as error:
        output.line("murmur", str(error))
        return 1
    finally:
        start.stop()


class Start:
    def __init__(self, options: Options, output: Output, *, host_header: str) -> None:
        self.options = options
        self.output = output
        self.host_header = host_header
        self.places = Places(options.var)
        self.lock = Lock(self.places.lock)
        self.supervisor = Supervisor(output)
        self.environment: dict[str, str] = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "MURMUR_VAR": str(options.var),
            "MURMUR_RUN_ID": secrets.token_urlsafe(12),
            "PYTHONUNBUFFERED": "1",
        }
        self.has_servers_file = False
        self.sockets: Path | None = None

    def everything(self) -> None:
        self.places.make()
        self.lock.take()
        self.port = self._port()
        self._servers()
        if self.options.has_sandbox:
            self._sandbox()
        self._database()
        self._processes()
        self.lock.say({"pid": os.getpid(), "address": ports.address(self.options.host, self.port)})

    def _say(self, text: str) -> None:
        self.output.line("murmur", text)

    # -- servers

    def _port(self) -> int:
        if self.options.port is not None:
            return ports.must_be_free(self.options.host, self.options.port, "MURMUR_PORT")
        if not ports.is_free(self.options.host, FIRST_PORT):
            port = ports.first_free(self.options.host, FIRST_PORT + 1)
            self._say(f"port {FIRST_PORT} is taken; using {port}")
            return port
        return FIRST_PORT

    def _servers(self) -> None:
        keys = read_keys(self.places)
        folder = self.sockets = socket_folder(self.places.run)
        self.environment["SECRET_KEY"] = self.options.secret_key or keys["secret_key"]
        self.environment["REDIS_URL"] = self.options.redis_url
        self.environment["DATABASE_URL"] = self.options.database_url
        waiting: list[tuple[Callable[[], bool], Child]] = []
        if not self.options.redis_url:
            waiting.append(self._start_valkey(keys, folder))
        if not self.options.database_url:
            waiting.append(self._start_postgres(keys, folder))
        for answers, child in waiting:
            self.supervisor.wait_until(answers, child, seconds=180)
            self.supervisor.settle(child)
        if not self.options.database_url and self.postgres.ensure_database():
            self._say("filling the database ...")
        self._write_servers()

    def _start_valkey(self, keys: dict[str, str], folder: Path | None) -> tuple[Callable[[], bool], Child]:
        server = valkey_program(self.options.valkey_program)
        port = ports.any_free() if folder is None else 0
        self.valkey = Valkey(self.places.valkey, server, keys["valkey"], folder, port)
        self.valkey.prepare()
        child = self.supervisor.start(self.valkey.program(), is_vital=True, is_quiet=True)
        return self.valkey.answers, child

    def _start_postgres(self, keys: dict[str, str], folder: Path | None) -> tuple[Callable[[], bool], Child]:
        if not self.places.postgres.exists():
            self._say(f"making the database in {self.places.postgres} ...")
        server = postgres_programs(self.options.postgres_programs)
        port = ports.any_free() if folder is None else 5432
        self.postgres = Postgres(self.places.postgres, server, keys, folder, port)
        self.postgres.prepare()
        child = self.supervisor.start(self.postgres.program(), is_vital=True, is_quiet=True)
        return self.postgres.answers, child

    def _write_servers(self) -> None:
        """For `manage.py` in another terminal. It holds passwords, and goes when the servers go."""
        if not self.options.database_url:
            self.environment["DATABASE_URL"] = self.postgres.url
        if not self.options.redis_url:
            self.environment["REDIS_URL"] = self.valkey.url
        names = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SANDBOX_URL")
        known = {name: self.environment[name] for name in names if name in self.environment}
        write_private(self.places.servers, json.dumps(known, indent=1))
        self.has_servers_file = True

    # -- the database's content, and the sandbox

    def _sandbox(self) -> None:
        port = self._sandbox_port()
        self.environment["SANDBOX_URL"] = ports.address("127.0.0.1", port)
        self._write_servers()
        program = programs.sandbox(port, self.places.sandbox_state, self.environment)
        self.sandbox = self.supervisor.start(program)
        self.sandbox_port = port

    def _sandbox_port(self) -> int:
        """The same as last time where it is free: links in stored mentions point there."""
        if self.options.sandbox_port:
            return ports.must_be_free("127.0.0.1", self.options.sandbox_port, "MURMUR_SANDBOX_PORT")
        remembered = self.options.var / "sandbox-port"
        try:
            port = int(remembered.read_text())
        except (OSError, ValueError):
            port = 0
        if not port or not ports.is_free("127.0.0.1", port):
            port = ports.any_free()
            remembered.write_text(f"{port}\n")
        return port

    def _database(self) -> None:
        self.supervisor.run_once(programs.manage("migrate", self.environment, "--verbosity=0"))
        self.sign_ins = ""
        if self.options.has_sandbox:
            self.supervisor.wait_until(lambda: accepts(self.sandbox_port), self.sandbox, seconds=60)
            self.sign_ins = self.supervisor.run_once(programs.manage("demo", self.environment))

    # -- our own processes

    def _processes(self) -> None:
        self._say("starting web, workers, beat and stream ...")
        make = (programs.bulk_worker, programs.urgent_worker, programs.beat, programs.stream)
        web = self.supervisor.start(programs.web(self.options.host, self.port, self.environment))
        for program in make:
            self.supervisor.start(program(self.environment))
        self.supervisor.wait_until(self._web_answers, web, seconds=60)
        self.output.plain(self._welcome())

    def _web_answers(self) -> bool:
        """Our own web process, that is: an old one that still holds the port carries another run's id."""
        connection = http.client.HTTPConnection(ports.reachable(self.options.host), self.port, timeout=2)
        try:
            connection.request("GET", "/healthz", headers={"Host": self.host_header})
            answer = connection.getresponse()
            run = answer.headers.get("X-Murmur-Run")
            return answer.status == 200 and run == self.environment["MURMUR_RUN_ID"]
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _welcome(self) -> str:
        lines = [f"Murmur is at   {ports.address(self.options.host, self.port)}/"]
        if self.options.has_sandbox:
            lines += self.sign_ins.splitlines()
            lines += [
                f"The sandbox    {self.environment['SANDBOX_URL']}/  (the pretend networks it listens to)"
            ]
        else:
            lines += [
                "Make the first admin, in another terminal:  .venv/bin/python manage.py add_person NAME"
            ]
        lines += ["Ctrl-C stops everything."]
        rule = "-" * 78
        return "\n".join(["", rule, *(f"  {line}" for line in lines), rule, ""])

    # -- the end

    def stop(self) -> None:
        if not self.supervisor.children:
            return
        self._say("stopping ...")
        self._close_streams()
        servers = ("valkey", "postgres")
        own = [name for name in self.supervisor.children if name not in servers]
        self.supervisor.stop([(own, GRACE_SECONDS), (["valkey"], 15), (["postgres"], 60), (None, 5)])
        if self.has_servers_file:
            self.places.servers.unlink(missing_ok=True)
        if self.sockets is not None and self.sockets != self.places.run:
            shutil.rmtree(self.sockets, ignore_errors=True)
        self._say("stopped")

    def _close_streams(self) -> None:
        """Open event streams would hold the web process up; this ends them in an orderly way."""
        if not self.environment.get("REDIS_URL") or "web" not in self.supervisor.children:
            return
        try:
            with redis.Redis.from_url(self.environment["REDIS_URL"], socket_timeout=2) as client:
                client.publish(WALL_CHANNEL, CLOSE)
        except redis.RedisError:
            return


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
