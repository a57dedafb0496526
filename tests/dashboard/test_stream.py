import asyncio
import threading
from functools import partial
from unittest import mock

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, connections, transaction
from django.test import AsyncClient, TransactionTestCase, override_settings
from django.utils import timezone

from dashboard import doorbell, hub, stream
from dashboard.doorbell import close_streams, ring
from dashboard.faces import Face, Shown
from hospital.models import Membership
from listening import wall_sequence
from listening.models import Mention
from tests import base
from tests.dashboard.streams import Reader, anyone
from tests.timing import PATIENCE

new_mention = sync_to_async(base.mention)


class StreamTestCase(TransactionTestCase):
    def setUp(self) -> None:
        self.readers: list[Reader] = []
        base.source()
        self.north = base.facility("Northfield North", "north")
        self.west = base.facility("Northfield West", "west")
        # Slow enough that only a bell explains what comes at once.
        self.patch(hub, "TICK_SECONDS", 30)

    def patch(self, place: object, name: str, value: object) -> None:
        patcher = mock.patch.object(place, name, value)
        patcher.start()
        self.addCleanup(patcher.stop)

    async def reader(self, last_id: object = "", **wanted: object) -> Reader:
        reader = Reader(str(last_id), anyone(**wanted))  # type: ignore[arg-type]
        self.readers.append(reader)
        return reader

    async def is_subscribed(self) -> None:
        """A bell that is no mention is not repeated: wait until the hub hears it."""
        async with asyncio.timeout(PATIENCE):
            while not doorbell.client(settings.REDIS_URL).pubsub_numsub(doorbell.CHANNEL)[0][1]:
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        for reader in self.readers:
            await reader.close()


class ArrivalTests(StreamTestCase):
    async def test_a_stored_mention_arrives_when_the_bell_rings(self) -> None:
        reader = await self.reader()
        await reader.is_live()
        mention = await new_mention("Just now")
        ring("mentions")
        (event,) = await reader.until_named("mention")
        self.assertIn("Just now", event.data)
        self.assertEqual(event.id, str(mention.wall_seq))
        await self.close()

    async def test_it_arrives_without_any_bell(self) -> None:
        self.patch(hub, "TICK_SECONDS", 0.05)
        with self.settings(REDIS_URL="redis://127.0.0.1:1/0"):
            reader = await self.reader()
            await reader.is_live()
            await new_mention("Just now")
            ring("mentions")
            self.assertEqual(len(await reader.until_named("mention")), 1)
        await self.close()

    async def test_it_waits_for_no_wall_that_asks_for_itself(self) -> None:
        reader = await self.reader()
        await reader.is_live()
        answer = threading.Event()
        asked = [asyncio.ensure_future(hub.reading(answer.wait)) for _ in range(20)]
        try:
            await new_mention("Just now")
            ring("mentions")
            self.assertEqual(len(await reader.until_named("mention")), 1)
        finally:
            answer.set()
            await asyncio.gather(*asked)
        await self.close()

    async def test_none_that_commits_late_is_skipped(self) -> None:
        self.patch(hub, "TICK_SECONDS", 0.02)
        reader = await self.reader()
        await reader.is_live()
        numbers = await sync_to_async(commit_in_reverse, thread_sensitive=False)(10)
        events = await reader.until_named("mention", count=len(numbers))
        self.assertEqual([int(event.id) for event in events], sorted(numbers))
        await self.close()

    async def test_each_is_rendered_once_for_all_walls(self) -> None:
        readers = [await self.reader() for _ in range(5)]
        for reader in readers:
            await reader.is_live()
        await new_mention()
        with mock.patch("dashboard.cards.rendered", return_value="<article>") as rendered:
            ring("mentions")
            for reader in readers:
                await reader.until_named("mention")
        self.assertEqual(rendered.call_count, 1)
        await self.close()

    async def test_the_last_to_leave_stops_nothing_for_one_who_is_just_coming(self) -> None:
        center = hub.Hub()
        first = await center.join(Face.DESK)
        async with center.starting:
            coming = asyncio.create_task(center.join(Face.SCREEN))
            await asyncio.sleep(0)
            center.leave(first)
        second = await coming
        self.assertTrue(center.tasks)
        center.leave(second)

    @override_settings(REDIS_URL="")
    async def test_it_is_rendered_as_somebody_looks_at_it(self) -> None:
        center = hub.Hub()
        client = await center.join(Face.DESK)
        mention = await new_mention()
        await center.drain()
        self.assertEqual(made(center), {Face.DESK})
        screen = await center.join(Face.SCREEN)
        (missed,) = await center.missed(mention.wall_seq - 1, center.last, Face.SCREEN) or []
        self.assertIn(b"<article", missed.shown[Face.SCREEN])
        await new_mention()
        await center.drain()
        self.assertEqual(made(center), {Face.DESK, Face.SCREEN})
        center.leave(client)
        center.leave(screen)

    async def test_hostile_text_forges_no_event(self) -> None:
        reader = await self.reader()
        await reader.is_live()
        await new_mention("a\r\n\r\nevent: ended\rid: 99\r\rdata: <script>x</script>")
        await new_mention("the one after")
        ring("mentions")
        events = await reader.until_named("mention", count=2)
        self.assertNotIn("ended", [event.name for event in reader.events])
        self.assertNotIn("<script>", events[0].data)
        await self.close()

    async def test_one_that_is_gone_is_taken_away(self) -> None:
        mention = await new_mention("taken back", is_gone=True)
        reader = await self.reader(last_id=0)
        (event,) = await reader.until_named("gone")
        self.assertIn(f'id="mention-{mention.pk}"', event.data)
        self.assertIn("Removed at its source.", event.data)
        self.assertNotIn("taken back", str(reader.events))
        await self.close()


