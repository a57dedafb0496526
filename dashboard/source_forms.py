"""What an admin sets up for a source: name and pace, its adapter's options, and secrets to write only."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib.auth.models import User
from django.db import transaction
from django.forms.boundfield import BoundField
from django.utils.text import slugify

from dashboard.source_health import LIMITS
from hospital import audit
from hospital.access import Permission, Reach
from hospital.models import Facility
from listening import connections, spending, vault
from listening.checking import Outcome
from listening.models import Source
from listening.sources import adapters
from listening.sources.contract import Adapter
from listening.sources.push import Pushes

SELDOM = frozenset({"api_url", "base_url", "backfill_hours", "backfill_days", "days_back", "version", "port"})
"""Options that hardly anybody needs to change."""

NAMES = frozenset({"username", "handle"})
"""Of the keys, what anybody may know."""

WORDS = {"Api url": "API address", "Api key": "API key", "Api secret": "API secret", "Client id": "Client ID"}
LINES = 4
"""Of a field for several lines, to begin with."""

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

    limit = forms.DecimalField(
        required=False,
        min_value=1,
        max_value=10_000_000,
        label="Posts a month, at most",
        help_text="Empty: no limit. Before it is reached you are told, and what can wait is asked less.",
    )

    def __init__(self, *args: Any, reach: Reach, price: float = 0.0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.price = price
        if price:
            self.fields["limit"].label = "Dollars a month, at most"
            self.fields["limit"].help_text = f"{price:g} dollars a post. {self.fields['limit'].help_text}"
        facility_ids = reach.facility_ids(Permission.MANAGE_SOURCES)
        facility = self.fields["facility"]
        assert isinstance(facility, forms.ModelChoiceField)  # noqa: S101
        facility.queryset = Facility.objects.within(facility_ids)
        if facility_ids is not None:
            facility.required, facility.empty_label = True, None

    @property
    def monthly_posts(self) -> int | None:
        limit = self.cleaned_data["limit"]
        return None if limit is None else max(1, round(float(limit) / (self.price or 1)))


class NameInput(forms.PasswordInput):
    """Seen while it is typed, for a name is no secret; what was stored or sent is not shown either."""

    input_type = "text"


class SecretsForm(forms.Form):
    """One field a secret. What is stored never reaches the page, but for the end of it."""

    def __init__(
        self, *args: Any, adapter: Adapter, stored: Mapping[str, str], is_new: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in adapter.secrets:
            widget = NameInput if name in NAMES else forms.PasswordInput
            said = (adapter.sheet.keys.get(name, ""), "" if is_new else told(stored.get(name, "")))
            self.fields[name] = forms.CharField(
                label=label_of(name),
                required=False,
                help_text=" ".join(filter(None, said)),
                widget=widget(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
            )

    def typed(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if value}


def label_of(name: str) -> str:
    plain = name.replace("_", " ").capitalize()
    return WORDS.get(plain, plain)


def worded(name: str, field: forms.Field) -> None:
    """The label as people write it, and no more lines than are needed."""
    field.label = field.label or label_of(name)
    if isinstance(field.widget, forms.Textarea):
        field.widget.attrs["rows"] = LINES


class SourceForms:
    """The three forms of one source, as one."""

    def __init__(self, data: Any, *, adapter: Adapter, source: Source | None, reach: Reach) -> None:
        self.adapter, self.source = adapter, source
        self.stored, self.cannot_open = stored_secrets(source)
        price = adapter.syntax.dollars_per_post if adapter.syntax else 0.0
        self.basics = SourceForm(data, initial=_basics(adapter, source, price), reach=reach, price=price)
        options = source.options if source else None
        self.options = adapter.OptionsForm(data, initial=options, prefix="options")
        self.secrets = SecretsForm(
            data, adapter=adapter, stored=self.stored, is_new=source is None, prefix="secrets"
        )
        self.is_stream = isinstance(adapter, Pushes)
        if self.is_stream:
            del self.basics.fields["every"]
        for name, field in self.options.fields.items():
            worded(name, field)

    @property
    def reads(self) -> list[BoundField]:
        """The options that everybody looks at."""
        return [field for field in self.options if field.name not in SELDOM]

    @property
    def seldom(self) -> list[BoundField]:
        return [field for field in self.options if field.name in SELDOM]

    @property
    def is_seldom_wrong(self) -> bool:
        return any(field.errors for field in self.seldom)

    @property
    def shown(self) -> list[BoundField]:
        """Every field in the order of the page."""
        return [*self.reads, *self.secrets, *self.basics, *self.seldom]

    def is_valid(self) -> bool:
        valid = all([form.is_valid() for form in (self.basics, self.options, self.secrets)])  # noqa: C419
        return valid and not self._sends_keys_elsewhere()

    def _sends_keys_elsewhere(self) -> bool:
        """Whether stored keys would go to an address they were not entered for."""
        before = addresses(self.source.options if self.source else {})
        kept = set(self.stored) - set(self.secrets.typed())
        if not kept or addresses(self.new_options()) <= before:
            return False
        self.secrets.add_error(None, ENTER_AGAIN)
        return True

    @property
    def changes_the_way(self) -> bool:
        """Whether what it asks, or with which key, is another now."""
        before = self.source.options if self.source else {}
        return bool(self.secrets.typed()) or self.new_options() != before

    @transaction.atomic
    def save(self, *, by: User, at: datetime, outcome: Outcome | None = None) -> Source:
        """`outcome`: of trying it, where it was tried. A final refusal: keep it, and do not ask it."""
        basics = self.basics.cleaned_data
        source = self.source or Source(
            kind=self.adapter.kind, slug=free_slug(basics["name"]), next_poll_at=at
        )
        source.name, source.facility = basics["name"], basics["facility"]
        source.options = self.new_options()
        if "every" in basics:
            source.poll_every = timedelta(seconds=basics["every"])
        if source.monthly_posts != self.basics.monthly_posts:
            source.monthly_posts, source.told_at = self.basics.monthly_posts, None
        if self.secrets.typed():
            source.sealed_secrets = vault.seal(self.new_secrets())
        _obey(source, outcome, at)
        source.save()
        spending.tried(source, outcome.seen if outcome else 0, at)
        audit.record(
            "source.edit" if self.source else "source.create",
            f"source {source.pk}",
            by=by,
            at=at,
            name=source.name,
            options=source.options,
            monthly_posts=source.monthly_posts,
            secrets_replaced=sorted(self.secrets.typed()),
        )
        return source

    def new_options(self) -> dict[str, Any]:
        known = dict(self.source.options) if self.source else {}
        return {**known, **self.options.cleaned_data}

    def new_secrets(self) -> dict[str, str]:
        return {**self.stored, **self.secrets.typed()}


def _basics(adapter: Adapter, source: Source | None, price: float) -> dict[str, Any]:
    if source is None:
        return {"name": free_name(adapter.label), "every": 60}
    posts = source.monthly_posts
    limit = None if posts is None else round(posts * price, 2) if price else posts
    every = int(source.poll_every.total_seconds())
    return {"name": source.name, "every": every, "facility": source.facility_id, "limit": limit}


def _obey(source: Source, outcome: Outcome | None, at: datetime) -> None:
    if outcome is None:
        return
    if outcome.is_final:
        source.paused_reason, source.last_error_kind = outcome.words[:300], outcome.kind
        source.last_error = outcome.words[:500]
    elif (outcome.works or outcome.kind in LIMITS) and source.last_error_kind:
        # Whoever says "not so often" knows the key: what stood here of an older one holds no longer.
        source.paused_reason, source.last_error_kind, source.last_error, source.failures = "", "", "", 0
        source.limited_until, source.next_poll_at = None, at


def open_kinds(sources: Sequence[Source]) -> list[Adapter]:
    """Networks that need neither a key nor a choice, and of which none is connected; the sandbox is none."""
    there = {source.kind for source in sources if not connections.is_sandbox(source.options)}
    found = []
    for adapter in sorted(adapters().values(), key=lambda each: each.label):
        form = adapter.OptionsForm()
        given = {name: field.initial for name, field in form.fields.items()}
        wants_nothing = not (adapter.sheet.needs_key or adapter.sheet.needs_choice)
        is_ready = wants_nothing and adapter.OptionsForm(given).is_valid()
        if is_ready and adapter.kind not in there:
            found.append(adapter)
    return found


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


def free_name(label: str) -> str:
    """So that two of a kind can be told apart in every list."""
    taken = set(Source.objects.filter(name__startswith=label).values_list("name", flat=True))
    return next(
        name for name in (label, *(f"{label} {n}" for n in range(2, len(taken) + 3))) if name not in taken
    )


def free_slug(name: str) -> str:
    base = slugify(name)[:40] or "source"
    taken = set(Source.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    candidates = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(slug for slug in candidates if slug not in taken)
