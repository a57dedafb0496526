import pytest

from alerts import hours


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (
            "Mon-Fri 08:00-12:00, 13:00-17:30; Sat 09:00-12:00",
            "Mon-Fri 08:00-12:00, 13:00-17:30; Sat 09:00-12:00",
        ),
        ("monday – friday 8.00–17:00", "Mon-Fri 08:00-17:00"),
        ("Sat, Sun 10:00-16:00\nFri 08:00-12:00", "Fri 08:00-12:00; Sat-Sun 10:00-16:00"),
        ("Fri-Mon 00:00-24:00", "Mon 00:00-24:00; Fri-Sun 00:00-24:00"),
        ("mo, we 09:00-10:00,10:00-11:00", "Mon 09:00-10:00, 10:00-11:00; Wed 09:00-10:00, 10:00-11:00"),
        ("", ""),
        ("  \n", ""),
    ],
)
def test_it_reads_what_people_write_and_writes_it_one_way(text: str, written: str) -> None:
    week = hours.read(text)
    assert hours.write(week) == written
    assert hours.read(written) == week


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("Mon 08:00-25:00", "08:00-25:00", "no time of day"),
        ("Mon 08:60-09:00", "08:60-09:00", "no time of day"),
        ("Mon 24:00-24:00", "24:00-24:00", "no time of day"),
        ("Mon 08:00-12:00, 11:00-13:00", "11:00-13:00", "before the period before it has ended"),
        ("Mon 22:00-06:00", "22:00-06:00", "ends before it begins"),
        ("Mon 08:00-09:00; Mon 10:00-11:00", "Mon 10:00-11:00", "named twice"),
        ("Mon, Mon-Tue 08:00-09:00", "Mon, Mon-Tue 08:00-09:00", "named twice"),
        ("Mon-Fri", "Mon-Fri", "has no times"),
        ("08:00-17:00", "08:00-17:00", "Say the day"),
        ("Mon 9-17", "9-17", "no period"),
        ("Mon 08:00-09:00, noon", "noon", "no period"),
        ("Mon 08:00-09:00; Foo 08:00-09:00", "Foo", "“Foo” is no day"),
        ("T 08:00-09:00", "T", "“T” is no day"),
        (";;", ";;", "No day"),
        ("Mon 08:00-09:00 <script>", "08:00-09:00 <script>", "no period"),
    ],
)
def test_what_cannot_be_read_is_pointed_at(text: str, place: str, said: str) -> None:
    with pytest.raises(hours.BadHours, match=said) as caught:
        hours.read(text)
    assert text[caught.value.start : caught.value.end] == place
    assert f"at character {caught.value.start + 1}" in str(caught.value)


def test_no_text_is_too_long_to_be_refused() -> None:
    with pytest.raises(hours.BadHours, match="at most 400"):
        hours.read("Mon 08:00-09:00;" * 100_000)
