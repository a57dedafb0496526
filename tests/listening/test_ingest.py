from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.test import TestCase

from hospital.models import FacilityName
from listening import ingest
from listening.models import Author, Match, Mention, MentionVersion, Poll, Quarantined, Query, Source
from listening.signals import mentions_stored
from listening.sources.contract import Rate, Unreadable
from tests import base
from tests.base import post
from tests.listening.polling import HandClock, counts, owe, page, poll_once, texts


class PollTests(TestCase):
    def setUp(self) -> None:
        base.watchlist("northfield")

    def test_it_stores_what_a_query_finds_and_drops_the_rest(self) -> None:
        done = poll_once(page(post("Northfield was rude"), post("somewhere else")))
        self.assertEqual((counts(done), done.state), ((1, 0, 0, 1, 0), Poll.State.DONE))
        mention = Mention.objects.get()
        self.assertEqual((mention.sentiment, mention.lane), ("negative", "staff_conduct"))
        self.assertEqual(Match.objects.get().spans, [[0, 10]])

    def test_it_keeps_whether_a_post_is_about_us(self) -> None:
        poll_once(page(post("Northfield High beat Briar Glen at football"), post("The nurse at Northfield")))
        found = Mention.objects.order_by("pk").values_list("about_us", "reasons")
        self.assertEqual([about for about, _ in found], ["no", "yes"])
        self.assertIn("maybe not about us: 'northfield high', 'football'", found[0][1])

    def test_a_review_of_our_own_location_is_about_us(self) -> None:
        place = base.facility("Northfield West", "west")
        place.names.create(kind=FacilityName.Kind.LOCATION, name="locations/1")
        poll_once(page(post("Northfield burgers in the cafeteria", facility_hint="locations/1")))
        self.assertEqual(Mention.objects.get().about_us, "yes")

    def test_it_keeps_who_wrote_it_and_where_it_stands(self) -> None:
        sent = post(
            author_id="7",
            author_handle="lark",
            author_name="Lark",
            url="https://fake.example/1",
            parent_id="p",
        )
        poll_once(page(sent))
        mention = Mention.objects.select_related("author").get()
        self.assertEqual((mention.url, mention.parent_external_id), ("https://fake.example/1", "p"))
        assert mention.author
        self.assertEqual((mention.author.handle, mention.published_at), ("lark", sent.published_at))

    def test_an_author_is_kept_once_and_renamed(self) -> None:
        poll_once(page(post(author_id="7", author_handle="lark"), post(author_id="7", author_handle="lark")))
        poll_once(page(post(author_id="7", author_handle="wren")))
        self.assertEqual(Author.objects.get().handle, "wren")

    def test_the_same_page_again_changes_nothing(self) -> None:
        sent = page(post("Northfield, a"), post("Northfield, b"))
        poll_once(sent)
        before = list(Mention.objects.values())
        self.assertEqual(counts(poll_once(sent)), (0, 0, 2, 0, 0))
        self.assertEqual(list(Mention.objects.values()), before)

    def test_a_post_twice_on_a_page_is_stored_once_as_edited_last(self) -> None:
        later = base.NOW - timedelta(minutes=1)
        sent = [post("Northfield, new", "7", edited_at=later), post("Northfield, old", "7")]
        self.assertEqual(counts(poll_once(page(*sent))), (1, 0, 1, 0, 0))
        self.assertEqual(texts(), ["Northfield, new"])

    def test_an_edit_is_read_anew_and_what_stood_before_is_kept(self) -> None:
        poll_once(page(post("Northfield was fine", "7")))
        before = Mention.objects.get()
        Mention.objects.update(processed_at=base.NOW)
        done = poll_once(page(post("Now I want to die, no more of you", "7")))
        self.assertEqual(counts(done), (0, 1, 0, 0, 0))
        after = Mention.objects.get()
        self.assertEqual((after.lane, after.processed_at), ("self_harm", None))
        self.assertGreater(after.wall_seq, before.wall_seq)
        self.assertEqual(MentionVersion.objects.get().text, "Northfield was fine")
        self.assertEqual(Match.objects.count(), 0)

    def test_what_was_gone_and_is_back_is_shown_again(self) -> None:
        sent = page(post("Northfield was fine", "7"))
        poll_once(sent)
        Mention.objects.update(is_gone=True)
        self.assertEqual(counts(poll_once(sent)), (0, 1, 0, 0, 0))
        self.assertFalse(Mention.objects.get().is_gone)
        self.assertEqual(MentionVersion.objects.count(), 0)

    def test_a_review_of_our_own_location_needs_no_query(self) -> None:
        facility = base.facility()
        FacilityName.objects.create(facility=facility, name="loc/1", kind=FacilityName.Kind.LOCATION)
        poll_once(page(post("", facility_hint="loc/1", rating=1, kind="review")))
        mention = Mention.objects.get()
        self.assertEqual((mention.facility, mention.sentiment), (facility, "negative"))

    def test_the_next_poll_obeys_a_changed_watchlist(self) -> None:
        sent = page(post("Larkmoor is loud"))
        self.assertEqual(counts(poll_once(sent)), (0, 0, 0, 1, 0))
        base.watchlist("larkmoor", name="Larkmoor")
        self.assertEqual(counts(poll_once(sent)), (1, 0, 0, 0, 0))

    def test_a_query_removed_meanwhile_stops_nothing(self) -> None:
        owed = owe()
        with base.registered(_RemovesQueries(page(post("Northfield")))):
            done = ingest.poll(owed.pk, clock=HandClock())
        assert done
        self.assertEqual((counts(done), Match.objects.count()), ((1, 0, 0, 0, 0), 0))

    def test_it_reads_on_while_there_is_more(self) -> None:
        done = poll_once(
            page(post("Northfield, a"), cursor={"at": 1}, has_more=True),
            page(post("Northfield, b"), cursor={"at": 2}),
        )
        self.assertEqual((done.pages, counts(done)), (2, (2, 0, 0, 0, 0)))
        self.assertEqual(Source.objects.get().cursor, {"at": 2})

    def test_a_backlog_is_cut_and_the_rest_is_due_at_once(self) -> None:
        base.source(next_poll_at=base.NOW + timedelta(minutes=1))
        pages = [page(post(f"Northfield {n}"), cursor={"at": n}, has_more=True) for n in range(50)]
        done = poll_once(*pages)
        self.assertEqual(done.pages, 40)
        source = Source.objects.get()
        self.assertEqual((source.cursor, source.next_poll_at), ({"at": 39}, base.NOW))

    def test_a_used_up_allowance_stops_it_until_the_reset(self) -> None:
        reset_at = base.NOW + timedelta(minutes=9)
        done = poll_once(page(has_more=True, rate=Rate(0, reset_at)), page(post("Northfield")))
        source = Source.objects.get()
        self.assertEqual((done.pages, source.limited_until, source.next_poll_at), (1, reset_at, reset_at))

    def test_a_gap_is_told(self) -> None:
        done = poll_once(page(gap="Up to 40 posts may be missing."))
        self.assertEqual((done.gap, Source.objects.get().gap), (done.gap, "Up to 40 posts may be missing."))
        poll_once(page())
        self.assertEqual(Source.objects.get().gap, "")

    def test_success_clears_what_went_wrong_before(self) -> None:
        base.source(failures=3, last_error="x", last_error_kind="unavailable", limited_until=base.NOW)
        poll_once(page())
        source = Source.objects.get()
        self.assertEqual((source.failures, source.last_error, source.limited_until), (0, "", None))
        self.assertEqual(source.last_success_at, base.NOW)


