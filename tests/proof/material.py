"""Where the real material lies that is not part of the project, and how a test says that it is missing."""

import json
import os
from pathlib import Path

import pytest

from tests.recorded import Exchange

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("MURMUR_SHARED_DATA") or ROOT.parent / "shared" / "data")


def needs(*names: str) -> pytest.MarkDecorator:
    """Skips, aloud, where one of these files or folders is not there."""
    missing = [name for name in names if not (DATA / name).exists()]
    reason = f"NOT PROVEN: no {', '.join(missing)} under {DATA}; set MURMUR_SHARED_DATA to where it is"
    return pytest.mark.skipif(bool(missing), reason=reason)


def exchanges(folder: str) -> list[Exchange]:
    """Every recorded exchange of a folder, in the order of its files."""
    files = sorted((DATA / folder).glob("*.json"))
    return [exchange for file in files for exchange in json.loads(file.read_text())]
