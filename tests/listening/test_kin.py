from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from unittest import TestCase as PureTestCase
from unittest import mock

from django.test import TestCase, override_settings

from alerts import defaults, outbox, readback, ways
from alerts.models.queue import REPLY_HOLD
from config import verifying
from hospital.models import Facility
from listening import ingest, kin, storing, threads
from listening.intake import Arrival, Known
from listening.models import Mention, Poll, Source
from listening.sources.contract import Page, Post, Written
from tests import base
from tests.alerts.desk import ANSWER, approved, fresh, open_case
from tests.base import post
from tests.listening.polling import HandClock, counts, owe, page

SHEET = replace(base.FakeSource.sheet, ids="fake")


class Api(base.ReadingSource):
    kind, sheet, reply_way = "fake_api", SHEET, "api"


class Feed(base.FakeSource):
    kind, sheet, reply_way = "fake_feed", SHEET, "link_out"


class Summoned(base.FakeSource):
    kind, sheet, reply_way = "fake_summoned", SHEET, "summoned_only"


@contextmanager
def networks() -> Iterator[dict[str, base.FakeSource]]:
    fakes: list[base.FakeSource] = [Api(), Feed(), Summoned()]
    with ExitStack() as stack:
        for fake in fakes:
            stack.enter_context(base.registered(fake))
        yield {fake.kind: fake for fake in fakes}


def known(facility_id: int | None = None, kins_kind: str | None = "fake_feed", **fields: bool) -> Known:
    return Known(1, "hash", fields.get("is_gone", False), kins_kind, facility_id)


def arrival(**fields: object) -> Arrival:
    return Arrival(post(**fields), "fake", "other", base.NOW, False, False)  # type: ignore[arg-type]


class ChosenTests(PureTestCase):
    def test_its_own_comes_first(self) -> None:
        own = known(7, None)
        self.assertIs(kin.chosen([own, known(1)], arrival(), 1), own)

    def test_two_hospitals_have_one_each(self) -> None:
        none, first, second = known(None), known(1), known(2)
        table = [
            ([first], 2, None),
            ([first], 1, first),
            ([first], None, first),
            ([none], 1, none),
            ([none, first], 1, first),
            ([first, second], 2, second),
            ([], 1, None),
        ]
        for stored, place, expected in table:
            self.assertIs(kin.chosen(stored, arrival(), place), expected, (stored, place))

    def test_a_removal_is_of_whatever_still_stands(self) -> None:
        standing = known(2)
        gone = known(1, is_gone=True)
        self.assertIs(kin.chosen([gone, standing], arrival(is_removed=True), 1), standing)

    def test_an_edit_is_taken_from_one_of_its_kind(self) -> None:
        edited = arrival(edited_at=base.NOW)
        table = [
            (known(), "fake_feed", edited, False),
            (known(), "fake_api", edited, True),
            (known(), "fake_feed", arrival(), True),
            (known(is_gone=True), "fake_feed", edited, True),
            (known(kins_kind=None), "fake_feed", edited, False),
        ]
        for stored, kind, came, expected in table:
            self.assertIs(kin.is_duplicate(stored, kind, came), expected, (stored, kind))


class KinCase(TestCase):
    def setUp(self) -> None:
        base.watchlist("northfield")
        self.fakes = self.enterContext(networks())
        self.api = base.source("api", "fake_api")
        self.feed = base.source("feed", "fake_feed")

    def hear(self, source: Source, *posts: Post, clock: HandClock | None = None) -> Poll:
        self.fakes[source.kind].answers.append(page(*posts))
        done = ingest.poll(owe(source).pk, clock=clock or HandClock())
        assert done
        self.assertEqual(done.state, Poll.State.DONE, done.error)
        return done


