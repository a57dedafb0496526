from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hospital.feeds import calendar
from hospital.feeds.calendar import Plan
from hospital.feeds.schema import Unreadable

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # seven in New York
THREE = "DURATION:PT3H"
ON = ("DTSTART:20260302T110000Z", "DTEND:20260302T130000Z")


def event(*lines: str, name: str = "Upgrade") -> str:
    body = "\r\n".join((f"UID:{name}-{hash(lines)}", f"SUMMARY:{name}", *lines))
    return f"BEGIN:VEVENT\r\n{body}\r\nEND:VEVENT\r\n"


def ics(*events: str) -> str:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n{''.join(events)}END:VCALENDAR\r\n"


def read(*events: str, now: datetime = NOW) -> Plan:
    return calendar.read(ics(*events), NEW_YORK, now)


def spans(plan: Plan) -> list[tuple[str, str]]:
    ends = [(each.starts_at.astimezone(UTC), each.ends_at.astimezone(UTC)) for each in plan.planned]
    return [(f"{start:%m-%d %H:%M}", f"{end:%m-%d %H:%M}") for start, end in ends]


class ReadTests:
    @pytest.mark.parametrize(
        ("lines", "expected"),
        [
            (ON, [("03-02 11:00", "03-02 13:00")]),
            (("DTSTART;TZID=America/New_York:20260302T060000", THREE), [("03-02 11:00", "03-02 14:00")]),
            (("DTSTART;TZID=Eastern Standard Time:20260302T060000", THREE), [("03-02 11:00", "03-02 14:00")]),
            # No zone: the hospital's own clocks. A whole day is one of its days.
            (("DTSTART:20260302T060000", "DTEND:20260302T090000"), [("03-02 11:00", "03-02 14:00")]),
            (("DTSTART;VALUE=DATE:20260302",), [("03-02 05:00", "03-03 05:00")]),
            # Over, cancelled, too far away, or of no length.
            (("DTSTART:20260302T090000Z", "DTEND:20260302T120000Z"), []),
            ((*ON, "STATUS:CANCELLED"), []),
            (("DTSTART:20260402T110000Z", "DTEND:20260402T130000Z"), []),
            (("DTSTART:20260302T130000Z",), []),
        ],
    )  # fmt: skip
    def test_an_event_is_put_in_its_time(
        self, lines: tuple[str, ...], expected: list[tuple[str, str]]
    ) -> None:
        plan = read(event(*lines))
        assert (spans(plan), list(plan.wrong)) == (expected, [])

    def test_it_keeps_its_hour_when_the_clocks_change(self) -> None:
        # On the eighth of March there is no two o'clock.
        weekly = event("DTSTART;TZID=America/New_York:20260104T020000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY")
        assert spans(read(weekly)) == [("03-08 07:00", "03-08 08:00"), ("03-15 06:00", "03-15 07:00")]

    def test_one_day_of_a_series_may_be_left_out_or_moved(self) -> None:
        base = ("UID:1", "SUMMARY:Backup")
        series = (*base, "DTSTART:20260301T050000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=5")
        moved = (*base, "RECURRENCE-ID:20260304T050000Z", "DTSTART:20260304T090000Z", "DURATION:PT1H")
        text = "".join(
            "BEGIN:VEVENT\r\n" + "\r\n".join(lines) + "\r\nEND:VEVENT\r\n"
            for lines in ((*series, "EXDATE:20260303T050000Z"), moved)
        )
        assert [start for start, _ in spans(read(text))] == ["03-04 09:00", "03-05 05:00"]

    @pytest.mark.parametrize(
        ("lines", "words"),
        [
            (("DTEND:20260302T130000Z",), "no start"),
            (("DTSTART:soon",), "cannot be read"),
            (("DTSTART;TZID=Nowhere/Town:20260302T060000", "DURATION:PT3H"), "time zone"),
            (("DTSTART:18500101T000000Z", "RRULE:FREQ=DAILY"), "before 1990"),
            ((*ON, "RRULE:FREQ=SECONDLY"), "days, weeks"),
            ((*ON, "RRULE:FREQ=HOURLY;COUNT=5"), "days, weeks"),
            ((*ON, "RRULE:FREQ=MONTHLY;INTERVAL=0;BYDAY=MO"), "interval"),
            # Looking for the next of these would take until the year 9999.
            ((*ON, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), "BYMONTHDAY"),
            ((*ON, "RRULE:FREQ=YEARLY;BYHOUR=1,2;BYMINUTE=1,2"), "BYHOUR, BYMINUTE"),
        ],
    )
    def test_a_bad_event_stops_no_other(self, lines: tuple[str, ...], words: str) -> None:
        plan = read(event(*lines, name="Bad\u202e one"), event(*ON))
        assert spans(plan) == [("03-02 11:00", "03-02 13:00")]
        assert plan.wrong[0].place == 'event "Bad\ufffd one"'
        assert words in plan.wrong[0].words

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"<html>Sign in</html>", "no calendar"),
            (b"BEGIN:VCALENDAR\0", "no calendar"),
            (b"\xff\xfeBEGIN", "UTF-8"),
            (b"x" * 1_000_001, "1 MB"),
        ],
    )
    def test_what_is_no_calendar_is_told(self, content: bytes, words: str) -> None:
        with pytest.raises(Unreadable, match=words):
            calendar.text_of(content)

    def test_half_a_calendar_is_told(self) -> None:
        with pytest.raises(Unreadable):
            calendar.read(ics(event(*ON))[:90], NEW_YORK, NOW)

    def test_too_many_events_are_told(self) -> None:
        with pytest.raises(Unreadable, match="500 events"):
            read(*[event(*ON, name=str(number)) for number in range(501)])


class EntryTests:
    def entry(self, *events: str, now: datetime = NOW) -> dict[str, object]:
        return read(*events, now=now).entry("ehr", now, NEW_YORK)

    def test_what_goes_on_is_a_trouble_with_an_end(self) -> None:
        said = self.entry(event(*ON), event("DTSTART:20260303T110000Z", "DURATION:PT1H", name="Later"))
        assert (said["words"], said["trouble"]) == ("Upgrade", True)
        assert said["until"] == NOW + timedelta(hours=1)

    def test_of_two_the_longer_is_told(self) -> None:
        said = self.entry(event(*ON), event("DTSTART:20260302T113000Z", "DURATION:PT4H", name="Move"))
        assert said["words"] == "Move"

    def test_else_the_next_is_told(self) -> None:
        later = event("DTSTART:20260303T110000Z", "DURATION:PT1H")
        assert self.entry(later)["words"] == "Next Tue 06:00"
        far = event("DTSTART:20260312T110000Z", "DURATION:PT1H")
        assert self.entry(far)["words"] == "Next 12 Mar"
        assert self.entry()["words"] == "None planned"

    def test_a_long_name_is_cut(self) -> None:
        said = self.entry(event(*ON, name="w" * 200))
        assert said["words"] == "w" * 79 + "…"
