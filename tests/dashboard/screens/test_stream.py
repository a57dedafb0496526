from functools import partial
from typing import Any

from asgiref.sync import sync_to_async
from django.test import AsyncClient
from django.utils import timezone

from dashboard import stream
from dashboard.doorbell import ring
from dashboard.models import Screen
from dashboard.screens import keeping
from dashboard.screens.stream import looker_of, opened
from listening.models import Author
from tests import base
from tests.dashboard.screens.base import hang
from tests.dashboard.streams import Reader
from tests.dashboard.test_stream import StreamTestCase, new_mention


class ScreenStreamTests(StreamTestCase):
    async def hung(self, screen_class: str = "staff", **fields: Any) -> tuple[Screen, str, Reader]:
        screen, address = await sync_to_async(hang)(screen_class, **fields)
        token = address.split("/")[2]
        looker = await sync_to_async(opened, thread_sensitive=False)(token)
        assert looker is not None
        reader = Reader("", looker, partial(looker_of, token))
        self.readers.append(reader)
        await reader.is_live()
        return screen, token, reader

    async def test_each_class_is_sent_its_own_face(self) -> None:
        for screen_class, told in (
            ("public", "Six hours"),
            ("staff", "Six hours"),
            ("locked", "quietkettle"),
        ):
            _, _, reader = await self.hung(screen_class)
            author = await sync_to_async(self.author)()
            await new_mention("Six hours and nobody comes.", author=author)
            ring("mentions")
            (event,) = (await reader.until_named("mention"))[:1]
            self.assertIn(told, event.data)
            self.assertEqual("quietkettle" in event.data, screen_class == "locked")
            self.assertNotIn('href="/', event.data)
        await self.close()

    def author(self) -> object:
        return Author.objects.get_or_create(network="x", external_id="1", handle="quietkettle")[0]

    async def test_it_hears_of_scenes_and_not_of_cases(self) -> None:
        _, _, reader = await self.hung()
        await self.is_subscribed()
        ring("cases", "eyes", "screens")
        (event,) = await reader.until_named("bell")
        self.assertEqual(event.data, "screens")
        await self.close()

    async def test_it_ends_once_the_screen_was_taken_down_or_changed(self) -> None:
        self.patch(stream, "RECHECK_SECONDS", 0.05)
        self.patch(stream, "HEARTBEAT_SECONDS", 0.05)
        by = await sync_to_async(base.ada)()
        for act in ("take_down", "class", "places"):
            screen, _, reader = await self.hung()
            if act == "take_down":
                await sync_to_async(keeping.take_down)(screen, by=by, at=timezone.now())
            elif act == "class":
                await Screen.objects.filter(pk=screen.pk).aupdate(screen_class="public")
            else:
                await Screen.objects.filter(pk=screen.pk).aupdate(is_everywhere=False)
            events = await reader.rest()
            self.assertEqual(events[-1].name, "ended", act)

    async def test_an_unknown_token_opens_no_stream(self) -> None:
        answer = await AsyncClient().get("/screens/nobodys/stream/")
        self.assertEqual(answer.status_code, 404)
        self.assertEqual(answer["Cache-Control"], "no-store")
