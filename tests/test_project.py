"""Rules about the project as a whole."""

import ast
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
# Each may import those after it.
LAYERS = ("config", "dashboard", "alerts", "listening", "hospital")
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
LONGEST_JAVASCRIPT = 300
ENVIRONMENT_CALL = re.compile(r"""(?:env\.\w+|os\.environ(?:\.get)?)[(\[]\s*["']([A-Z][A-Z0-9_]+)["']""")
# Set by us for ourselves, or by the machine: nobody is asked to know them.
NOT_FOR_PEOPLE = {"DJANGO_SETTINGS_MODULE", "MURMUR_ALIVE_FILE", "CI"}


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(ROOT.joinpath(folder).rglob("*.py"))


def own_files() -> list[Path]:
    found = [*python_files(*LAYERS, "sandbox", "tests"), ROOT / "manage.py"]
    return [path for path in found if "migrations" not in path.parts]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imported_packages(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.split(".")[0])
    return names


def wrong_arrows(package: str, imported: set[str]) -> set[str]:
    if package == "sandbox":
        return imported & set(LAYERS)
    allowed = set(LAYERS[LAYERS.index(package) :])
    return imported & ({*LAYERS, "sandbox"} - allowed)


@pytest.mark.parametrize("package", [*LAYERS, "sandbox"])
def test_imports_run_one_way(package: str) -> None:
    wrong = {
        str(path.relative_to(ROOT)): sorted(found)
        for path in python_files(package)
        if (found := wrong_arrows(package, imported_packages(parsed(path))))
    }
    assert wrong == {}


def test_a_wrong_arrow_would_be_seen() -> None:
    tree = ast.parse("def late():\n    from alerts.models import case\n    import sandbox.app\n")
    assert wrong_arrows("listening", imported_packages(tree)) == {"alerts", "sandbox"}
    assert wrong_arrows("sandbox", {"hospital", "starlette"}) == {"hospital"}


def test_no_file_is_too_long() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in own_files()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_every_class_of_tests_is_collected() -> None:
    passed_over = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in python_files("tests")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef) and not node.name.endswith("Tests") and holds_tests(node)
    ]
    assert passed_over == []


def holds_tests(node: ast.ClassDef) -> bool:
    return any(isinstance(part, ast.FunctionDef) and part.name.startswith("test_") for part in node.body)


def function_lengths(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            yield f"{path.relative_to(ROOT)}:{node.name}", node.end_lineno - node.lineno + 1


def test_no_function_is_too_long() -> None:
    lengths = dict(pair for path in own_files() for pair in function_lengths(path))
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_our_javascript_stays_small() -> None:
    ours = [path for path in ROOT.joinpath("static").rglob("*.js") if "vendor" not in path.parts]
    assert sum(len(path.read_text().splitlines()) for path in ours) <= LONGEST_JAVASCRIPT


def environment_variables() -> set[str]:
    files = python_files(*LAYERS, "sandbox")
    return {name for path in files for name in ENVIRONMENT_CALL.findall(path.read_text())} - NOT_FOR_PEOPLE


@pytest.mark.parametrize("document", ["README.md", ".env.example"])
def test_every_variable_is_explained(document: str) -> None:
    text = ROOT.joinpath(document).read_text()
    assert {"DATABASE_URL", "MURMUR_PORT", "LOG_LEVEL"} <= environment_variables()
    assert {name for name in environment_variables() if name not in text} == set()


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    said = io.StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=said)
    except SystemExit:
        pytest.fail(said.getvalue())
