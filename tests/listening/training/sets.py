"""A small invented set in the shape of the NHS comments."""

import csv
from pathlib import Path

HEAD = "code,label,subcategory,feedback,criticality,organization,question,row_index"
BETTER, GOOD = "Trust A - Q1", "Trust A - Q2"
ANSWERS = [
    ("Environment/ facilities", "Food", "soup", "The soup was {0} and the bread {0}", -3, BETTER),
    ("Environment/ facilities", "Food", "soup", "Soup and bread were {0} good, thank you", 3, GOOD),
    ("Access", "General", "queue", "Waited {0} hours in the queue, terrible", -4, BETTER),
    ("Staff", "Attitude Of Staff", "nurse", "The {0} nurse was so kind and friendly", 3, GOOD),
    ("Couldn't be improved", "Nothing to improve", "xn", "Nothing, {0} good as it is", 3, BETTER),
]
WORDS = ["cold", "stale", "two", "six", "very", "new", "night", "day", "really", "quite"]


def write(folder: Path) -> None:
    path = folder / "pxtextmining" / "phase1_text_data_made.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        f'{code},{major},{category},"{text.format(word)}",{grade},Trust A,{question},1'
        for word in WORDS
        for major, category, code, text, grade, question in ANSWERS
    ]
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")


THEMED = [
    ("What could we do better?", "The food was {0}, the meal {0}", "Food & drink provision & facilities"),
    ("What could we do better?", "Waited {0} hours, such a long wait", "Timeliness of care"),
    ("What was good?", "The {0} driver was so kind", "Staff manner & personal attributes"),
]


def write_themed(folder: Path) -> Path:
    path = folder / "pxtextmining" / "v6framework_230831_made.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    themes = [
        "Organisation & efficiency",
        *(theme for *_, theme in THEMED),
        "Positive experience & gratitude",
    ]
    head = ["FFT question", "FFT answer", "Comment sentiment", *themes]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(head)
        for word in WORDS:
            for question, text, theme in THEMED:
                marks = ["1" if name == theme else "" for name in themes]
                rows.writerow([question, text.format(word), "3", *marks])
    return path


def write_all(folder: Path) -> None:
    """Every set that may be fitted on."""
    write(folder)
    write_themed(folder)
    for name, column, ending in (
        ("vader/tweets_GroundTruth", "text", "tsv"),
        ("sarcasm/isarcasmeval_train_en", "tweet", "csv"),
        ("sarcasm/isarcasmeval_taskA_test_en", "text", "csv"),
    ):
        path = folder / f"{name}_made.{ending}"
        path.parent.mkdir(exist_ok=True)
        lines = [f"A {word} walk by the sea" for word in WORDS]
        path.write_text("\n".join([column, *lines]) + "\n", encoding="utf-8")
