"""python -m sandbox --port N: the pretend networks, until Ctrl-C."""

import argparse
import asyncio
import socket
from pathlib import Path

from sandbox import basepost
from sandbox.app import DEFAULT_SEED, create_app
from sandbox.serving import server_for


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Pretend networks on one port.")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--seed", default=DEFAULT_SEED, help="another seed, other posts")
    parser.add_argument(
        "--state", type=Path, help="journal that keeps replies and injected posts over restarts"
    )
    parser.add_argument("--pace", type=float, default=1.0, help="1 is about six posts a minute")
    parser.add_argument("--corpus", type=Path, default=basepost.FOLDER)
    parser.add_argument("--quiet", action="store_true", help="no generated posts, only injected ones")
    return parser.parse_args()


async def run(args: argparse.Namespace) -> None:
    app = create_app(
        seed=args.seed,
        state=args.state,
        pace=args.pace,
        corpus=args.corpus,
        quiet=args.quiet,
        mail_host=args.host,
    )
    # Taken before the mailbox takes any that is free.
    with listening_on(args.host, args.port) as listening:
        server = server_for(app, host=args.host, port=args.port)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        port = listening.getsockname()[1]
        while not server.started and not serving.done():
            await asyncio.sleep(0.01)
        if server.started:
            print(f"sandbox ready on http://{args.host}:{port}", flush=True)
        await serving


def listening_on(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048
        )
    except OSError as error:
        raise SystemExit(f"The sandbox cannot listen on port {port} of {host}: {error.strerror}.") from None


def main() -> None:
    try:
        asyncio.run(run(options()))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
