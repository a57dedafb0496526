from datetime import timedelta

import pytest

from listening.sources.contract import Post, Unreadable
from listening.sources.push import Told
from listening.streams.batches import MOST_TOLD, MOST_UNREADABLE, MOST_WANTED, Batch
from tests.base import NOW


def told(number: int, author: str = "ann", **fields: object) -> Told:
    post = Post(f"at://{author}/{number}", f"post {number}")
    return Told({"seq": number}, post=post, **fields)  # type: ignore[arg-type]


def filled(*wanted: bool) -> Batch:
    batch = Batch({"seq": 0})
    for number, is_wanted in enumerate(wanted, 1):
        batch.add(told(number), NOW, wanted=is_wanted)
    return batch


class BatchTests:
    def test_what_nobody_wants_is_only_counted(self) -> None:
        page = filled(False, True, False).page()
        assert [post.external_id for post in page.posts] == ["at://ann/2"]
        assert (page.passed, page.cursor) == (2, {"seq": 3})

    @pytest.mark.parametrize(
        ("wanted", "seconds", "is_due"),
        [
            ([], 99, False),
            ([False], 1.9, False),
            ([False], 2, True),
            ([True], 0.4, False),
            ([True, False], 0.5, True),
            ([True] * (MOST_WANTED - 1), 0, False),
            ([True] * MOST_WANTED, 0, True),
            ([False] * MOST_TOLD, 0, True),
        ],
    )
    def test_it_is_due_by_count_or_time(self, wanted: list[bool], seconds: float, is_due: bool) -> None:
        assert filled(*wanted).is_due(NOW + timedelta(seconds=seconds)) is is_due

    def test_an_author_who_is_gone_takes_along_what_waits(self) -> None:
        batch = filled(True)
        batch.add(told(2, "bob"), NOW, wanted=True)
        batch.add(Told({"seq": 3}, gone="at://ann/"), NOW, wanted=False)
        page = batch.page()
        assert [post.external_id for post in page.posts] == ["at://bob/2"]
        assert (page.passed, page.gone) == (1, ["at://ann/"])

    def test_what_is_said_after_an_author_came_back_stays(self) -> None:
        batch = Batch({})
        batch.add(Told({"seq": 1}, gone="at://ann/"), NOW, wanted=False)
        batch.add(told(2), NOW, wanted=True)
        assert len(batch.page().posts) == 1

    def test_a_gap_and_a_bad_message_wait_no_longer_than_a_post(self) -> None:
        for one in (Told({}, gap="Lost."), Told({}, unreadable=Unreadable("odd", "{"))):
            batch = Batch({})
            batch.add(one, NOW, wanted=False)
            assert batch.is_due(NOW + timedelta(seconds=0.5))

    def test_a_network_that_sends_nothing_readable_is_hopeless(self) -> None:
        batch = Batch({})
        for number in range(MOST_UNREADABLE):
            assert not batch.is_hopeless
            batch.add(Told({}, unreadable=Unreadable("odd", str(number))), NOW, wanted=False)
        assert batch.is_hopeless
