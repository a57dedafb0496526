import time

import pytest
from django.conf import settings

if not settings.configured:
    settings.configure(USE_I18N=False, USE_TZ=True)


def pytest_configure(config: pytest.Config) -> None:
    # A class is named for its subject; without this pytest would pass over it in silence.
    if "*Tests" not in config.getini("python_classes"):
        config.addinivalue_line("python_classes", "*Tests")


@pytest.fixture
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(seconds: float) -> None:
        raise AssertionError(f"an adapter wanted to sleep {seconds} s")

    monkeypatch.setattr(time, "sleep", refuse)
