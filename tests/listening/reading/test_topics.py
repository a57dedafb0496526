import time

import numpy as np
from django.test import SimpleTestCase

from listening.reading import learned, topics
from listening.reading.learned import Head, Model
from listening.reading.taxonomy import Taxonomy, shipped
from listening.reading.topics import CATEGORY, MAJOR, THEME

KITCHEN = Taxonomy.parse('[kitchen]\nlabel = "Kitchen"\nwords = ["oven"]\ncategories = ["Food"]')


def ids(text: str, prompt: str = "") -> list[str]:
    return [found.id for found in topics.read(text, prompt)]


class ReadTests(SimpleTestCase):
    def test_the_examples_of_each_topic_are_about_it(self) -> None:
        for topic in shipped().topics:
            for example in topic.examples:
                self.assertIn(topic.id, ids(example), example)

    def test_a_post_may_be_about_several_things_strongest_first(self) -> None:
        found = topics.read("Filthy, dirty bathroom, stained sheets, roaches. And the garage was full.")
        self.assertEqual(found[0].id, "cleanliness")
        self.assertLessEqual({"cleanliness", "parking", "facilities"}, {each.id for each in found})
        strengths = [each.strength for each in found]
        self.assertEqual(strengths, sorted(strengths, reverse=True))
        self.assertTrue(all(0 < each <= 1 for each in strengths))

    def test_there_are_never_more_than_five(self) -> None:
        every = " ".join(topic.words[0] for topic in shipped().topics)
        self.assertEqual(len(topics.read(every)), topics.MOST)

    def test_each_has_its_reason(self) -> None:
        found = {each.id: each.reason for each in topics.read("The garage was full and the food was cold")}
        self.assertIn("words: 'garage'", found["parking"])
        self.assertIn("words: 'food'; reads like Food", found["food"])
        self.assertRegex(found["food"], r"'(the )?food' \+\d\.\d")

    def test_words_that_mean_something_else_do_not_count(self) -> None:
        cases = {
            "I can't wait to see the baby": "waiting",
            "Garage sale on Saturday": "parking",
            "Uncle Bill came by": "billing",
            "My nursing home is next door": "nurses",
        }
        for text, topic in cases.items():
            self.assertNotIn(topic, ids(text), text)

    def test_care_in_general_counts_only_where_nothing_narrower_does(self) -> None:
        self.assertEqual(ids("Best hospital, would recommend"), ["care"])
        self.assertNotIn("care", ids("Best hospital, would recommend, but the parking garage was full"))

    def test_spanish_is_read_by_its_words(self) -> None:
        self.assertIn("billing", ids("Me cobraron dos veces, la factura está mal"))

    def test_where_nothing_is_said_there_is_no_topic(self) -> None:
        for text in ("", " ", "...", "@northfield https://parking.example/food"):
            self.assertEqual(ids(text), [], text)

    def test_an_edited_taxonomy_is_read_by_words_and_by_likeness(self) -> None:
        found = topics.read("The food was awful", taxonomy=KITCHEN)
        self.assertEqual([each.id for each in found], ["kitchen"])
        self.assertIn("reads like Food", found[0].reason)

    def test_hostile_text_is_read_at_once(self) -> None:
        started = time.process_time()
        for text in (
            "parking " * 500_000,
            "can't wait " * 99_999,
            "x" * 5_000_000,
            "\x00\ud800\u202e parking",
        ):
            topics.read(text)
        self.assertLess(time.process_time() - started, 2)


class NHSTests(SimpleTestCase):
    def test_it_names_the_one_major_and_category_that_fit_best(self) -> None:
        self.assertEqual(topics.nhs("The food was awful"), ("Environment/ facilities", "Food"))
        self.assertEqual(
            topics.nhs("Nothing", "What could we do better?"), ("Couldn't be improved", "Nothing to improve")
        )

    def test_majors_and_categories_stand_in_for_each_other(self) -> None:
        names = ("major: A", "major: B", "category: a", "category: b")
        bias = (0.1, 0.0, -1.0, 1.0)
        head = Head("small", "1", names, bias, "0", parents=("", "", "major: A", "major: B"))
        model = Model(head, {}, np.empty(0, np.float32), np.empty((0, 4), np.float32))
        self.assertEqual(topics.nhs("anything", model=model), ("B", "b"))

    def test_the_model_sees_which_topics_the_words_mean(self) -> None:
        self.assertEqual(topics.seen_of("The garage was full").tags[-1], "=topic:parking")
        self.assertEqual(topics.seen_of("").marks, ())


class ModelTests(SimpleTestCase):
    def test_each_category_has_its_major(self) -> None:
        head = learned.model(topics.MODEL).head
        for name, parent in zip(head.classes, head.parents, strict=True):
            self.assertEqual(parent.startswith(MAJOR), name.startswith(CATEGORY), name)

    def test_it_was_better_than_a_plain_reader_of_the_same_folds(self) -> None:
        for kind in (MAJOR, CATEGORY):
            found = topics.compared()[kind]
            self.assertGreater(found.ours, found.plain, kind)

    def test_the_model_knows_the_categories_that_the_shipped_topics_name(self) -> None:
        known = {name.partition(": ")[2] for name in learned.model(topics.MODEL).head.classes}
        named = {name for topic in shipped().topics for name in topic.categories}
        self.assertGreater(len(named & known), 50)

    def test_it_holds_nine_majors_and_thirty_three_categories(self) -> None:
        names = learned.model(topics.MODEL).head.classes
        counts = [sum(name.startswith(kind) for name in names) for kind in (MAJOR, CATEGORY, THEME)]
        self.assertEqual(counts[:2], [9, 33])
        self.assertGreater(counts[2], 20)


class MeasuredTests(SimpleTestCase):
    def test_it_says_how_often_a_topic_was_right(self) -> None:
        measured = topics.measured()
        self.assertLessEqual(set(measured), {topic.id for topic in shipped().topics})
        self.assertGreater(measured["food"].precision or 0, 0.5)
        self.assertLessEqual(measured["food"].right, measured["food"].said)
        self.assertFalse({"billing", "compassion"} & set(measured))  # No theme means them.

    def test_a_topic_never_said_has_no_precision(self) -> None:
        self.assertIsNone(topics.Measured(0, 0, 3).precision)
        self.assertEqual(topics.Measured(4, 3, 9).precision, 0.75)
