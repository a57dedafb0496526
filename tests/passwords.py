from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """The product's own kind, so that processes a test starts can read it; one round, not a million."""

    iterations = 1
