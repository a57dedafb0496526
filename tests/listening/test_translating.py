from datetime import timedelta

from django.test import TestCase, override_settings

from listening import translating
from listening.models import Poll
from listening.queries.parsing import parse
from listening.queries.tree import Expression
from tests.base import NOW, source


def read(*lines: str) -> list[Expression]:
    return [parse(line) for line in lines]


class SentTests(TestCase):
    def test_it_tells_by_network_those_that_are_searched_first(self) -> None:
        sources = [source("news", kind="rss"), source("x-one", kind="x"), source("x-two", kind="x")]
        found = translating.sent(read("northfield wait*"), [*sources, source("gone", kind="telegraph")])
        self.assertEqual([(each.adapter.kind, len(each.sources)) for each in found], [("x", 2), ("rss", 1)])
        first, last = found
        assert first.translated
        self.assertEqual((first.translated.queries, first.longest), (["northfield"], 10))
        self.assertEqual((last.translated, last.longest), (None, 0))


class PricesTests(TestCase):
    def test_only_what_charges_has_a_price(self) -> None:
        sources = [source("reddit", kind="reddit"), source("x", kind="x")]
        self.assertEqual(set(translating.prices({}, 30, sources, NOW)), {"x"})
        self.assertEqual(
            translating.paid(read("northfield wait*", "wom?n"), sources), {"x": tuple(read("northfield"))}
        )

    def test_it_is_of_a_month_however_few_days_were_looked_at(self) -> None:
        price = translating.prices({"x": 20}, 3, [source("x", kind="x")], NOW)["x"]
        self.assertEqual((price.kept, price.reads, price.dollars), (200, 200, 1.0))

    @override_settings(SANDBOX_URL="http://127.0.0.1:8100")
    def test_a_price_of_the_demo_says_that_nothing_is_charged(self) -> None:
        pretend = source("pretend", kind="x", options={"api_url": "http://127.0.0.1:8100/x"})
        self.assertIn(translating.DEMO, translating.prices({}, 30, [pretend], NOW)["x"].note)
        both = [pretend, source("x", kind="x")]
        self.assertNotIn(translating.DEMO, translating.prices({}, 30, both, NOW)["x"].note)

    def test_what_was_sent_and_not_kept_is_paid_for_too(self) -> None:
        there = source("x", kind="x")
        values = {"source": there, "state": Poll.State.DONE}
        Poll.objects.create(slot=NOW - timedelta(days=1), fetched=40, inserted=10, dropped=30, **values)
        Poll.objects.create(slot=NOW - timedelta(days=40), fetched=500, dropped=500, **values)
        self.assertEqual(translating.prices({"x": 20}, 30, [there], NOW)["x"].reads, 80)
