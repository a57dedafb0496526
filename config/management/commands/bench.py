import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand

from config.bench import add_arguments
from config.embedded import CannotStart
from config.embedded.processes import ROOT
from config.embedded.throwaway import ThrowAway

# Whatever this installation is set to, the benchmark measures the same thing.
PLAIN = {"ALLOWED_HOSTS": "localhost,127.0.0.1", "MURMUR_HTTPS": "false", "DEBUG": "false", "SANDBOX_URL": ""}
QUIET = {"PYTHONWARNINGS": "ignore:No directory at:UserWarning"}


class Command(BaseCommand):
    help = (
        "Measure on servers of its own, gone afterwards, and print a table: each figure beside its baseline."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, leave)
        wanted = [*options["names"], f"--mentions={options['mentions']}"]
        wanted += ["--small"] if options["small"] else []
        try:
            sys.exit(run(wanted, settings.MURMUR_VAR))
        except CannotStart as error:
            sys.exit(str(error))
        except KeyboardInterrupt:
            sys.exit(130)


def leave(*_: object) -> NoReturn:
    sys.exit(128 + signal.SIGTERM)


def run(arguments: list[str], var: Path) -> int:
    """In a process of its own, whose settings have never known another database."""
    # On the disk that this installation keeps its data on: a temporary directory may be in memory.
    var.mkdir(parents=True, exist_ok=True)
    servers = ThrowAway("bench", parent=var, is_durable=True)
    try:
        environment = {**os.environ, **PLAIN, **QUIET, **servers.start({})}
        command = [sys.executable, "-m", "config.bench", *arguments]
        return subprocess.run(command, env=environment, cwd=ROOT).returncode
    finally:
        servers.stop()
