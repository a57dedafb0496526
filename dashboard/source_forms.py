"""What an admin sets up for a source: name and pace, its adapter's options, and secrets to write only."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.text import slugify

from hospital import audit
from hospital.access import Permission, Reach
from hospital.models import Facility
from listening import vault
from listening.models import Source
from listening.sources.contract import Adapter

ENTER_AGAIN = "The address has changed. Enter every secret again, so that no key is sent to a strange place."
SHOWN_END = 4
LONG_ENOUGH = 12
"""Of a shorter secret not even the end is shown."""


class SourceForm(forms.Form):
    name = forms.CharField(max_length=80)
    facility = forms.ModelChoiceField(
        Facility.objects.none(),
        required=False,
        empty_label="No facility of its own",
        help_text="For a source that speaks of one place only.",
    )
    every = forms.IntegerField(
        label="Ask every", min_value=1, max_value=86_400, initial=60, help_text="Seconds between two polls."
    )

    def __init__(self, *args: Any, reach: Reach, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        facility_ids = reach.facility_ids(Permission.MANAGE_SOURCES)
        facility = self.fields["facility"]
        assert isinstance(facility, forms.ModelChoiceField)  # noqa: S101
        facility.queryset = Facility.objects.within(facility_ids)
        if facility_ids is not None:
            facility.required, facility.empty_label = True, None


class SecretsForm(forms.Form):
    """One field a secret. What is stored never reaches the page, but for the end of it."""

    def __init__(self, *args: Any, names: tuple[str, ...], stored: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in names:
            self.fields[name] = forms.CharField(
                label=name.replace("_", " ").capitalize(),
                required=False,
                help_text=told(stored.get(name, "")),
                widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
            )

    def typed(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if value}


class SourceForms:
    """The three forms of one source, as one."""

    def __init__(
        self, data: Any, *, kind: str, adapter: Adapter, source: Source | None, reach: Reach
    ) -> None:
        self.kind, self.source = kind, source
        self.stored, self.cannot_open = stored_secrets(source)
        every = int(source.poll_every.total_seconds()) if source else 60
        basics = {"name": source.name if source else adapter.label, "every": every}
        if source:
            basics["facility"] = source.facility_id
        self.basics = SourceForm(data, initial=basics, reach=reach)
        options = source.options if source else None
        self.options = adapter.OptionsForm(data, initial=options, prefix="options")
        self.secrets = SecretsForm(data, names=adapter.secrets, stored=self.stored, prefix="secrets")

    def is_valid(self) -> bool:
        valid = all([form.is_valid() for form in (self.basics, self.options, self.secrets)])  # noqa: C419
        return valid and not self._sends_keys_elsewhere()

    def _sends_keys_elsewhere(self) -> bool:
        """Whether stored keys would go to an address they were not entered for."""
        before = addresses(self.source.options if self.source else {})
        kept = set(self.stored) - set(self.secrets.typed())
        if not kept or addresses(self._new_options()) <= before:
            return False
        self.secrets.add_error(None, ENTER_AGAIN)
        return True

    @transaction.atomic
    def save(self, *, by: User, at: datetime) -> Source:
        basics = self.basics.cleaned_data
        source = self.source or Source(kind=self.kind, slug=free_slug(basics["name"]), next_poll_at=at)
        source.name, source.facility = basics["name"], basics["facility"]
        source.poll_every, source.options = timedelta(seconds=basics["every"]), self._new_options()
        typed = self.secrets.typed()
        if typed:
            source.sealed_secrets = vault.seal({**self.stored, **typed})
        source.save()
        audit.record(
            "source.edit" if self.source else "source.create",
            f"source {source.pk}",
            by=by,
            at=at,
            name=source.name,
            options=source.options,
            secrets_replaced=sorted(typed),
        )
        return source

    def _new_options(self) -> dict[str, Any]:
        known = dict(self.source.options) if self.source else {}
        return {**known, **self.options.cleaned_data}


def stored_secrets(source: Source | None) -> tuple[dict[str, str], str]:
    """What is stored, and why it cannot be opened when it cannot."""
    if source is None:
        return {}, ""
    try:
        return dict(vault.unseal(source.sealed_secrets)), ""
    except vault.CannotOpen as error:
        return {}, str(error)


def told(secret: str) -> str:
    if not secret:
        return "Not set."
    end = f", ends …{secret[-SHOWN_END:]}" if len(secret) >= LONG_ENOUGH else ""
    return f"Set{end}. Leave empty to keep it."


def addresses(options: Mapping[str, Any]) -> set[str]:
    """The places that the options lead to."""
    words = [word for value in options.values() if isinstance(value, str) for word in value.split()]
    return {urlsplit(word).netloc.casefold() for word in words if "://" in word}


def free_slug(name: str) -> str:
    base = slugify(name)[:40] or "source"
    taken = set(Source.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    candidates = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(slug for slug in candidates if slug not in taken)
