import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand

from config import liveness
from listening.streams import running


class Command(BaseCommand):
    help = "Listen to the sources that tell by themselves, until SIGTERM or SIGINT. More than one may run."

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        running.run(stopping, liveness.touch)
