import pytest


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> None:
    """Tests sign people in hundreds of times; nobody attacks their passwords."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["tests.passwords.QuickHasher"]
