"""JSON as it is posted or answered: {"reports": [...]}. Pure: bytes go in, entries with places come out."""

import json
from collections.abc import Iterator

from hospital.feeds.schema import Unreadable

MOST = 500
SHAPE = 'It is not {"reports": [...]}.'


def entries(body: bytes) -> list[tuple[str, object]]:
    reports = _reports(body)
    if len(reports) > MOST:
        raise Unreadable(f"It holds {len(reports)} reports; send at most {MOST} at once.")
    return list(placed(reports))


def placed(reports: list[object]) -> Iterator[tuple[str, object]]:
    for number, entry in enumerate(reports):
        yield f"reports[{number}]", entry


def _reports(body: bytes) -> list[object]:
    try:
        read = json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Unreadable("It is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise Unreadable(f"It is not JSON: line {error.lineno}, character {error.colno}.") from None
    except (ValueError, RecursionError):
        # A number of thousands of digits, or a thousand brackets.
        raise Unreadable("It is JSON that nobody would write by hand, and is not read.") from None
    if not isinstance(read, dict) or not isinstance(read.get("reports"), list):
        raise Unreadable(SHAPE)
    if set(read) != {"reports"}:
        raise Unreadable(f"{SHAPE} Nothing may stand beside the reports.")
    return list(read["reports"])
