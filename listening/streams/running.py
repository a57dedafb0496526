"""The process of `manage.py stream`: one thread for each source that tells by itself."""

import time
from collections.abc import Callable
from threading import Event, Thread

from django.db import InterfaceError, OperationalError, connections

from listening.models import Source
from listening.streams.listening import listen

LOOK_SECONDS = 2.0
STOP_SECONDS = 4.0


def run(stopping: Event, pulse: Callable[[], None]) -> None:
    """Until `stopping` is set. A source that is set up, resumed or broken off is found within two seconds."""
    threads: dict[int, Thread] = {}
    while not stopping.is_set():
        pulse()
        try:
            wanted = list(Source.objects.streamed().values_list("pk", flat=True))
        except (OperationalError, InterfaceError):
            connections.close_all()
            wanted = []
        for pk in wanted:
            if pk not in threads or not threads[pk].is_alive():
                threads[pk] = Thread(target=listen, args=(pk, stopping), name=f"source-{pk}", daemon=True)
                threads[pk].start()
        stopping.wait(LOOK_SECONDS)
    ends = time.monotonic() + STOP_SECONDS
    for thread in threads.values():
        thread.join(max(ends - time.monotonic(), 0))
