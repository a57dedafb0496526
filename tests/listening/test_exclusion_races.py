"""A poll that stores while somebody leaves out, or brings back, on real connections."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from django.db import connection, transaction
from django.test import TransactionTestCase

from listening import exclusions, wall_sequence
from listening.models import Exclusion, Mention
from tests.base import NOW, ada, mention, source

BAND = "now playing"


class StoringTests(TransactionTestCase):
    def setUp(self) -> None:
        source()
        self.made = Exclusion(kind="phrase", expression='"now playing"', by=ada(), at=NOW)

    def while_storing(self, act: Callable[[], object]) -> None:
        """Let somebody act after a poll has asked what is left out, and before it commits."""
        has_asked, waits = Event(), Event()

        def store() -> None:
            try:
                with transaction.atomic():
                    wall_sequence.take(1)
                    blocks = exclusions.current(NOW)
                    has_asked.set()
                    waits.wait(0.3)  # `act` is at the lock by then
                    seen = exclusions.seen(Mention(text=BAND, source=source()))
                    mention(BAND, exclusion_id=blocks.block(seen))
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            stored = pool.submit(store)
            has_asked.wait(10)
            act()
            stored.result(10)

    def put(self) -> None:
        exclusions.put(self.made, at=NOW)
        exclusions.carry_out(self.made.pk, NOW)

    def undo(self) -> None:
        exclusions.undo(self.made, by=ada(), at=NOW)
        exclusions.carry_out(self.made.pk, NOW)

    def test_what_was_being_stored_is_left_out_too(self) -> None:
        self.while_storing(self.put)
        self.assertEqual(Mention.objects.excluded().count(), 1)

    def test_what_was_being_left_out_comes_back_too(self) -> None:
        self.put()
        self.while_storing(self.undo)
        self.assertEqual((Mention.objects.count(), Mention.objects.excluded().count()), (1, 0))
