"""The benchmark's own arithmetic, and that it runs, small, on servers that are gone afterwards."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest

from config.bench import reading
from config.bench.streams import TOLD, Stored, Walls, event_in, next_chunk, numbered
from config.bench.table import Figure, lines, percentile
from config.embedded.throwaway import ThrowAway
from dashboard.frames import frame
from listening.sources.contract import Post

ROOT = Path(__file__).resolve().parent.parent


def figure(value: float, baseline: float, *, is_more_better: bool = False) -> Figure:
    return Figure("answers", value, "ms", "before", baseline, is_more_better=is_more_better)


class FigureTests:
    @pytest.mark.parametrize(
        ("value", "baseline", "is_more_better", "said"),
        [
            (10, 40, False, "4.00 x better"),
            (40, 10, False, "4.00 x worse"),
            (40, 10, True, "4.00 x better"),
            (10, 40, True, "4.00 x worse"),
            (10, 10, True, "1.00 x better"),
            (0, 10, False, "-"),
            (10, 0, True, "-"),
        ],
    )
    def test_its_ratio_says_which_way(
        self, value: float, baseline: float, is_more_better: bool, said: str
    ) -> None:
        assert figure(value, baseline, is_more_better=is_more_better).ratio == said

    def test_a_table_shows_each_beside_its_baseline(self) -> None:
        head, row = lines([figure(1234.56, 10)])
        assert head.split() == ["figure", "measured", "baseline", "which", "is", "ratio"]
        assert row.split() == ["answers", "1,234.6", "ms", "10.0", "ms", "before", "123.46", "x", "worse"]

    def test_a_percentile_lies_among_the_values(self) -> None:
        assert percentile(range(101), 99) == 99
        assert percentile([7.0], 50) == 7.0


class StreamTests:
    def test_it_reads_a_chunk_as_it_was_sent(self) -> None:
        async def chunks() -> list[bytes]:
            reader = asyncio.StreamReader()
            reader.feed_data(b"b\r\nfirst\r\nline\r\n2\r\nno\r\n0\r\n\r\n")
            return [await next_chunk(reader) for _ in range(3)]

        assert asyncio.run(chunks()) == [b"first\r\nline", b"no", b""]

    def test_it_knows_the_number_of_each_mention(self) -> None:
        sent = frame("mention", "<p>\nevent: mention", id=41) + frame("bell", "x") + frame("drop", id=42)
        assert [int(found[1]) for found in TOLD.finditer(sent)] == [41, 42]

    def test_an_event_can_be_sent_again_as_another_mention_s(self) -> None:
        card = frame("mention", "<p>\nevent: mention", id=41)
        assert event_in(frame("heartbeat") + card + frame("mention", id=42)) == card
        assert numbered(card, 7) == frame("mention", "<p>\nevent: mention", id=7)


class StoredTests:
    def test_the_first_time_counts(self) -> None:
        stored = Stored(at={7: 1.0})
        assert stored.arrivals([(7, 1.5), (9, 1.6), (7, 2.0)]) == {7: 1.5}

    def test_a_mention_that_took_another_number_came_with_that(self) -> None:
        stored = Stored()
        for number in (7, 8, 9):
            stored.took(70, number, 1.0)
        assert stored.arrivals([(9, 2.0)]) == {7: 2.0, 8: 2.0, 9: 2.0}

    def test_walls_wait_for_each_and_not_for_as_many(self) -> None:
        async def received() -> list[tuple[int, float]]:
            walls = Walls(0, ["cookie"], after=0)
            walls.received[0] += [(1, 1.0), (1, 1.1), (3, 1.2)]
            waiting = asyncio.create_task(walls.until_all(Stored(at={1: 1.0, 2: 1.0}), seconds=20))
            await asyncio.sleep(0.15)
            walls.received[0].append((2, 2.0))
            await waiting
            return walls.received[0]

        began = monotonic()
        assert asyncio.run(received())[-1] == (2, 2.0)
        assert 0.2 <= monotonic() - began < 10


class ThrowAwayTests:
    def test_it_starts_nothing_that_is_given_and_leaves_nothing(self, tmp_path: Path) -> None:
        servers = ThrowAway("here", parent=tmp_path)
        given = {"DATABASE_URL": "postgres://elsewhere", "REDIS_URL": "redis://elsewhere", "SECRET_KEY": "k"}
        assert servers.start(given) == {"MURMUR_VAR": str(servers.places.var), "SECRET_KEY": "k"}
        assert servers.running == []
        servers.stop()
        assert list(tmp_path.iterdir()) == []


class ReadingTests:
    def test_it_measures_beside_the_plain_reader(self) -> None:
        figures = [*reading.speeds([Post(str(n), f"waited {n} hours") for n in range(20)])]
        figures.append(reading.long_post("5 MB", 5_000_000))
        assert [figure.unit for figure in figures] == ["posts/s", "ms", "ms"]
        assert all(figure.value > 0 and figure.baseline > 0 for figure in figures)


class BenchTests:
    def test_it_refuses_a_database_that_was_not_made_for_it(self) -> None:
        done = bench(["-m", "config.bench", "archive"], os.environ["MURMUR_VAR"])
        assert done.returncode == 1
        assert "empties its database" in done.stderr

    @pytest.mark.drill
    @pytest.mark.slow
    def test_it_prints_the_table_and_leaves_nothing(self, tmp_path: Path) -> None:
        done = bench(["manage.py", "bench", "--small", "pipeline", "walls"], str(tmp_path))
        assert done.returncode == 0, done.stderr
        for name in ("match + read + store", "10 walls, p99", "20 walls, p99", "a subscription each"):
            assert name in done.stdout
        received = [line for line in done.stdout.splitlines() if line.startswith("received of expected")]
        assert len(received) == 4
        for line in received:
            assert line.count("100.0 %") == 2
        assert list(tmp_path.iterdir()) == []


def bench(arguments: list[str], var: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "MURMUR_VAR": var},
        capture_output=True,
        text=True,
    )
