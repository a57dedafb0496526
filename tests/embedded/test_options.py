from pathlib import Path

import pytest

from config.embedded import CannotStart, options

VARIABLES = (
    "MURMUR_VAR",
    "MURMUR_HOST",
    "MURMUR_PORT",
    "MURMUR_SANDBOX",
    "MURMUR_SANDBOX_PORT",
    "DATABASE_URL",
)


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


class OptionsTests:
    def test_with_nothing_set_the_sandbox_runs_and_the_port_is_open(self) -> None:
        read = options.read()
        assert (read.port, read.has_sandbox, read.host) == (None, True, "127.0.0.1")

    def test_with_a_database_of_ones_own_there_is_no_sandbox(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgres://db/murmur")
        assert not options.read().has_sandbox

    def test_a_relative_directory_becomes_absolute(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MURMUR_VAR", "elsewhere")
        assert options.read().var == Path.cwd() / "elsewhere"

    def test_every_bad_value_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MURMUR_PORT", "http")
        monkeypatch.setenv("MURMUR_SANDBOX", "perhaps")
        with pytest.raises(CannotStart, match=r"(?s)MURMUR_PORT.*MURMUR_SANDBOX"):
            options.read()
