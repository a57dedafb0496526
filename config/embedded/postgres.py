"""The embedded PostgreSQL: from its wheel, in its own directory, on a socket only we can reach."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2
from psycopg2 import sql

from config.embedded import CannotStart
from config.embedded.accounts import Account, choose
from config.embedded.binaries import postgres_major
from config.embedded.places import write_private
from config.embedded.processes import Program

# Written into postgresql.conf when the database is made; whoever runs it may change them there.
SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The supervisor puts the time and the name before each line.
    "log_line_prefix": "''",
    "log_checkpoints": "off",
    "password_encryption": "scram-sha-256",
}
THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
}
ADMIN = "postgres"
OWNER = "murmur"


@dataclass
class Postgres:
    data: Path
    programs: Path
    passwords: Mapping[str, str]
    sockets: Path | None  # None: a loopback port instead
    port: int = 5432
    extra: Mapping[str, str] = field(default_factory=dict)
    may_create_databases: bool = False
    account: Account = field(default_factory=Account)

    def prepare(self) -> None:
        """Makes the database directory if there is none, and refuses one that is not for us."""
        self.account, self.data, self.programs = choose(self.data, self.programs)
        if (self.data / "PG_VERSION").exists():
            self._check_version()
            self.account.own(self.data)
            stop_leftover(self.data)
        else:
            self._initdb()
        if self.sockets is not None:
            self._socket_folder().mkdir(mode=0o700, exist_ok=True)
            self.account.own(self._socket_folder())

    def _check_version(self) -> None:
        stored, ours = (self.data / "PG_VERSION").read_text().strip(), str(postgres_major(self.programs))
        if stored != ours:
            raise CannotStart(
                f"{self.data} was made by PostgreSQL {stored}; the programs here are PostgreSQL {ours}. Set "
                f"MURMUR_PG_BIN to the programs of PostgreSQL {stored}, or use them to dump the database "
                f"(pg_dump), move {self.data} away, start Murmur and restore the dump."
            )

    def _initdb(self) -> None:
        """In a directory beside, renamed when whole: a start cut short leaves nothing half made."""
        draft = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700, parents=True)
        self.account.own(draft)
        # Beside the data, where the account that runs PostgreSQL can reach it; gone again at once.
        password = self.data.with_name(self.data.name + ".pw")
        try:
            write_private(password, self.passwords[ADMIN])
            self.account.own(password)
            self._run_initdb(draft, str(password))
        finally:
            password.unlink(missing_ok=True)
        lines = "".join(f"{name} = {value}\n" for name, value in SETTINGS.items())
        with (draft / "postgresql.conf").open("a") as file:
            file.write(f"\n# Murmur\n{lines}")
        draft.rename(self.data)

    def _run_initdb(self, folder: Path, password_file: str) -> None:
        command = [self.programs / "initdb", "-D", folder, "-U", ADMIN, "-A", "scram-sha-256"]
        command += ["--pwfile", password_file, "-E", "UTF8", "--locale=C.UTF-8"]
        done = subprocess.run(
            [*map(str, command), *(["--no-sync"] if self.extra.get("fsync") == "off" else [])],
            cwd="/",
            capture_output=True,
            text=True,
            preexec_fn=self.account.before_exec if self.account.is_namespaced else None,
            **self.account.popen_arguments(),
        )
        if done.returncode != 0:
            raise CannotStart(f"PostgreSQL could not make its directory {folder}: {done.stderr.strip()}")

    def program(self) -> Program:
        folder = self._socket_folder() if self.sockets is not None else ""
        options = {
            "listen_addresses": "" if self.sockets is not None else "127.0.0.1",
            "unix_socket_directories": str(folder),
            "port": str(self.port),
            **self.extra,
        }
        command = [str(self.programs / "postgres"), "-D", str(self.data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        # SIGINT is the "fast" stop; SIGTERM would wait for every client to leave.
        return Program("postgres", command, stop_signal=signal.SIGINT, folder=Path("/"), account=self.account)

    def _socket_folder(self) -> Path:
        assert self.sockets is not None  # noqa: S101
        return self.sockets / "pg"

    @property
    def _host(self) -> str:
        return "127.0.0.1" if self.sockets is None else str(self._socket_folder())

    @property
    def url(self) -> str:
        return f"postgres://{OWNER}:{self.passwords[OWNER]}@{quote(self._host, safe='')}:{self.port}/{OWNER}"

    def answers(self) -> bool:
        try:
            self._connect(ADMIN).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _connect(self, database: str) -> "psycopg2.extensions.connection":
        connection = psycopg2.connect(
            host=self._host,
            port=self.port,
            user=ADMIN,
            password=self.passwords[ADMIN],
            dbname=database,
            connect_timeout=5,
        )
        connection.autocommit = True
        return connection

    def ensure_database(self) -> bool:
        """The role and the database that Murmur uses; says whether they are new."""
        with closing(self._connect(ADMIN)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [OWNER])
            if cursor.fetchone():
                return False
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER])
            if not cursor.fetchone():
                rights = sql.SQL("LOGIN CREATEDB" if self.may_create_databases else "LOGIN")
                create = sql.SQL("CREATE ROLE {} {} PASSWORD {}")
                password = sql.Literal(self.passwords[OWNER])
                cursor.execute(create.format(sql.Identifier(OWNER), rights, password))
            cursor.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(sql.Identifier(OWNER)))
        return True


def stop_leftover(data: Path) -> None:
    """A server that outlived its supervisor, where the kernel does not end it for us (macOS).

    Called only with the lock held: whoever runs on this data now is nobody's.
    """
    try:
        number = int((data / "postmaster.pid").read_text().split()[0])
        process = psutil.Process(number)
        if str(data) not in process.cmdline():
            return
        os.kill(number, signal.SIGINT)
        process.wait(timeout=30)
    except (OSError, ValueError, IndexError, psutil.Error):
        return