class _RemovesQueries(base.FakeSource):
    """While the network answers, an admin removes the queries."""

    def fetch(self, *args: Any) -> Any:
        Query.objects.all().delete()
        return super().fetch(*args)


class OddPostTests(TestCase):
    def setUp(self) -> None:
        base.watchlist("northfield")

    def test_what_cannot_be_read_is_set_aside_and_its_neighbours_are_stored(self) -> None:
        none: Any = None
        odd = [
            post(none, "none"),
            post("Northfield", "stars", rating=9),
            replace(post("Northfield"), external_id=""),
        ]
        odd += [post("Northfield", "x" * 301)]
        done = poll_once(page(post("Northfield, good"), *odd, unreadable=[Unreadable("no id", "{}")]))
        self.assertEqual(counts(done), (1, 0, 0, 0, 5))
        self.assertEqual(texts(), ["Northfield, good"])
        aside = Quarantined.objects.get(external_id="stars")
        self.assertIn("rating", aside.reason)
        self.assertIn("Northfield", aside.raw)

    def test_what_is_set_aside_is_counted_and_released_once_it_can_be_read(self) -> None:
        for _ in range(2):
            poll_once(page(post("Northfield", "7", rating=9)))
        self.assertEqual(Quarantined.objects.get().times, 2)
        poll_once(page(post("Northfield", "7", rating=4)))
        self.assertEqual(Quarantined.objects.get().released_at, base.NOW)

    def test_hostile_text_is_stored_whole_and_harmless(self) -> None:
        sent = [
            post("Northfield \x00 and \ud83d", "\x00\ud83d", author_handle="a\x00", title="t\x00"),
            post("Northfield " + "x" * 5_000_000, url="javascript:alert(1)"),
            post("Northfield " + "a" + "\u0301" * 2000),
            post("Northfield <script>alert(1)</script>\r\nevent: x\ndata: y", author_name="<b>" * 200),
            post("\u202eNorthfield 😂" * 3000),
        ]
        done = poll_once(page(*sent))
        self.assertEqual(counts(done), (5, 0, 0, 0, 0))
        self.assertIn("Northfield \\u0000 and \\ud83d", texts())
        huge = Mention.objects.get(text__contains="xxxx")
        self.assertEqual((len(huge.text), huge.is_truncated, huge.url), (65_536, True, ""))
        self.assertEqual(counts(poll_once(page(*sent))), (0, 0, 5, 0, 0))

    def test_unbelievable_times_are_now_and_marked(self) -> None:
        late = base.NOW - timedelta(days=2)
        cases = [
            (None, base.NOW, True),
            (base.NOW + timedelta(days=400), base.NOW, True),
            (base.NOW.replace(tzinfo=None), base.NOW, True),
            (base.NOW.replace(year=1970), base.NOW, True),
            (base.NOW + timedelta(seconds=30), base.NOW, False),
            (late, late, False),
        ]
        for at, expected, is_guessed in cases:
            sent = post("Northfield", published_at=at)
            poll_once(page(sent))
            mention = Mention.objects.get(external_id=sent.external_id)
            self.assertEqual((mention.published_at, mention.is_published_guessed), (expected, is_guessed), at)


