from django.test import SimpleTestCase

from listening.reading.taxonomy import BadTaxonomy, Taxonomy, shipped

GARDEN = """
[garden]
label = "Garden"
words = ["roses", "rose bed", "can’t dig"]
never = ["rose bed of nails"]
"""


class ParseTests(SimpleTestCase):
    def test_a_short_list_is_enough(self) -> None:
        taxonomy = Taxonomy.parse(GARDEN)
        self.assertEqual([topic.id for topic in taxonomy.topics], ["garden"])
        self.assertEqual(taxonomy.topic("garden"), taxonomy.topics[0])
        self.assertIsNone(taxonomy.topic("kitchen"))

    def test_it_names_the_place_of_what_is_wrong(self) -> None:
        cases = {
            "": "1 to 80 topics; this one has 0",
            "[garden": "The list cannot be read",
            "garden = 3": "Topic 'garden': it is a block",
            '[Garden]\nlabel = "x"': "Topic 'Garden': an id is",
            '[garden]\nlabel = "Garden"': "Topic 'garden': it needs words or categories",
            '[garden]\nwords = ["rose"]': "Topic 'garden': it needs a label",
            '[garden]\nlabel = 3\nwords = ["rose"]': "Topic 'garden', label: it is not a text",
            '[garden]\nlabel = "x"\nwords = "rose"': "Topic 'garden', words: it is not a list of texts",
            '[garden]\nlabel = "x"\nwords = ["rose", 3]': "Topic 'garden', words: it is not a list of texts",
            '[garden]\nlabel = "x"\nwords = ["..."]': "Topic 'garden': '...' holds no word",
            '[garden]\nlabel = "x"\nwords = [\'a"b\']': "holds a quote",
            '[garden]\nlabel = "x"\nnever = [""]\nwords = ["rose"]': "Topic 'garden': '' holds no word",
            '[garden]\nlabel = "x"\ncolour = "red"': "Topic 'garden': 'colour' is not known",
            '[garden]\nlabel = "x"\nwords = ["rose"]\nis_general = "yes"': "is_general is true or false",
            f'[garden]\nlabel = "x"\nwords = {["rose"] * 301}': "more than 300",
            "x" * 300_000: "longer than 200,000 characters",
            "a = " + "[" * 50_000: "The list cannot be read",
        }
        for body, says in cases.items():
            with self.assertRaises(BadTaxonomy, msg=body[:60]) as raised:
                Taxonomy.parse(body)
            self.assertIn(says, str(raised.exception))


class FoundTests(SimpleTestCase):
    def test_words_are_found_whole_and_however_they_were_typed(self) -> None:
        taxonomy = Taxonomy.parse(GARDEN)
        cases = {
            "ROSES in the rose  bed": {"garden": ["roses", "rose bed"]},
            "You can't dig here": {"garden": ["can't dig"]},
            "primroses": {},
            "": {},
        }
        for text, expected in cases.items():
            self.assertEqual(taxonomy.found(text), expected, text)

    def test_a_phrase_may_mean_something_else(self) -> None:
        taxonomy = Taxonomy.parse(GARDEN)
        self.assertEqual(taxonomy.found("A rose bed of nails"), {})
        self.assertEqual(taxonomy.found("A rose bed of nails, a rose bed"), {"garden": ["rose bed"]})


class ShippedTests(SimpleTestCase):
    def test_each_topic_says_what_it_is(self) -> None:
        for topic in shipped().topics:
            self.assertTrue(topic.label and topic.description, topic.id)
            self.assertRegex(topic.domain, r"^(HCAHPS|Reviews)\b", topic.id)
            self.assertEqual(len(topic.examples), 2, topic.id)

    def test_every_domain_is_there_that_reviews_ask_and_hcahps_does_not(self) -> None:
        said = " ".join(topic.domain for topic in shipped().topics)
        for domain in (
            "cost of the visit", "insurance and billing", "ancillary testing", "facilities", "amenities",
            "scheduling", "compassion of staff", "family member care", "quality of nursing",
            "quality of staff", "technical aspects", "specific type of medical care",
        ):  # fmt: skip
            self.assertIn(domain, said)

    def test_no_word_stands_twice_in_one_topic(self) -> None:
        for topic in shipped().topics:
            self.assertEqual(len(topic.words), len(set(topic.words)), topic.id)
