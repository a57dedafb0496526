from django.test import SimpleTestCase

from listening import contexts
from listening.contexts import Contexts
from listening.facilities import Facilities, Name
from listening.named import Kind, State
from listening.queries.asked import Asked

RULE = '(hospital OR nurse OR "emergency room") NOT football'


class ContextsTests(SimpleTestCase):
    def test_a_rule_is_a_query_and_may_be_a_denial(self) -> None:
        asked = Asked("Mercy hospital", author="vale", rating=1)
        answers = Contexts([RULE, "NOT football", "stars:1 author:vale", "author:else"]).of(asked)
        self.assertTrue(answers(RULE) and answers("NOT football") and answers("stars:1 author:vale"))
        self.assertFalse(answers("author:else"))
        self.assertFalse(answers("a rule that nobody made"))

    def test_a_rule_that_can_no_longer_be_read_is_never_answered(self) -> None:
        self.assertFalse(Contexts(["((("]).of(Asked("((("))("((("))

    def test_it_knows_what_must_be_read_of_a_post(self) -> None:
        self.assertEqual(Contexts(["nurse lang:es", "(", "stars:>3"]).fields, {"lang", "stars"})

    def test_what_is_wrong_with_it_is_said(self) -> None:
        for rule in ("(", "a AND", "nurse facility:main", '"open', "", "x" * 10 + " OR"):
            with self.assertRaises(ValueError):
                contexts.check(rule)


class RuledNameTests(SimpleTestCase):
    BOOK = Facilities([Name(1, "Mercy", Kind.NICKNAME, RULE), Name(2, "Vale")])

    def test_it_counts_only_where_its_rule_is_answered(self) -> None:
        for text, expected in (
            ("a nurse at Mercy", 1),
            ("Mercy football, the nurse said", None),
            ("have mercy", None),
            ("MERCY emergency room", 1),
        ):
            self.assertEqual(self.BOOK.named_in(text), expected, text)

    def test_the_title_may_answer_it(self) -> None:
        self.assertEqual(self.BOOK.named_in("Mercy", "a hospital"), 1)

    def test_it_is_said_why_it_does_not_count(self) -> None:
        found = self.BOOK.read(Asked("have mercy")).found[0]
        self.assertEqual(found.state, State.IGNORED)
        self.assertIn(f"seen, not counted, because the post does not answer “{RULE}”", found.why)
