import asyncio
from unittest import mock

from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import AsyncClient, TransactionTestCase
from django.urls import reverse

from alerts import defaults, presence
from dashboard import doorbell
from dashboard.cases import bells
from hospital.models import Membership
from tests.alerts.desk import open_case
from tests.base import NOW, pete
from tests.dashboard.streams import parsed
from tests.timing import PATIENCE


class BellTests(TransactionTestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.pete, self.case = pete(), open_case()
        self.client.force_login(self.pete)
        self.key = self.client.session.session_key or ""

    async def rung(self, count: int, seconds: float = PATIENCE) -> list[str]:
        """The bells of one desk, while somebody comes to a case."""
        names: list[str] = []
        chunks = bells.rings(self.key)
        await anext(chunks)
        first = asyncio.ensure_future(anext(chunks))
        while not doorbell.client(settings.REDIS_URL).pubsub_numsub(doorbell.CHANNEL)[0][1]:
            await asyncio.sleep(0.01)
        await sync_to_async(presence.look)(self.case, by=self.pete, at=NOW)
        async with asyncio.timeout(seconds):
            names += [event.name for event in parsed(await first)]
            while len(names) < count:
                names += [event.name for event in parsed(await anext(chunks))]
        await chunks.aclose()  # type: ignore[attr-defined]
        return names

    async def test_it_rings_when_somebody_comes(self) -> None:
        self.assertEqual(await self.rung(1), ["eyes"])

    async def test_it_ends_with_the_right_to_look(self) -> None:
        await Membership.objects.all().adelete()
        with mock.patch.object(bells, "next_check", return_value=0):
            self.assertEqual(await self.rung(1), ["ended"])

    async def test_a_bell_becomes_the_event_that_the_page_waits_for(self) -> None:
        client = AsyncClient()
        await sync_to_async(client.force_login)(self.pete)
        answer = await client.get(reverse("case-rung"))
        self.assertEqual((answer.content, answer.headers["HX-Trigger"]), (b"", "cases-changed"))
