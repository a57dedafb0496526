from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sandbox import rhythm
from sandbox.timetable import A_DAY, Timetable

ZONE = ZoneInfo("America/New_York")


def count(start: datetime, end: datetime, network: str = "x") -> int:
    table = Timetable("seed", ZONE)
    return len(table.between(network, int(start.timestamp() * 1000), int(end.timestamp() * 1000)))


def local(hour: int, *, day: int = 10) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=ZONE)


class RhythmTests:
    def test_it_writes_six_posts_a_minute_on_average(self) -> None:
        a_day = sum(
            count(local(0), local(0, day=11), network) for network in ("x", "reddit", "google", "rss")
        )

        assert a_day == 8640 == 6 * 24 * 60

    def test_it_is_quiet_at_night_but_never_silent(self) -> None:
        night, morning, noon, evening = (count(local(hour), local(hour + 1)) for hour in (3, 8, 14, 19))

        assert 30 < night < morning / 5
        assert morning > noon < evening

    def test_it_follows_the_clocks_when_they_change(self) -> None:
        short, long = date(2026, 3, 8), date(2026, 11, 1)

        lengths = [end - start for start, end in (rhythm.bounds(day, ZONE) for day in (short, long))]

        assert [length // 3_600_000 for length in lengths] == [23, 25]
        assert count(local(0, day=8), local(0, day=9)) == A_DAY["x"]

    def test_a_share_and_its_moment_undo_each_other(self) -> None:
        day = date(2026, 3, 10)

        for share in (0.0, 0.013, 0.25, 0.5, 0.77, 0.999):
            moment = rhythm.moment_at(share, day, ZONE)
            assert abs(rhythm.share_by(moment, day, ZONE) - share) < 1e-6


class TimetableTests:
    def test_a_stretch_cut_in_two_gives_the_same_posts(self) -> None:
        table = Timetable("seed", ZONE)
        start = int(datetime(2026, 3, 10, 3, 30, tzinfo=UTC).timestamp() * 1000)
        middle, end = start + 3_333_333, start + 9_999_999

        whole = table.between("x", start, end)

        assert whole == table.between("x", start, middle) + table.between("x", middle, end)
        assert [number for number, _ in whole] == list(range(whole[0][0], whole[0][0] + len(whole)))
        assert [table.moment("x", number) for number, _ in whole] == [at for _, at in whole]
        assert sorted(at for _, at in whole) == [at for _, at in whole]

    def test_pace_scales_it(self) -> None:
        twice = Timetable("seed", ZONE, pace=2)
        day = rhythm.bounds(date(2026, 3, 10), ZONE)

        assert len(twice.between("x", *day)) == 2 * A_DAY["x"]
