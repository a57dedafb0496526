from django.test import TestCase

from listening import threads
from listening.threads import Said
from tests.base import mention, source


class BeforeTests(TestCase):
    def setUp(self) -> None:
        self.source = source()
        for number in range(1, 6):
            mention(f"post {number}", external_id=str(number), parent_external_id=str(number - 1))

    def key(self, external_id: str) -> tuple[int, str]:
        return (self.source.pk, external_id)

    def test_it_gives_what_stood_before_oldest_first(self) -> None:
        found = threads.before([self.key("2")])
        self.assertEqual(found, {self.key("2"): ("post 1", "post 2")})

    def test_it_goes_back_only_so_far_and_asks_once_a_generation(self) -> None:
        with self.assertNumQueries(1 + threads.GENERATIONS):  # whose kin heard it, too
            found = threads.before([self.key("5"), self.key("4")])
        self.assertEqual(found[self.key("5")], ("post 3", "post 4", "post 5"))

    def test_without_a_parent_nothing_is_asked(self) -> None:
        with self.assertNumQueries(0):
            self.assertEqual(threads.before([self.key(""), self.key("")]), {})

    def test_what_is_not_stored_or_gone_or_of_another_source_is_not_there(self) -> None:
        mention("gone", external_id="9", is_gone=True)
        other = source("other")
        self.assertEqual(threads.before([self.key("9"), self.key("77"), (other.pk, "2")]), {})

    def test_what_is_being_stored_counts_too(self) -> None:
        beside = {self.key("new"): Said("just now", "1")}
        found = threads.before([self.key("new")], beside)
        self.assertEqual(found, {self.key("new"): ("post 1", "just now")})

    def test_posts_that_answer_each_other_end(self) -> None:
        mention("a", external_id="a", parent_external_id="b")
        mention("b", external_id="b", parent_external_id="a")
        self.assertEqual(threads.before([self.key("a")])[self.key("a")], ("a", "b", "a"))

    def test_of_a_long_one_its_beginning_is_enough(self) -> None:
        mention("x" * 5000, external_id="long", title="On waiting")
        words = threads.before([self.key("long")])[self.key("long")][0]
        self.assertEqual(words, "On waiting\n" + "x" * threads.CHARACTERS)
