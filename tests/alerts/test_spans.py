from datetime import timedelta

import pytest

from alerts import spans


@pytest.mark.parametrize(
    ("text", "length", "written"),
    [
        ("2 h", timedelta(hours=2), "2 h"),
        ("1h30min", timedelta(minutes=90), "1 h 30 min"),
        (" 90 MIN ", timedelta(minutes=90), "1 h 30 min"),
        ("10 s", timedelta(seconds=10), "10 s"),
        ("48 h", timedelta(days=2), "48 h"),
        ("0 min", timedelta(0), "0 min"),
    ],
)
def test_it_reads_what_people_write(text: str, length: timedelta, written: str) -> None:
    assert spans.read(text) == length
    assert spans.write(length) == written
    assert spans.read(written) == length


@pytest.mark.parametrize(
    "text", ["", " ", "2", "h", "2 d", "2 days", "-2 h", "30 min 2 h", "2 h x", "1 h 1 h", "2 hours"]
)
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(spans.BadSpan, match="is no length of time"):
        spans.read(text)
