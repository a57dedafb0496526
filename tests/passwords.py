from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """The product's own kind, so that processes a test starts understand it; one round instead of a million."""

    iterations = 1
