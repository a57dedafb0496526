"""The machine's own Chromium, for tests marked `browser`. Nothing is downloaded.

Without one those tests are skipped, and say so; with CI=true that is a failure.
"""

import os
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "no Chromium: install one (apt-get install chromium), or name its program in MURMUR_CHROMIUM"


def find() -> str | None:
    chosen = os.environ.get("MURMUR_CHROMIUM")
    return shutil.which(chosen) if chosen else next(filter(None, map(shutil.which, NAMES)), None)


def arguments() -> list[str]:
    """Chromium refuses to sandbox itself when it is started by root."""
    return ["--no-sandbox"] if os.geteuid() == 0 else []


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") is None or find():
        return
    if os.environ.get("CI") == "true":
        pytest.fail(MISSING)
    pytest.skip(MISSING)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = find()
    assert path is not None, MISSING
    return path
