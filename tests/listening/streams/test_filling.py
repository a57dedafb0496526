from datetime import timedelta

from django.test import TestCase

from listening import sorting, spending
from listening.models import Mention, Poll, Source, Watchlist
from listening.sources.contract import (
    AuthFailed,
    Page,
    Post,
    QuotaExhausted,
    RateLimited,
    Unavailable,
    Written,
)
from listening.sources.push import Told
from listening.streams.filling import Filling
from tests import base
from tests.listening.polling import counts, texts
from tests.listening.streams.scripted import (
    FillingSource,
    PushingSource,
    Script,
    once,
    said,
    scripted,
    source,
)

OURS = "Northfield was rude"


def post(seq: int) -> Post:
    return Post(f"at://ann/{seq}", f"{OURS} {seq}")


def page(*seqs: int, has_more: bool = False, to: int = 0) -> Page:
    return Page([post(seq) for seq in seqs], {"seq": to or max(seqs, default=0)}, has_more)


class PlanTests(TestCase):
    def test_a_network_that_takes_up_a_cursor_needs_none(self) -> None:
        filling = Filling.begun(PushingSource(), base.NOW)
        assert not filling.is_due(base.NOW + timedelta(hours=1))
        assert filling.held(Told({"seq": 2}), {"seq": 1}).cursor == {"seq": 2}

    def test_each_is_over_with_its_last_page(self) -> None:
        filling = Filling.begun(FillingSource(), base.NOW)
        filling.took(page(1, has_more=True))
        assert filling.is_due(base.NOW)
        filling.took(page(1))
        assert not filling.is_due(base.NOW + timedelta(seconds=9))
        assert filling.held(Told({"seq": 2}), {"seq": 1}).cursor == {"seq": 1}
        filling.took(page())
        assert filling.held(Told({"seq": 2}), {"seq": 1}).cursor == {"seq": 2}

    def test_one_that_fails_waits_as_long_as_it_was_asked_to(self) -> None:
        filling, until = Filling.begun(FillingSource(), base.NOW), base.NOW + timedelta(minutes=5)
        assert "comes later" in filling.postpone(RateLimited("Wait.", retry_at=until), base.NOW)
        assert not filling.is_due(until - timedelta(seconds=1))
        assert filling.is_due(until)


class FillingTests(TestCase):
    def setUp(self) -> None:
        base.watchlist("northfield")
        self.source = source(cursor={"seq": 3})

    def stored(self) -> Source:
        self.source.refresh_from_db()
        return self.source

    def follow(self, adapter: FillingSource, *answers: list[bytes] | None) -> Script:
        with scripted(*answers, adapter=adapter) as script:
            once(script)
        return script

    def test_what_was_missed_is_read_page_by_page_while_it_listens(self) -> None:
        adapter = FillingSource(page(4, 5, has_more=True), page(6))
        self.follow(adapter, [said(9, f"{OURS} 9")], None, None)
        assert adapter.filled_from == [{"seq": 3}, {"seq": 5}]
        assert sorted(texts()) == [f"{OURS} {n}" for n in (4, 5, 6, 9)]
        assert counts(Poll.objects.get()) == (4, 0, 0, 0, 0)

    def test_the_cursor_stays_with_the_list_until_the_last_is_stored(self) -> None:
        self.follow(FillingSource(page(4)), [said(9, f"{OURS} 9")], None, None)
        assert self.stored().cursor == {"seq": 4}
        adapter = FillingSource(page(), page(to=5))
        self.follow(adapter, *[None] * 12, [said(10, f"{OURS} 10")], None)
        assert adapter.filled_from[0] == {"seq": 4}
        assert (self.stored().cursor, f"{OURS} 10" in texts()) == ({"seq": 10}, True)

    def test_what_both_tell_is_stored_once(self) -> None:
        self.follow(FillingSource(page(9)), [said(9, f"{OURS} 9")], [said(10, f"{OURS} 10")])
        assert sorted(texts()) == [f"{OURS} 10", f"{OURS} 9"]

    def test_a_list_that_fails_ends_no_stream_and_is_asked_again(self) -> None:
        adapter = FillingSource(Unavailable("The list is away."), page(4))
        self.follow(adapter, [said(9, f"{OURS} 9")], *[None, []] * 40)
        assert adapter.filled_from[:2] == [{"seq": 3}, {"seq": 3}]
        assert f"{OURS} 4" in texts()
        assert Poll.objects.filter(gap__contains="comes later").exists()
        assert self.stored().failures == 0

    def test_a_key_that_is_refused_ends_both(self) -> None:
        self.follow(FillingSource(AuthFailed("No key.")), [said(9, OURS)])
        assert self.stored().paused_reason == "No key."

    def test_our_own_answers_in_the_list_are_seen(self) -> None:
        from listening.signals import answers_seen

        seen: list[object] = []

        def hear(*, answers: object, **_: object) -> None:
            seen.append(answers)

        answers_seen.connect(hear)
        self.addCleanup(answers_seen.disconnect, hear)
        ours = [Written("w1", "Sorry.")]
        self.follow(FillingSource(Page((), {"seq": 3}, ours=ours)), None)
        assert seen == [ours]


