"""What is read of JSON, of CSV and of a signature, without a database."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from hospital.feeds import payload, sheet, signing
from hospital.feeds.schema import Unreadable, Wrong
from tests.base import NOW

NEW_YORK = ZoneInfo("America/New_York")


class PayloadTests:
    def test_its_reports_know_their_places(self) -> None:
        body = b'\xef\xbb\xbf{"reports": [{"service": "wait"}, 7]}'
        assert payload.entries(body) == [("reports[0]", {"service": "wait"}), ("reports[1]", 7)]

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (b"", "line 1"),
            (b'{"reports": [}', "line 1, character 14"),
            (b"<html>Sign in</html>", "not JSON"),
            (b"\xff\xfe", "UTF-8"),
            (b"[]", "reports"),
            (b'{"reports": {}}', "reports"),
            (b'{"reports": [], "more": 1}', "beside"),
            (b"[" * 100_000, "by hand"),
            (b'{"reports": [' + b"9" * 5000 + b"]}", "by hand"),
            (b'{"reports": [' + b"{}," * 500 + b"{}]}", "501 reports"),
        ],
    )
    def test_what_cannot_be_read_is_told(self, body: bytes, words: str) -> None:
        with pytest.raises(Unreadable, match=words.replace("[", r"\[")):
            payload.entries(body)


class SheetTests:
    def read(self, *lines: str) -> list[tuple[str, object] | Wrong]:
        return sheet.entries("\r\n".join(lines).encode(), NEW_YORK)

    def test_a_line_is_a_report(self) -> None:
        read = self.read("\ufeffAt,Service,value,trouble,words", "2026-03-02T12:00:00Z,wait,95.5,YES,", "")
        entry = {"at": "2026-03-02T12:00:00Z", "service": "wait", "value": 95.5, "trouble": True}
        assert read == [("line 2", entry)]

    def test_a_time_without_a_zone_is_the_hospitals(self) -> None:
        read = self.read("service,at,value", "wait,2026-03-02 07:00,95")
        entry = {"service": "wait", "at": "2026-03-02T07:00:00-05:00", "value": 95.0}
        assert read == [("line 2", entry)]

    @pytest.mark.parametrize("moment", ["2026-11-01T01:30", "2026-03-08T02:30"])
    def test_where_the_clocks_are_changed_the_zone_must_be_said(self, moment: str) -> None:
        wrong = self.read("service,at,value", f"wait,{moment},95")[0]
        assert isinstance(wrong, Wrong)
        assert "clocks are changed" in wrong.words

    @pytest.mark.parametrize(
        ("line", "place"),
        [
            ("wait,2026-03-02T12:00Z", "line 2"),
            ("wait,2026-03-02T12:00Z,95,no,more", "line 2"),
            ("wait,2026-03-02T12:00Z,1,5", "line 2, trouble"),
            ("wait,2026-03-02T12:00Z,about 5,no", "line 2, value"),
            ("wait,2026-03-02T12:00Z,٩٥,no", "line 2, value"),
            ("wait,2026-03-02T12:00Z,95,perhaps", "line 2, trouble"),
        ],
    )
    def test_a_bad_line_stops_no_other(self, line: str, place: str) -> None:
        bad, good = self.read("service,at,value,trouble", line, "wait,2026-03-02T12:00Z,95,no")
        assert isinstance(bad, Wrong)
        assert bad.place == place
        assert isinstance(good, tuple)

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "no column service"),
            (b"service,value\nwait,95", "no column at"),
            (b"service,at,colour\n", "colour"),
            (b"service,at,at\n", "twice"),
            (b"service,at\n", "no line below"),
            (b'service,at\n"wait,2026', "not CSV"),
            (b"service,at\nwait\0,2026", "no text file"),
            (b"\xff\xfes\0e\0", "UTF-8"),
            (b"service,at\n" + b"wait,now\n" * 2001, "2001 lines"),
            (b"x" * 1_000_001, "1 MB"),
        ],
    )
    def test_a_file_that_is_none_is_told(self, content: bytes, words: str) -> None:
        with pytest.raises(Unreadable, match=words):
            sheet.entries(content, NEW_YORK)


class SigningTests:
    def test_it_is_what_the_recipe_makes(self) -> None:
        # printf '1772452800.{}' | openssl dgst -sha256 -hmac secret
        openssl = "ed27af7df6d2d5a33313fa417c47513d6fbcf29415e32e3ff14c87dd1f95aff7"
        assert signing.signature("secret", "1772452800", b"{}") == openssl

    def test_every_part_counts(self) -> None:
        good = signing.signature("secret", "1772452800", b"{}")
        assert signing.is_signed("secret", "1772452800", b"{}", f"sha256={good}")
        for secret, timestamp, body, given in [
            ("other", "1772452800", b"{}", good),
            ("secret", "1772452801", b"{}", good),
            ("secret", "1772452800", b"{ }", good),
            ("secret", "1772452800", b"{}", good[:-1]),
            ("secret", "1772452800", b"{}", ""),
            ("secret", "1772452800", b"{}", "é"),
        ]:
            assert not signing.is_signed(secret, timestamp, body, given)

    @pytest.mark.parametrize(
        ("off", "is_timely"),
        [(0, True), (300, True), (-300, True), (301, False), (-301, False)],
    )
    def test_its_time_is_within_five_minutes(self, off: int, is_timely: bool) -> None:
        moment = NOW + timedelta(seconds=off)
        assert signing.is_timely(str(int(moment.timestamp())), NOW) is is_timely

    @pytest.mark.parametrize("timestamp", ["", "now", "1e9", "-5", "1772452800.0", "٣", "9" * 4000])
    def test_what_is_no_time_is_not_timely(self, timestamp: str) -> None:
        assert not signing.is_timely(timestamp, NOW)
