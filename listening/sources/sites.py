"""The form of the review pages: each site is named again with a tick, for its terms differ."""

from typing import Any

import httpx
from django import forms
from django.core.exceptions import ValidationError

from listening.sources.contract import Forbidden
from listening.sources.http import checked
from listening.sources.options import PartsField

EXAMPLE = "https://reviews.example/northfield"
CONFIRM = (
    "Tick each site whose terms you have read and that allow a program to read its reviews. Then save again."
)


def site_of(address: str) -> str:
    """The host of an address; empty where it has none."""
    try:
        return httpx.URL(address).host
    except (httpx.InvalidURL, ValueError):
        return ""


def sites_in(pages: str) -> list[str]:
    addresses = (line.strip() for line in pages.splitlines())
    return sorted({site_of(each) for each in addresses if each and not each.startswith("#")} - {""})


class SitesForm(forms.Form):
    pages = PartsField(
        widget=forms.Textarea(attrs={"placeholder": EXAMPLE}),
        help_text="The public pages on which you are reviewed, one address a line.",
    )

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        typed = data.get(self.add_prefix("pages"), "") if data else (self.initial or {}).get("pages", "")
        sites = sites_in(str(typed))
        if sites:
            self.fields["sites"] = forms.MultipleChoiceField(
                label="Their terms allow it",
                choices=[(site, site) for site in sites],
                required=False,
                widget=forms.CheckboxSelectMultiple,
                help_text="What is ticked here is kept in the audit, with your name.",
            )

    def clean_pages(self) -> str:
        pages: str = self.cleaned_data["pages"]
        if not sites_in(pages):
            raise ValidationError("Name one page at least: without one there is nothing to read.")
        for line in pages.splitlines():
            if line.strip() and not line.strip().startswith("#"):
                try:
                    checked(line)
                except Forbidden as error:
                    raise ValidationError(f"{line.strip()[:80]}: {error.message}") from None
        return pages

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        missing = set(sites_in(said.get("pages", ""))) - set(said.get("sites", ()))
        if missing and "sites" in self.fields:
            self.add_error("sites", f"{CONFIRM} Not ticked: {', '.join(sorted(missing))}.")
        return {**said, "sites": said.get("sites", [])}
