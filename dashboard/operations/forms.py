from datetime import timedelta
from typing import Any

from django import forms
from django.utils.text import slugify

from dashboard.places import PlaceField
from hospital.access import Permission, Reach
from hospital.feeds import asking
from hospital.guard import NotAllowed
from hospital.models import Feed, Service

MANAGE = Permission.MANAGE_OPERATIONS
MINUTE = timedelta(minutes=1)
ENTER_AGAIN = "The address has changed. Enter the token again, so that it is not sent to a strange place."


class ServiceForm(forms.Form):
    kind = forms.ChoiceField(choices=Service.Kind.choices)
    name = forms.CharField(max_length=60, help_text="As the wall says it: “North ED wait”.")
    slug = forms.SlugField(
        max_length=60,
        required=False,
        label="Short name",
        help_text="What feeds call it. Empty: made of the name.",
    )
    unit = forms.ChoiceField(choices=Service.Unit.choices, label="Told in")
    limit = forms.FloatField(
        required=False,
        help_text="In that unit. Beyond it the tile says trouble. Empty: the feed says so itself.",
    )
    is_limit_low = forms.BooleanField(required=False, label="Trouble lies below the limit, as with free beds")
    stale = forms.IntegerField(
        min_value=1, max_value=43_200, initial=15, label="Stale after", help_text="Minutes without a report."
    )
    order = forms.IntegerField(
        min_value=0,
        max_value=32_000,
        initial=100,
        help_text="Its place among the tiles; the smallest comes first.",
    )
    is_active = forms.BooleanField(required=False, initial=True, label="Shown, and taking reports")

    def __init__(self, data: Any, *, service: Service | None, reach: Reach) -> None:
        super().__init__(data, initial=_initial_of_service(service))
        self.service = service
        self.fields["facility"] = PlaceField(reach, MANAGE)
        self.order_fields(["facility"])

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"] or slugify(self.cleaned_data.get("name", ""))[:60]
        others = Service.objects.exclude(pk=self.service.pk) if self.service else Service.objects.all()
        return _free(others, slug)

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if said.get("unit") == Service.Unit.WORDS and said.get("limit") is not None:
            self.add_error("limit", "What is told in words alone has no limit. Leave it empty.")
        return said

    def values(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        return {**said, "stale_after": said.pop("stale") * MINUTE}


class FeedForm(forms.Form):
    """What every kind of feed has; each kind takes away what it has no use for."""

    name = forms.CharField(max_length=60)
    slug = forms.SlugField(max_length=60, required=False, label="Short name")
    service = forms.ModelChoiceField(
        Service.objects.none(), label="About", help_text="What the planned downtimes are downtimes of."
    )
    address = forms.CharField(
        max_length=500, help_text="https://… It is asked by the server, not by your browser."
    )
    token = forms.CharField(
        required=False,
        max_length=500,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Sent as “Authorization: Bearer …”, where the address wants one. Kept sealed, never shown.",
    )
    every = forms.IntegerField(
        min_value=5, max_value=86_400, initial=60, label="Ask every", help_text="Seconds."
    )
    silent = forms.IntegerField(
        min_value=1,
        max_value=43_200,
        initial=15,
        label="Silent after",
        help_text="Minutes without a word; then the list of feeds says so.",
    )
    UNUSED = {
        Feed.Kind.POSTED: ("service", "address", "token", "every"),
        Feed.Kind.DROPPED: ("service", "address", "token", "every"),
        Feed.Kind.POLLED: ("service",),
        Feed.Kind.CALENDAR: (),
    }

    def __init__(self, data: Any, *, kind: str, feed: Feed | None, reach: Reach) -> None:
        super().__init__(data, initial=_initial_of_feed(feed))
        self.kind, self.feed = kind, feed
        self.fields["facility"] = PlaceField(reach, MANAGE)
        self.fields["facility"].help_text = "It may speak of services of this place alone."
        about = self.fields["service"]
        assert isinstance(about, forms.ModelChoiceField)  # noqa: S101
        about.queryset = Service.objects.of(reach.facility_ids(MANAGE)).filter(
            kind=Service.Kind.DOWNTIME, unit=Service.Unit.WORDS
        )
        self.fields["address"].required = kind == Feed.Kind.POLLED
        unused = (*self.UNUSED[Feed.Kind(kind)], *(("slug",) if feed else ()))
        for name in unused:
            del self.fields[name]
        self.order_fields(["name", "slug", "facility"])

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"] or slugify(self.cleaned_data.get("name", ""))[:60]
        return _free(Feed.objects.all(), slug)

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"]).strip()
        try:
            if address:
                asking.may_be_asked(address)
        except NotAllowed as error:
            raise forms.ValidationError(str(error)) from None
        return address

    def clean_token(self) -> str:
        token = str(self.cleaned_data["token"])
        if not (token.isascii() and (token.isprintable() or not token)):
            raise forms.ValidationError("A token has plain letters, digits and signs only.")
        before = self.feed.address if self.feed and bytes(self.feed.sealed_secret) else None
        if before is not None and not token and self.cleaned_data.get("address", before) != before:
            raise forms.ValidationError(ENTER_AGAIN)
        return token

    def values(self) -> dict[str, Any]:
        said = {name: value for name, value in self.cleaned_data.items() if name != "token"}
        said["silent_after"] = said.pop("silent") * MINUTE
        if "every" in said:
            said["every"] = timedelta(seconds=said["every"])
        return said if self.feed else {**said, "kind": self.kind}


def _free(others: Any, slug: str) -> str:
    if not slug:
        raise forms.ValidationError("Say a short name: letters, digits and hyphens.")
    if others.filter(slug=slug).exists():
        raise forms.ValidationError(f"“{slug}” is taken. Say another.")
    return slug


def _initial_of_service(service: Service | None) -> dict[str, Any]:
    if service is None:
        return {}
    names = ("kind", "name", "slug", "unit", "limit", "is_limit_low", "order", "is_active")
    place = service.facility.slug if service.facility else None
    stale = service.stale_after // MINUTE
    limit = None if service.limit is None else f"{service.limit:g}"
    said = {name: getattr(service, name) for name in names}
    return {**said, "limit": limit, "facility": place, "stale": stale}


def _initial_of_feed(feed: Feed | None) -> dict[str, Any]:
    if feed is None:
        return {}
    return {
        "name": feed.name,
        "facility": feed.facility.slug if feed.facility else None,
        "service": feed.service_id,
        "address": feed.address,
        "every": int(feed.every.total_seconds()),
        "silent": feed.silent_after // MINUTE,
    }