class OneMentionTests(KinCase):
    def test_it_is_stored_once_whoever_hears_it_first(self) -> None:
        for number, order in enumerate([(self.api, self.feed), (self.feed, self.api)]):
            said = post("Northfield was rude", f"t3_{number}")
            first, second = (self.hear(source, said) for source in order)
            self.assertEqual((counts(first), counts(second)), ((1, 0, 0, 0, 0), (0, 0, 1, 0, 0)))
            self.assertEqual(Mention.objects.get(external_id=said.external_id).source, order[0])

    def test_two_sources_of_one_kind_store_it_once(self) -> None:
        again = base.source("again", "fake_feed")
        self.hear(self.feed, post("Northfield was rude", "7"))
        self.assertEqual(counts(self.hear(again, post("Northfield was rude", "7"))), (0, 0, 1, 0, 0))

    def test_what_another_writes_differently_is_no_edit(self) -> None:
        self.hear(self.feed, post("Northfield was rude", "7"))
        came = post("Northfield was **rude**", "7", edited_at=base.NOW)
        self.assertEqual(counts(self.hear(self.api, came)), (0, 0, 1, 0, 0))
        self.assertEqual(Mention.objects.get().text, "Northfield was rude")

    def test_an_edit_is_told_by_one_of_its_kind(self) -> None:
        again = base.source("again", "fake_feed")
        self.hear(self.feed, post("Northfield was rude", "7"))
        done = self.hear(again, post("Northfield was kind", "7", edited_at=base.NOW))
        mention = Mention.objects.get()
        self.assertEqual((counts(done), mention.text), ((0, 1, 0, 0, 0), "Northfield was kind"))
        self.assertEqual(mention.source, self.feed)

    def test_a_removal_is_told_by_any(self) -> None:
        self.hear(self.api, post("Northfield was rude", "7"))
        done = self.hear(self.feed, post("[deleted]", "7", is_removed=True))
        self.assertEqual((counts(done), Mention.objects.get().is_gone), ((0, 1, 0, 0, 0), True))
        self.assertEqual(counts(self.hear(self.feed, post("Northfield was rude", "7"))), (0, 0, 1, 0, 0))

    def test_an_author_who_is_gone_is_gone_with_all_kin(self) -> None:
        self.hear(self.feed, post("Northfield was rude", "at://lark/1"))
        self.fakes["fake_api"].answers.append(Page([], {}, gone=["at://lark/"]))
        ingest.poll(owe(self.api).pk, clock=HandClock())
        self.assertTrue(Mention.objects.get().is_gone)

    def test_one_that_was_stored_meanwhile_is_stored_once(self) -> None:
        """Both looked before either stored: the second finds it under the lock."""
        said = post("Northfield was rude", "7")
        looked: list[storing.Sorted] = []

        def overtaken(sorted_page: storing.Sorted, **fields: object) -> storing.Counts:
            if not looked:
                looked.append(sorted_page)
                self.hear(self.api, said)
            return stored(sorted_page, **fields)  # type: ignore[arg-type]

        stored = storing.page
        with mock.patch("listening.storing.page", overtaken):
            done = self.hear(self.feed, said)
        self.assertEqual((counts(done), Mention.objects.get().source), ((0, 0, 1, 0, 0), self.api))

    def test_sources_of_other_networks_keep_their_own(self) -> None:
        self.enterContext(base.registered(base.FakeSource(page(post("Northfield was rude", "7")))))
        self.hear(self.feed, post("Northfield was rude", "7"))
        self.assertEqual(counts(ingest.poll(owe(base.source()).pk, clock=HandClock())), (1, 0, 0, 0, 0))  # type: ignore[arg-type]

    @override_settings(SANDBOX_URL="http://127.0.0.1:8100")
    def test_a_pretend_network_is_no_kin_of_a_real_one(self) -> None:
        Source.objects.filter(pk=self.api.pk).update(options={"api_url": "http://127.0.0.1:8100/reddit"})
        self.assertEqual(kin.of(self.feed), [])

    def test_a_source_whose_posts_others_hear_first_is_not_silent(self) -> None:
        clock = HandClock()
        self.hear(self.feed, post("Northfield was rude", "7"), clock=clock)
        self.hear(self.api, post("Northfield was rude", "7"), clock=clock)
        self.api.refresh_from_db()
        self.assertEqual(self.api.last_item_at, clock.now)
        clock.move(hours=1)
        self.hear(self.api, post("Northfield was rude", "7"), clock=clock)
        self.api.refresh_from_db()
        self.assertEqual(self.api.last_item_at, clock.now - timedelta(hours=1))

    def test_what_is_promised_of_the_database_still_holds(self) -> None:
        for source in (self.feed, self.api):
            self.hear(source, post("Northfield was rude", "7"))
        broken = [str(each) for each in verifying.findings(base.NOW) if not each.is_kept]
        self.assertEqual(broken, [])