class AskingTests(TestCase):
    def setUp(self) -> None:
        base.watchlist("northfield")
        source()

    def test_other_rules_need_another_connection(self) -> None:
        adapter = FillingSource(rules=[["northfield"], ["northfield OR cat"]])
        with scripted(*[[said(n)] for n in range(1, 30)], adapter=adapter) as script:
            read = script.read

            def reading(seconds: float) -> list[bytes] | None:
                if len(script.answers) == 27:
                    base.watchlist("cat", name="Cats")
                return read(seconds)

            script.read = reading  # type: ignore[method-assign]
            once(script)
            assert script.answers
            assert script.is_closed
        assert Source.objects.get().failures == 0

    def test_the_same_rules_keep_it(self) -> None:
        adapter = FillingSource(rules=[["northfield"]])
        with scripted(*[[said(n)] for n in range(1, 30)], adapter=adapter) as script:
            read = script.read

            def reading(seconds: float) -> list[bytes] | None:
                if len(script.answers) == 27:
                    base.watchlist("northfield", name="Again")
                return read(seconds)

            script.read = reading  # type: ignore[method-assign]
            once(script)
            assert not script.answers

    def test_a_month_that_is_read_ends_it_and_its_reserve_is_for_safety(self) -> None:
        found = Source.objects.get()
        found.monthly_posts, found.told_at = 100, base.NOW - timedelta(hours=25)
        found.save()
        watched = sorting.listener_for(found).watched.listening
        Poll.objects.create(source=found, slot=base.NOW, state=Poll.State.DONE, fetched=95, dropped=95)
        assert spending.streamed(found, watched, base.NOW) == []
        Watchlist.objects.update(pace="safety")
        assert spending.streamed(found, watched, base.NOW) == list(watched)
        Poll.objects.update(fetched=100, dropped=100)
        with self.assertRaises(QuotaExhausted) as met:
            spending.streamed(found, watched, base.NOW)
        assert met.exception.retry_at is not None
        assert met.exception.retry_at > base.NOW


class GoneTests(TestCase):
    def test_what_was_written_then_is_looked_up_at_once(self) -> None:
        base.watchlist("northfield")
        source()
        at = base.NOW - timedelta(hours=3)

        class Telling(PushingSource):
            def tell(self, connection: object, message: bytes, cursor: object) -> Told | None:
                if b"gone" in message:
                    return Told({"seq": 9}, gone_at=at)
                seq = int(message)
                written = at + timedelta(seconds=seq)
                return Told({"seq": seq}, Post(f"id-{seq}", f"{OURS} {seq}", published_at=written))

        with scripted([b"1", b"7"], [b"gone"], adapter=Telling()) as script:
            once(script)
        asked = Mention.objects.filter(recheck_at__lte=script.clock())
        assert list(asked.values_list("external_id", flat=True)) == ["id-1"]
