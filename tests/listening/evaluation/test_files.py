import tempfile
from pathlib import Path

from django.test import SimpleTestCase

from listening.evaluation import files
from listening.evaluation.files import BadSet


class FilesTests(SimpleTestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name: str, body: str | bytes) -> Path:
        path = self.folder / "answers" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(body.encode() if isinstance(body, str) else body)
        return path

    def test_a_set_is_known_by_its_name_up_to_the_last_underscore(self) -> None:
        held = self.write("two_words_held.csv", "a\n1\n")
        self.write("two_words_more_held.csv", "a\n1\n")
        self.write("two_words_note.md", "")
        self.assertEqual(files.find(self.folder, "answers", "two_words"), held)
        self.assertIsNone(files.find(self.folder, "answers", "two"))
        self.assertIsNone(files.find(self.folder, "elsewhere", "two_words"))

    def test_it_reads_each_kind_of_file(self) -> None:
        cases = [
            (self.write("a_1.csv", '\ufefftext,n\n"one, ""1""",2\n'), None, {"text": 'one, "1"', "n": "2"}),
            (self.write("b_1.tsv", '7\t"half\n'), ("n", "text"), {"n": "7", "text": '"half'}),
            (self.write("c_1.json", '[{"text": "one", "n": 2}]'), None, {"text": "one", "n": 2}),
        ]
        for path, columns, expected in cases:
            self.assertEqual([row.fields for row in files.rows(path, columns)], [expected], path.name)

    def test_an_error_names_the_file_and_the_row(self) -> None:
        row = files.rows(self.write("a_1.csv", "text,n\none,1\ntwo,x\n"))[1]
        self.assertIsNone(row.number_in("n"))
        with self.assertRaisesMessage(BadSet, "answers/a_1.csv, row 2: has no text in the column 'label'."):
            row.text("label")
        with self.assertRaisesMessage(BadSet, "answers/c_1.json, row 1: not an object."):
            files.rows(self.write("c_1.json", "[3]"))
        with self.assertRaisesMessage(BadSet, "answers/c_1.json: no JSON"):
            files.rows(self.write("c_1.json", "{"))

    def test_a_long_text_is_read_whole(self) -> None:
        (row,) = files.rows(self.write("long_1.csv", "text\n" + "x" * 200_000))
        self.assertEqual(len(row.text("text")), 200_000)

    def test_broken_bytes_are_replaced(self) -> None:
        self.assertEqual(files.rows(self.write("a_1.csv", b"text\n\xff\n"))[0].text("text"), "\ufffd")
