"""Which ports are free."""

import socket

from config.embedded import CannotStart

TRIES = 100


def is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As the servers do: a port whose last connection has just closed counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def any_free(host: str = "127.0.0.1") -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        number: int = probe.getsockname()[1]
        return number


def first_free(host: str, start: int) -> int:
    for port in range(start, min(start + TRIES, 65_536)):
        if is_free(host, port):
            return port
    raise CannotStart(f"No port from {start} on is free at {host}. Set MURMUR_PORT to one that is.")


def must_be_free(host: str, port: int, variable: str) -> int:
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise CannotStart(f"MURMUR_HOST is {host!r}, which is no address: {error.strerror}.") from error
    if not is_free(host, port):
        raise CannotStart(f"Something else listens on port {port} of {host}. Set {variable} to a free one.")
    return port


def reachable(host: str) -> str:
    """How to reach, from this machine, a server that listens on this address."""
    return {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def address(host: str, port: int) -> str:
    name = reachable(host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