class BellTests(TestCase):
    def setUp(self) -> None:
        base.watchlist("northfield")
        self.heard: list[dict[str, Any]] = []
        mentions_stored.connect(self.hear)
        self.addCleanup(mentions_stored.disconnect, self.hear)

    def hear(self, sender: type[Mention], ids: list[int], urgent_ids: list[int], **_: Any) -> None:
        self.heard.append({"ids": ids, "urgent_ids": urgent_ids})

    def test_it_rings_after_commit_with_what_is_new_or_changed(self) -> None:
        sent = [post("Northfield", "1"), post("Northfield, I can't breathe", "2"), post("no", "3")]
        with self.captureOnCommitCallbacks(execute=True):
            poll_once(page(*sent))
        ids = dict(Mention.objects.values_list("external_id", "pk"))
        self.assertEqual(self.heard, [{"ids": sorted(ids.values()), "urgent_ids": [ids["2"]]}])

    def test_it_does_not_ring_for_nothing(self) -> None:
        poll_once(page(post("Northfield", "1")))
        with self.captureOnCommitCallbacks(execute=True):
            poll_once(page(post("Northfield", "1")))
        self.assertEqual(self.heard, [])

    def test_a_listener_at_fault_does_not_undo_the_poll(self) -> None:
        def fail(**_: Any) -> None:
            raise RuntimeError("not listening")

        mentions_stored.connect(fail)
        self.addCleanup(mentions_stored.disconnect, fail)
        with self.captureOnCommitCallbacks(execute=True):
            done = poll_once(page(post("Northfield")))
        self.assertEqual((done.state, len(self.heard)), (Poll.State.DONE, 1))
