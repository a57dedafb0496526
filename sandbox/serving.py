"""Running the sandbox under uvicorn: in the foreground, or in a thread for the length of a test."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette

from sandbox.app import create_app


def server_for(app: Starlette, *, host: str, port: int) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        # Without threads of its own, and a refused handshake is no error to it.
        ws="websockets-sansio",
        # A request that hangs on purpose must not hold up the end.
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


@contextlib.contextmanager
def running_sandbox(*, port: int = 0, **options: Any) -> Iterator[str]:
    """A sandbox on a free loopback port, its base address as the value; options are those of create_app."""
    with socket.create_server(("127.0.0.1", port)) as listening:
        server = server_for(create_app(**options), host="127.0.0.1", port=0)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        wait_until_up(server, thread)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


def wait_until_up(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + 20
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the sandbox did not start")
        time.sleep(0.005)