class ReachTests(StreamTestCase):
    async def test_it_carries_only_facilities_in_reach(self) -> None:
        for place in (self.west, None, self.north):
            await new_mention(f"of {place}", facility=place)
        reader = await self.reader(last_id=0, facility_ids=frozenset({self.north.pk}))
        await reader.is_live()
        self.assertEqual([event.name for event in reader.events], ["mention", "heartbeat"])
        self.assertIn("of Northfield North", reader.events[0].data)
        await self.close()

    async def test_it_carries_only_what_is_asked_for(self) -> None:
        mention = await new_mention("calm")
        await new_mention("cross", sentiment="negative")
        reader = await self.reader(last_id=0, sentiment="negative")
        await reader.is_live()
        self.assertEqual([event.name for event in reader.events], ["drop", "mention", "heartbeat"])
        self.assertIn(f'id="mention-{mention.pk}"', reader.events[0].data)
        self.assertNotIn("calm", reader.events[0].data)
        await self.close()

    async def test_an_id_moves_on_though_nothing_is_for_this_wall(self) -> None:
        mention = await new_mention(facility=self.west)
        reader = await self.reader(last_id=0, facility_ids=frozenset({self.north.pk}))
        await reader.is_live()
        self.assertEqual(reader.events[-1].id, str(mention.wall_seq))
        await self.close()

    async def test_it_ends_when_the_right_to_look_does(self) -> None:
        self.patch(stream, "RECHECK_SECONDS", 0)
        self.patch(stream, "HEARTBEAT_SECONDS", 0.05)
        carla = await sync_to_async(base.carla)()
        client = AsyncClient()
        await client.aforce_login(carla)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        cases = (
            lambda: Membership.objects.filter(user=carla).update(facility=self.west),
            lambda: User.objects.filter(pk=carla.pk).update(is_active=False),
            lambda: Membership.objects.filter(user=carla).delete(),
        )
        for change in cases:
            await sync_to_async(User.objects.filter(pk=carla.pk).update)(is_active=True)
            again = partial(stream.look_again, cookie, "", {})
            reader = Reader("", await sync_to_async(again)(), again)
            await reader.until_named("heartbeat", count=3)
            self.assertNotIn("ended", [event.name for event in reader.events])
            await sync_to_async(change)()
            self.assertEqual((await reader.rest())[-1].name, "ended")

    async def test_it_ends_with_the_session(self) -> None:
        self.assertIsNone(await sync_to_async(stream.look_again)("no-such-session", "", {}))


class CatchUpTests(StreamTestCase):
    async def test_a_wall_that_comes_back_misses_and_repeats_nothing(self) -> None:
        numbers = [(await new_mention()).wall_seq for _ in range(20)]
        for last_id in (0, numbers[0], numbers[9], numbers[-1]):
            with self.subTest(last_id=last_id):
                reader = await self.reader(last_id=last_id)
                await reader.is_live()
                found = [int(event.id) for event in reader.events if event.name == "mention"]
                self.assertEqual(found, [number for number in numbers if number > last_id])
        await self.close()

    async def test_what_the_hub_still_holds_is_not_read_again(self) -> None:
        first = await self.reader()
        await first.is_live()
        numbers = [(await new_mention()).wall_seq for _ in range(5)]
        ring("mentions")
        await first.until_named("mention", count=5)
        with mock.patch("dashboard.arrivals.after", side_effect=AssertionError("read again")):
            second = await self.reader(last_id=numbers[1])
            await second.is_live()
        found = [int(event.id) for event in second.events if event.name == "mention"]
        self.assertEqual(found, numbers[2:])
        await self.close()

    async def test_a_page_that_read_before_the_hub_did_gets_nothing_twice(self) -> None:
        first = await self.reader()
        await first.is_live()
        page = await new_mention("on the page")
        second = await self.reader(last_id=page.wall_seq)
        await second.is_live()
        later = await new_mention("later")
        ring("mentions")
        (event,) = await second.until_named("mention")
        self.assertEqual(event.id, str(later.wall_seq))
        await self.close()

    async def test_too_much_to_send_is_a_reset(self) -> None:
        self.patch(hub, "KEPT", 5)
        for _ in range(6):
            newest = await new_mention()
        reader = await self.reader(last_id=0)
        await reader.is_live()
        self.assertEqual([event.name for event in reader.events], ["reset", "heartbeat"])
        self.assertEqual(reader.events[0].id, str(newest.wall_seq))
        await self.close()

    async def test_an_id_that_is_none_of_ours_is_a_reset(self) -> None:
        for last_id in ("abc", "-1", "1.5", "99999999", "9" * 40, "١", "1; DROP"):
            with self.subTest(last_id=last_id):
                reader = await self.reader(last_id=last_id)
                await reader.is_live()
                self.assertEqual(reader.events[0].name, "reset")
        await self.close()


