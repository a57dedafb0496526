"""One quiet sandbox for all tests that need no clock of their own; test classes found without settings."""

from collections.abc import Iterator

import pytest

from tests.sandbox.base import Clock, control, sandbox


def pytest_configure(config: pytest.Config) -> None:
    if "*Tests" not in config.getini("python_classes"):
        config.addinivalue_line("python_classes", "*Tests")


@pytest.fixture(scope="session")
def one_sandbox() -> Iterator[str]:
    with sandbox(quiet=True, clock=Clock()) as base:
        yield base


@pytest.fixture
def quiet(one_sandbox: str) -> str:
    """Its base address: nothing is posted there yet, it is always noon, and only injected posts appear."""
    control(one_sandbox, "forget", {})
    return one_sandbox
