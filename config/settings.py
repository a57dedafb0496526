"""Every setting, read from the environment. README lists the variables in the same groups.

A value that cannot be used stops the start and names itself. With nothing set, the addresses of the embedded
servers are taken from the file that `manage.py up` keeps while they run.
"""

import json
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env, validate

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env(eager=False)

# -- Where data lives ---------------------------------------------------------------------------------------

MURMUR_VAR = Path(env.str("MURMUR_VAR", default="") or BASE_DIR / "var")


def running_servers() -> dict[str, str]:
    """Addresses of the embedded servers while they run; empty when they do not."""
    try:
        return dict(json.loads((MURMUR_VAR / "run" / "servers.json").read_text()))
    except (OSError, ValueError):
        return {}


SERVERS = running_servers()

# -- Security -----------------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
# Commands that need no database need no lasting key either: theirs is new each time.
GIVEN_KEY: str = env.str("SECRET_KEY", default="")
SECRET_KEY = GIVEN_KEY or SERVERS.get("SECRET_KEY") or secrets.token_urlsafe(50)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
MURMUR_HTTPS = env.bool("MURMUR_HTTPS", default=False)

# -- Servers ------------------------------------------------------------------------------------------------

GIVEN_DATABASE: str = env.str("DATABASE_URL", default="")
DATABASE_URL = GIVEN_DATABASE or SERVERS.get("DATABASE_URL", "")
REDIS_URL: str = env.str("REDIS_URL", default=SERVERS.get("REDIS_URL", ""))
# Commands that need no database still run without; the others say that none is set.
database: dict[str, Any] = {"ENGINE": "django.db.backends.dummy"}
if DATABASE_URL:
    database = dict(env.dj_db_url("DATABASE_URL", default=DATABASE_URL))

# -- The hospital -------------------------------------------------------------------------------------------

MURMUR_TIME_ZONE = env.str(
    "MURMUR_TIME_ZONE", default="America/New_York", validate=validate.OneOf(available_timezones())
)

# School years that a reply should ask for at most.
MURMUR_READING_GRADE = env.int("MURMUR_READING_GRADE", default=6, validate=validate.Range(1, 16))
MURMUR_AUTHOR_KEPT = timedelta(
    days=env.int("MURMUR_AUTHOR_DAYS", default=90, validate=validate.Range(min=1, max=365))
)

# Where the desk is reached, for the link in a page to somebody on duty; empty leaves only its path.
MURMUR_URL = env.str("MURMUR_URL", default="")
# Where authors find the private form; empty is wherever the desk itself is reached.
MURMUR_PUBLIC_URL = env.str(
    "MURMUR_PUBLIC_URL", default="", validate=validate.Regexp(r"(?:https?://[^/?#@\s]+)?/?\Z")
).rstrip("/")
MURMUR_LINK_DAYS = env.int("MURMUR_LINK_DAYS", default=14, validate=validate.Range(1, 90))
MURMUR_ANSWER_DAYS = env.int("MURMUR_ANSWER_DAYS", default=30, validate=validate.Range(0, 3650))

# Hosts in the hospital's own network that feeds of operations may ask, as "beds.hospital.example:8443".
MURMUR_OPERATIONS_HOSTS: list[str] = env.list("MURMUR_OPERATIONS_HOSTS", default=[])
# Here a feed of files has a folder of its own, named as the feed; empty: there is no drop.
MURMUR_OPERATIONS_DROP = env.str("MURMUR_OPERATIONS_DROP", default="")
MURMUR_STATUS_DAYS = env.int("MURMUR_STATUS_DAYS", default=40, validate=validate.Range(min=1, max=3650))

# -- Mail ---------------------------------------------------------------------------------------------------

EMAIL_HOST = env.str("EMAIL_HOST", default="")
EMAIL_PORT = env.int("EMAIL_PORT", default=587)
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=True)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD: str = env.str("EMAIL_HOST_PASSWORD", default="")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="murmur@localhost")

MURMUR_RELEASE_AFTER = timedelta(
    hours=env.float("MURMUR_RELEASE_AFTER_HOURS", default=4, validate=validate.Range(min=0))
)

# -- The demo and what runs it ------------------------------------------------------------------------------

SANDBOX_URL = env.str("SANDBOX_URL", default=SERVERS.get("SANDBOX_URL", ""))
MURMUR_RUN_ID = env.str("MURMUR_RUN_ID", default="")

# -- Logs ---------------------------------------------------------------------------------------------------

LOG_LEVEL = env.str(
    "LOG_LEVEL", default="INFO", validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"])
)

env.seal()  # type: ignore[no-untyped-call]
if GIVEN_DATABASE and not GIVEN_KEY:
    raise ImproperlyConfigured("SECRET_KEY must be set where DATABASE_URL is: it seals sessions and keys.")

# Nothing below reads the environment.

if MURMUR_PUBLIC_URL:
    ALLOWED_HOSTS.append(str(urlsplit(MURMUR_PUBLIC_URL).hostname))

# With no server named, mail lies in a folder: on no terminal and in no log.
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = MURMUR_VAR / "mail"
EMAIL_TIMEOUT = 10

INSTALLED_APPS = [
    "config",
    "hospital",
    "listening",
    "alerts",
    "dashboard",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "hospital.access.DefaultDenyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.context.screen",
            ],
        },
    }
]

DATABASES = {"default": database}
if DATABASE_URL:
    DATABASES["default"]["OPTIONS"] = {
        **database.get("OPTIONS", {}),
        # No page may hold the database longer than a person waits.
        "options": "-c statement_timeout=30000 -c lock_timeout=10000",
        "connect_timeout": 5,
        "application_name": "murmur",
    }

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "wall"
LOGOUT_REDIRECT_URL = "sign-in"

SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = MURMUR_HTTPS
# Two copies of Murmur on one machine share a host name; their cookies must not.
SESSION_COOKIE_NAME = "murmur_session"
CSRF_COOKIE_NAME = "murmur_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if MURMUR_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if MURMUR_HTTPS else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "en-us"
TIME_ZONE = MURMUR_TIME_ZONE
USE_TZ = True
USE_I18N = False

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Files are served with or without `collectstatic`; a container collects them once, at its build.
WHITENOISE_USE_FINDERS = not STATIC_ROOT.exists()

# Without a mail server each message becomes a file, for whoever tries it.

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # The token of a private link is a key: it stands in no log.
    "filters": {"no_tokens": {"()": "config.logs.WithoutTokens"}},
    "formatters": {"line": {"format": "{levelname:<7} {name}: {message}", "style": "{"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_tokens"]}
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # At DEBUG these print bearer tokens and the text of replies.
        name: {"level": "WARNING"}
        for name in (
            "tweepy",
            "prawcore",
            "praw",
            "requests_oauthlib",
            "oauthlib",
            "httpx",
            "httpcore",
            "urllib3",
        )
    },
}