class HospitalTests(KinCase):
    def setUp(self) -> None:
        super().setUp()
        self.east = base.facility("Briar Glen", "east")
        self.west = base.facility("Alder Point", "west")

    def own(self, source: Source, facility: Facility) -> None:
        Source.objects.filter(pk=source.pk).update(facility=facility)

    def test_one_hospital_has_it_once_whichever_order(self) -> None:
        self.own(self.api, self.east)
        for number, order in enumerate([(self.api, self.feed), (self.feed, self.api)]):
            for source in order:
                self.hear(source, post("northfield was rude", f"t3_{number}"))
            mention = Mention.objects.get(external_id=f"t3_{number}")
            self.assertEqual((mention.facility, mention.processed_at), (self.east, None))

    def test_being_given_to_its_hospital_counts_as_a_change(self) -> None:
        self.own(self.api, self.east)
        self.hear(self.feed, post("northfield was rude", "7"))
        Mention.objects.update(processed_at=base.NOW)
        self.assertEqual(counts(self.hear(self.api, post("northfield was rude", "7"))), (0, 1, 0, 0, 0))
        edited = post("northfield was quite rude", "7", edited_at=base.NOW)
        self.assertEqual(counts(self.hear(self.feed, edited)), (0, 1, 0, 0, 0))
        self.assertEqual(Mention.objects.get().facility, self.east)

    def test_two_hospitals_have_one_each(self) -> None:
        self.own(self.api, self.east)
        self.own(self.feed, self.west)
        for source in (self.api, self.feed, self.api):
            self.hear(source, post("northfield was rude", "7"))
        self.assertEqual({each.facility for each in Mention.objects.all()}, {self.east, self.west})
        self.assertEqual(Mention.objects.count(), 2)

    def test_a_hospital_that_is_named_has_it_once(self) -> None:
        self.own(self.api, self.east)
        self.own(self.feed, self.west)
        for source in (self.api, self.feed):
            self.hear(source, post("northfield: Alder Point was rude", "7"))
        self.assertEqual(Mention.objects.get().facility, self.west)


class VoiceTests(KinCase):
    def heard(self, source: Source, text: str = "Northfield was rude", **fields: object) -> Mention:
        self.hear(source, post(text, "7", **fields))
        return Mention.objects.select_related("source").get(external_id="7")

    def test_a_source_that_can_answers_what_another_heard(self) -> None:
        mention = self.heard(self.feed)
        self.assertEqual(ways.voice_of(mention), self.api)
        self.assertTrue(ways.way_for(mention).can_send)
        self.assertTrue(readback.can_read(ways.voice_of(mention)))

    def test_the_answer_leaves_by_it(self) -> None:
        defaults.ensure()
        case = open_case(source=self.feed, external_id="7")
        reply = approved(case, base.pete(), base.priya())
        outbox.publish(reply.pk, base.NOW + REPLY_HOLD)
        self.assertEqual(fresh(reply).state, "sent")
        sent = [(target.external_id, text) for target, text in self.fakes["fake_api"].sent]
        self.assertEqual(sent, [("7", ANSWER)])
        self.assertEqual(self.fakes["fake_feed"].sent, [])

    def test_its_own_source_answers_where_it_can(self) -> None:
        self.assertEqual(ways.voice_of(self.heard(base.source("second", "fake_api"))).slug, "second")

    def test_no_account_of_another_hospital_answers(self) -> None:
        Source.objects.filter(pk=self.api.pk).update(facility=base.facility())
        mention = self.heard(self.feed, "northfield was rude")
        self.assertEqual((ways.voice_of(mention), ways.way_for(mention).can_send), (self.feed, False))

    def test_the_account_that_is_named_answers(self) -> None:
        Source.objects.filter(pk=self.api.pk).delete()
        base.source("ours", "fake_summoned", options={"own_handle": "@ours"})
        theirs = base.source("theirs", "fake_summoned", options={"own_handle": "@theirs"})
        mention = self.heard(theirs, "@ours at Northfield were rude")
        self.assertEqual(ways.voice_of(mention).slug, "ours")

    def test_an_answer_that_a_poll_of_its_kin_meets_is_noted(self) -> None:
        defaults.ensure()
        case = open_case(source=self.feed, external_id="7")
        written = Written("t1_9", "We are sorry.", parent_id="7")
        self.assertEqual(readback.note_met(self.api.pk, [written], at=base.NOW), 1)
        self.assertEqual(case.native_replies.count(), 1)

    def test_a_reader_has_the_thread_that_a_kin_heard(self) -> None:
        self.heard(self.feed, "Northfield kept my mother waiting")
        below = post("Northfield again", "8", parent_id="7")
        self.hear(self.api, below)
        key = (self.api.pk, "7")
        self.assertEqual(threads.before([key]), {key: ("Northfield kept my mother waiting",)})
