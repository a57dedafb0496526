"""The embedded Valkey: from its wheel, keeping its queue on disk."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import redis

from config.embedded.processes import Program

# An address that Celery, redis-py and the cache all take, whichever way the server listens.
DATABASE = 0


@dataclass
class Valkey:
    data: Path
    server: Path
    password: str
    sockets: Path | None  # None: a loopback port instead
    port: int = 0
    is_kept: bool = True

    def prepare(self) -> None:
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.sockets is not None:
            stop_leftover(self.url)

    def program(self) -> Program:
        # The settings go in on standard input: the password stays out of `ps` and off the disk.
        return Program("valkey", [str(self.server), "-"], folder=self.data, given=self._settings())

    def _settings(self) -> str:
        kept = {"appendonly": "yes", "appendfsync": "everysec"} if self.is_kept else {"appendonly": "no"}
        settings = {
            "bind": "127.0.0.1",
            "port": str(self.port if self.sockets is None else 0),
            "requirepass": self.password,
            "dir": _quoted(self.data),
            "save": '""',
            # A full broker must refuse, not forget.
            "maxmemory-policy": "noeviction",
            "loglevel": "notice",
            "daemonize": "no",
            **kept,
        }
        if self.sockets is not None:
            settings |= {"unixsocket": _quoted(self._socket), "unixsocketperm": "700"}
        return "".join(f"{name} {value}\n" for name, value in settings.items())

    @property
    def _socket(self) -> Path:
        assert self.sockets is not None  # noqa: S101
        return self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        if self.sockets is None:
            return f"redis://:{self.password}@127.0.0.1:{self.port}/{DATABASE}"
        return f"unix://:{self.password}@{quote(str(self._socket))}?db={DATABASE}"

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def stop_leftover(url: str) -> None:
    """A server that outlived its supervisor, where the kernel does not end it for us (macOS)."""
    try:
        with redis.Redis.from_url(url, socket_timeout=5) as client:
            client.shutdown()
    except redis.RedisError:
        return
