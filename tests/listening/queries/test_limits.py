from django.test import SimpleTestCase

from listening.queries import limits
from listening.queries.matching import Matcher
from listening.queries.parsing import parse


class CheckTests(SimpleTestCase):
    def test_what_an_admin_listens_for_is_let_through(self) -> None:
        for line in (
            "northfield",
            "hospital",
            "emergency room",
            '("north ed" OR "northfield er") (wait* OR hours NEAR/6 (waiting OR chair*)) NOT "north edge"',
            "stars:1 kind:review",
            "stars:<=2",
            "author:northfield_jobs",
            "facility:north-ed",
            "the northfield",
            "the NEAR/3 northfield",
            "NOT NOT northfield",
            "NOT (NOT northfield OR NOT parking)",
            "northfield OR (larkmoor NOT jobs)",
            "急诊",
            "🚑",
            "er",
        ):
            self.assertLessEqual(limits.check(parse(line)), limits.WIDEST, line)

    def test_what_would_find_nearly_everything_is_refused_with_an_estimate(self) -> None:
        for line in (
            "a",
            "the",
            "the OR northfield",
            "wa*",
            "e? OR a*",
            "lang:en",
            "kind:post",
            "the lang:en",
        ):
            with self.assertRaisesRegex(limits.TooWide, r"about (\d+%|all) of all posts") as caught:
                limits.check(parse(line))
            self.assertGreater(caught.exception.share, limits.WIDEST, line)

    def test_the_term_that_makes_it_wide_is_named(self) -> None:
        with self.assertRaisesRegex(limits.TooWide, r"the finds most of them"):
            limits.check(parse("northfield OR the OR larkmoor"))

    def test_what_only_says_what_must_not_be_there_is_refused(self) -> None:
        for line in ("NOT jobs", "-jobs -hiring", "northfield OR NOT jobs", "NOT (a b)", "NOT NOT NOT jobs"):
            with self.assertRaisesRegex(limits.TooWide, "must not be there") as caught:
                limits.check(parse(line))
            self.assertGreater(caught.exception.share, 0.9)
            with self.assertRaises(limits.TooWide):
                Matcher([(1, line)])