class SignsTests(StreamTestCase):
    async def test_it_beats_even_while_all_news_is_for_others(self) -> None:
        self.patch(stream, "HEARTBEAT_SECONDS", 0.05)
        self.patch(hub, "TICK_SECONDS", 0.01)
        reader = await self.reader(facility_ids=frozenset({self.north.pk}))
        await reader.is_live()
        for _ in range(5):
            await new_mention(facility=self.west)
        self.assertGreaterEqual(len(await reader.until_named("heartbeat", count=4)), 4)
        await self.close()

    async def test_it_does_not_beat_when_the_database_is_not_reached(self) -> None:
        self.patch(stream, "HEARTBEAT_SECONDS", 0.05)
        self.patch(hub, "STALE_SECONDS", -1)
        reader = await self.reader()
        with self.assertRaises(TimeoutError):
            await reader.until(lambda events: bool(events), seconds=0.5)
        await self.close()

    async def test_it_rings_for_what_it_does_not_carry(self) -> None:
        reader = await self.reader()
        await reader.is_live()
        await self.is_subscribed()
        doorbell.ring_for_cases(ids=[1])
        (event,) = await reader.until_named("bell")
        self.assertEqual(event.data, "cases")
        await self.close()

    async def test_it_closes_before_the_server_stops(self) -> None:
        reader = await self.reader()
        await reader.is_live()
        await self.is_subscribed()
        await sync_to_async(close_streams)()
        self.assertEqual((await reader.rest())[-1].name, "close")

    async def test_a_wall_that_is_too_slow_is_let_go_and_catches_up(self) -> None:
        self.patch(hub, "QUEUE", 3)
        slow = await self.reader(last_id=0)
        quick = await self.reader(last_id=0)
        await slow.is_live()
        await quick.is_live()
        numbers = []
        for _ in range(6):
            numbers.append((await new_mention()).wall_seq)
            ring("mentions")
            await quick.until_named("mention", count=len(numbers))
        await slow.rest()
        seen = [int(event.id) for event in slow.events if event.name == "mention"]
        again = await self.reader(last_id=seen[-1] if seen else 0)
        await again.is_live()
        seen += [int(event.id) for event in again.events if event.name == "mention"]
        self.assertEqual(seen, numbers)
        await self.close()


class RequestTests(StreamTestCase):
    async def test_its_headers_keep_proxies_from_holding_it_back(self) -> None:
        client = AsyncClient()
        await client.aforce_login(await sync_to_async(base.carla)())
        answer = await client.get("/wall/stream/")
        self.assertEqual(answer["Content-Type"], "text/event-stream")
        self.assertEqual(answer["X-Accel-Buffering"], "no")
        self.assertIn("no-store", answer["Cache-Control"])
        self.assertIn("default-src 'none'", answer["Content-Security-Policy"])

    async def test_open_walls_hold_no_database_connections(self) -> None:
        readers = [await self.reader() for _ in range(10)]
        for reader in readers:
            await reader.is_live()
        self.assertLessEqual(await sync_to_async(connections_open)(), 2)
        await self.close()


def made(center: hub.Hub) -> set[Face]:
    """The faces with which the newest was rendered before anybody asked."""
    shown = center.recent[-1].shown
    assert isinstance(shown, Shown)
    return {*shown.made}


def connections_open() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def commit_in_reverse(pairs: int) -> list[int]:
    """Two transactions at a time: the one that takes its number first commits last, if it can."""
    numbers: list[int] = []
    for _ in range(pairs):
        has_number = threading.Event()
        first = threading.Thread(target=store, args=(numbers, has_number, 0.03))
        first.start()
        has_number.wait(5)
        store(numbers, threading.Event(), 0)
        first.join()
    connections.close_all()
    return numbers


def store(numbers: list[int], has_number: threading.Event, pause: float) -> None:
    with transaction.atomic():
        mention = Mention(
            source_id=base.source().pk, external_id=f"late-{next(base.numbers)}", network="fake",
            content_hash="0", published_at=timezone.now(), collected_at=timezone.now(), sentiment="neutral",
            score=0, severity=0, level="P4", lane="other", reader_version="1",
        )  # fmt: skip
        (mention.wall_seq,) = wall_sequence.take(1)
        has_number.set()
        threading.Event().wait(pause)
        mention.save()
        numbers.append(mention.wall_seq)
    if pause:
        connections.close_all()
