import pytest

from listening import upload_columns
from listening.filerows import Row
from listening.intake import ImportedPost
from listening.sources.contract import Unreadable
from listening.upload_rows import Shape, as_lines, item

HEADERS = [
    (
        ["Review ID", "Reviewer Name", "Star Rating", "Review Text", "Review Date", "Location Name"],
        "external_id author rating text published_at facility",
    ),
    (["id", "body", "created_at", "stars", "permalink"], "external_id text published_at rating url"),
    (["Comment", "Date Received", "Campus", "Source"], "text published_at facility network"),
    (["Fecha", "Comentario", "Puntuacion"], "published_at text rating"),
    (["a", "b"], ""),
]


@pytest.mark.parametrize(("headers", "expected"), HEADERS)
def test_columns_are_told_by_their_names(headers: list[str], expected: str) -> None:
    guessed = upload_columns.guessed(headers)
    assert set(guessed) == set(expected.split())
    assert len(set(guessed.values())) == len(guessed)


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["28/11/2026", "01/02/2026"], "dmy"),
        (["11/28/2026", "01/02/2026"], "mdy"),
        (["01/02/2026"], ""),
        (["28/11/2026", "11/28/2026"], ""),
        (["2026-11-28", None, 5], ""),
    ],
)
def test_a_date_that_can_be_read_one_way_tells_of_the_others(values: list[object], order: str) -> None:
    assert upload_columns.order_of_dates(values) == order


@pytest.mark.parametrize(
    ("value", "order", "expected"),
    [
        ("28/11/2026", "dmy", "2026-11-28"),
        ("11.28.2026", "mdy", "2026-11-28"),
        ("1/2/2026 9:05", "mdy", "2026-01-02 09:05"),
        ("1/2/2026, 9:05 PM", "dmy", "2026-02-01 21:05"),
        ("1/2/2026 12:30:10 am", "dmy", "2026-02-01 00:30:10"),
        ("2026-11-28", "dmy", "2026-11-28"),
        (1764288000, "dmy", 1764288000),
    ],
)
def test_a_date_is_written_as_it_is_read_everywhere(value: object, order: str, expected: object) -> None:
    assert upload_columns.as_iso(value, order) == expected


ALL = Shape({name: name for name in upload_columns.OURS}, network="letters")


def read(values: dict[str, object], shape: Shape = ALL) -> ImportedPost | Unreadable:
    return item(Row(7, values, "raw"), shape, {"main campus": 3})


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"text": ""}, "Line 7: it is empty"),
        ({"text": "Long wait", "rating": "9"}, "Line 7: its stars are not a whole number from 1 to 5"),
        ({"text": "Long wait", "published_at": "yesterday"}, "Line 7: its date is not a time"),
        ({"text": "Long wait", "published_at": "1/2/2026"}, "Line 7: its date can be read two ways"),
        ({"text": "Long wait", "facility": "Elsewhere"}, "Line 7: you have no facility called “Elsewhere”"),
        ({"text": "Long wait", "title": 7}, "Line 7: title must be a string"),
        ({"text": ["Long wait"]}, "Line 7: its text is not a text"),
    ],
)
def test_what_is_odd_costs_only_its_row_and_says_why(values: dict[str, object], reason: str) -> None:
    found = read(values)
    assert isinstance(found, Unreadable)
    assert found.reason.startswith(reason)
    assert found.raw == "raw"


def test_a_row_without_an_id_has_the_same_whenever_it_is_entered() -> None:
    first, again = read({"text": "Long\nwait "}), read({"text": " Long  wait"})
    other = read({"text": "Long wait", "rating": 1})
    assert isinstance(first, ImportedPost)
    assert first.external_id == getattr(again, "external_id", "") != getattr(other, "external_id", "")


def test_a_row_takes_its_place_from_the_file_and_else_from_the_form() -> None:
    shape = Shape(ALL.columns, facility_id=9)
    assert getattr(read({"text": "a", "facility": " MAIN campus"}, shape), "facility_id", 0) == 3
    assert getattr(read({"text": "a"}, shape), "facility_id", 0) == 9


def test_a_json_list_becomes_lines() -> None:
    assert as_lines(b'\n [{"text": "a"},\n {"text": "b"}]') == b'{"text": "a"}\n{"text": "b"}\n'
    assert as_lines(b"text\na\n") == b"text\na\n"
