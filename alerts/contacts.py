"""The contacts that the hospital has listed: the only numbers and addresses that a reply may give."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from alerts import tokens
from alerts.gate.contacts import LONGEST_CONTACT, MAX_CONTACTS, Contacts
from alerts.models import ListedContact, PrivateLink
from alerts.refusals import Refused
from hospital import audit
from listening import wording
from listening.models import Mention

UNREADABLE = "That is no phone number, web address, e-mail address, handle or postal address."


def listed() -> list[str]:
    return list(ListedContact.objects.values_list("value", flat=True)[:MAX_CONTACTS])


def links_in(mention: Mention, text: str) -> tuple[list[str], list[str]]:
    """Private links in a draft: those made for this very post and not taken back, and all others."""
    found = tokens.found_in(text)
    if not found:
        return [], []
    usable = PrivateLink.objects.filter(case__mention=mention, revoked_at__isnull=True)
    ours = set(usable.values_list("base", "token_hash"))
    own = [url for url, site, token in found if (site, tokens.hashed(token)) in ours]
    return own, [url for url, _, _ in found if url not in own]


def phone() -> ListedContact | None:
    """The number that a person is told to call: the patient line where one is listed, else any."""
    numbers = [
        each for each in ListedContact.objects.all()[:MAX_CONTACTS] if Contacts.of([each.value]).phones
    ]
    of_patients = [each for each in numbers if "patient" in each.purpose.lower()]
    return next(iter([*of_patients, *numbers]), None)


@transaction.atomic
def add(value: str, purpose: str, *, by: User | None, at: datetime) -> ListedContact:
    value = " ".join(wording.storable(value).split())
    if not value or len(value) > LONGEST_CONTACT or Contacts.of([value]) == Contacts():
        raise Refused(UNREADABLE)
    if ListedContact.objects.filter(value__iexact=value).exists():
        raise Refused(f"{value} is listed already.")
    if ListedContact.objects.count() >= MAX_CONTACTS:
        raise Refused(f"{MAX_CONTACTS} contacts are listed. Take one away first.")
    made = ListedContact.objects.create(
        value=value, purpose=wording.storable(purpose.strip())[:100], added_by=by, added_at=at
    )
    audit.record("contact.add", f"contact {made.pk}", by=by, at=at, value=value)
    return made


@transaction.atomic
def remove(contact: ListedContact, *, by: User, at: datetime) -> None:
    audit.record("contact.remove", f"contact {contact.pk}", by=by, at=at, value=contact.value)
    ListedContact.objects.filter(pk=contact.pk).delete()
