"""What the options forms of the adapters share."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from listening.sources.contract import AuthFailed, Connection, Forbidden
from listening.sources.http import checked


class PartsField(forms.CharField):
    """What is read, one a line: each is tried by itself when the source is connected."""

    widget = forms.Textarea

    def split(self, written: str) -> list[str]:
        return named(written)


class LinesField(PartsField):
    """Several lines, of which one at least names something: without it there would be nothing to read."""

    def validate(self, value: str) -> None:
        super().validate(value)
        if not named(value):
            raise ValidationError("Name at least one, one a line. Lines that begin with # are left out.")


class BackfillForm(forms.Form):
    backfill_hours = forms.IntegerField(
        initial=24,
        min_value=1,
        max_value=160,
        required=False,
        help_text="How many hours back a new or changed watchlist looks.",
    )


def address_field(real: str) -> forms.CharField:
    # Not a URLField, which takes no host without a dot, such as the name of a container.
    return forms.CharField(
        initial=real,
        required=False,
        validators=[is_web_address],
        help_text="Leave as it is, unless a test system answers in the network's place.",
    )


def is_web_address(value: str) -> None:
    try:
        checked(value)
    except Forbidden as error:
        raise ValidationError(error.message) from None


def option(connection: Connection, name: str, default: Any = "") -> Any:
    """The option, or the default where it was left empty."""
    return connection.options.get(name) or default


def lines(connection: Connection, name: str) -> list[str]:
    return named(str(option(connection, name)))


def named(written: str) -> list[str]:
    """The lines, each once, without the empty ones and those that begin with #."""
    found = [line.strip() for line in written.splitlines()]
    return list(dict.fromkeys(line for line in found if line and not line.startswith("#")))


def secret(connection: Connection, name: str, network: str) -> str:
    """The secret, or AuthFailed: without it no call would be answered."""
    value = connection.secrets.get(name, "").strip()
    if not value:
        raise AuthFailed(f"{network} has no {name.replace('_', ' ').replace('api ', 'API ')} yet.")
    return value
