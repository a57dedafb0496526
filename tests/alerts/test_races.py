"""Two people, one case, at the same moment, on real connections.

The suite tries each pair some times; `make drills` lets two hundred pairs claim.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection
from django.test import TransactionTestCase

from alerts import cases, defaults, outbox, replies, triage
from alerts.models import Case, CaseEvent, Queue, Rule
from alerts.models.queue import REPLY_HOLD
from alerts.refusals import Refused
from tests.alerts.desk import approved, open_case
from tests.base import NOW, FakeSource, carla, mention, pete, priya, registered
from tests.timing import IS_DRILL

LEAVES_AT = NOW + REPLY_HOLD
CLAIMS, TRIES = (200, 20) if IS_DRILL else (40, 8)


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run each call on its own connection, let go together; what each answered or refused with."""
    gate = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            gate.wait()
            return call()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


class RaceTests(TransactionTestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.pete, self.carla = pete(), carla()

    @pytest.mark.slow
    def test_of_two_who_claim_one_wins_every_time(self) -> None:
        for _ in range(CLAIMS):
            case = open_case()
            answers = at_once(
                partial(cases.claim, case, by=self.pete, at=NOW),
                partial(cases.claim, case, by=self.carla, at=NOW),
            )
            self.assertEqual(sum(answer is None for answer in answers), 1)
            winner = Case.objects.get(pk=case.pk).owner
            event = CaseEvent.objects.get(case=case, kind="claimed")
            self.assertEqual(event.actor, winner)
            assert winner is not None
            refusal = next(str(answer) for answer in answers if answer)
            self.assertIn(f"{winner.username} was first", refusal)

    def test_two_that_start_make_what_is_missing_once(self) -> None:
        Rule.objects.all().delete()
        Queue.objects.all().delete()
        self.assertEqual(at_once(defaults.ensure, defaults.ensure), [None, None])
        self.assertEqual(Queue.objects.count(), len(defaults.QUEUES))
        self.assertEqual(Rule.objects.count(), len(defaults.RULES))

    def test_two_workers_open_one_case(self) -> None:
        for _ in range(TRIES):
            post = mention(lane="complaint")
            at_once(partial(triage.route, post.pk, NOW), partial(triage.route, post.pk, NOW))
            self.assertEqual(Case.objects.filter(mention=post).count(), 1)

    def test_two_workers_publish_once(self) -> None:
        priya_herself = priya()
        with registered(FakeSource()) as network:
            for number in range(1, TRIES + 1):
                reply = approved(open_case(), self.pete, priya_herself)
                at_once(*(partial(outbox.publish, reply.pk, LEAVES_AT) for _ in range(3)))
                self.assertEqual(len(network.sent), number)

    def test_taking_back_and_sending_do_not_both_happen(self) -> None:
        priya_herself = priya()
        with registered(FakeSource()) as network:
            for _ in range(TRIES):
                reply, before = approved(open_case(), self.pete, priya_herself), len(network.sent)
                at_once(
                    partial(outbox.publish, reply.pk, LEAVES_AT),
                    partial(replies.cancel, reply, by=self.pete, at=NOW),
                )
                reply.refresh_from_db()
                sent = len(network.sent) - before
                self.assertEqual((reply.state, sent), ("sent", 1) if sent else ("draft", 0))
