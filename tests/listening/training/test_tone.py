import csv
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from django.test import SimpleTestCase

from listening.evaluation import files
from listening.evaluation.contract import digit
from listening.reading import tone as reader
from listening.training import CannotTrain, tone, tone_sets

PRAISE = ("the nurses were kind and patient", "thank you for the kind care", "kind nurses, quick answers")
BLAME = (
    "they were rude and ignored us",
    "rude desk, nobody called us back",
    "ignored for hours by a rude desk",
)
PLAIN = ("we went there on a Monday at nine", "the bus stops there at nine", "is it open on Monday at nine")
ALL = "0123456789abcdef"


def write(path: Path, header: list[str], rows: list[list[str]], delimiter: str = ",") -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([header, *rows])


def sets_in(folder: Path) -> None:
    """A few rows of each shared set, and of our own, in the shape that they have."""
    labelled = [(text, number) for number, texts in enumerate((PRAISE, PLAIN, BLAME)) for text in texts]
    asked = [[text, "135"[number], "What could we do better?"] for text, number in labelled]
    columns = ["FFT answer", "Comment sentiment", "FFT question"]
    write(folder / "pxtextmining" / "v6framework_230831_x.csv", columns, asked)
    loose = [[f"{text} again", ("3", "0", "-3")[number]] for text, number in labelled]
    write(folder / "pxtextmining" / "phase1_text_data_x.csv", ["feedback", "criticality"], loose)
    rated = [[f"{text} today", ("2.5", "0.1", "-2")[number]] for text, number in labelled]
    write(folder / "vader" / "tweets_GroundTruth_x.tsv", ["text", "mean_sentiment"], rated, "\t")
    own = [[("positive", "neutral", "negative")[number], f"so {text}"] for text, number in labelled]
    write(folder / "corpus" / "posts.tsv", ["label", "text"], own, "\t")
    write(
        folder / "corpus" / "answers.tsv",
        ["label", "text", "asks"],
        [["positive", "Nothing", "improve"]],
        "\t",
    )


class FitTests(SimpleTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(TemporaryDirectory()))
        sets_in(self.folder)
        self.enterContext(patch.object(tone_sets, "CORPUS", self.folder / "corpus"))

    def test_it_fits_the_four_models(self) -> None:
        models = {model.head.name: model for model in tone.fit(self.folder, ALL)}
        self.assertEqual([*models], [reader.GENERAL, reader.ANSWERS, reader.BLEND, reader.BLEND_ANSWERS])
        self.assertEqual(set(models[reader.BLEND].terms), set(reader.inputs(3)))
        self.assertEqual(set(models[reader.BLEND_ANSWERS].terms), set(reader.inputs(6)))
        general = models[reader.GENERAL]
        self.assertEqual(general.head.digits, ALL)
        rude = general.weights[general.terms["rude"]]
        self.assertGreater(rude[general.column("negative")], rude[general.column("positive")])

    def test_texts_that_are_held_back_are_not_read(self) -> None:
        _, posts, answers = tone_sets.load(self.folder, "01234567")
        shared = [each for each in (*posts, *answers) if each.set != tone_sets.OWN]
        self.assertGreater(len(shared), 0)
        self.assertEqual([each for each in shared if digit(each.text) not in "01234567"], [])

    def test_an_answer_keeps_its_question_and_is_a_post_without(self) -> None:
        _, posts, answers = tone_sets.load(self.folder, ALL)
        self.assertTrue(all(each.prompt for each in answers))
        self.assertFalse(any(each.prompt for each in posts))
        self.assertNotIn("Nothing", [each.text for each in posts])

    def test_a_missing_set_is_named(self) -> None:
        (self.folder / "vader" / "tweets_GroundTruth_x.tsv").unlink()
        with self.assertRaisesRegex(CannotTrain, "vader/tweets_GroundTruth"):
            list(tone.fit(self.folder, ALL))


class CorpusTests(SimpleTestCase):
    def test_every_post_has_one_label_and_stands_once(self) -> None:
        rows = [row for path in sorted(tone_sets.CORPUS.glob("*.tsv")) for row in files.rows(path)]
        self.assertGreater(len(rows), 1500)
        self.assertLessEqual({row.text("label") for row in rows}, set(reader.LABELS))
        keys = Counter((row.text("text").lower(), row.fields.get("asks")) for row in rows)
        self.assertEqual([key for key, count in keys.items() if count > 1], [])

    def test_every_answer_has_a_question(self) -> None:
        asked = {row.text("asks") for row in files.rows(tone_sets.CORPUS / "answers.tsv")}
        self.assertEqual(asked, set(tone_sets.QUESTIONS))
