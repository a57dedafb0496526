"""What keeps a letter from leaving."""

from django.core.exceptions import ImproperlyConfigured

NOT_SENT = (OSError, ImproperlyConfigured)
"""All of `smtplib` is OSError. Without a server letters lie in a folder, which Django may fail to make."""
