"""Finds the test classes when these tests run alone, without the project's settings."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    if "*Tests" not in config.getini("python_classes"):
        config.addinivalue_line("python_classes", "*Tests")
