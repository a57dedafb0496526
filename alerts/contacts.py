"""The contacts that the hospital has listed: the only numbers and addresses that a reply may give."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from alerts.gate.contacts import LONGEST_CONTACT, MAX_CONTACTS, Contacts
from alerts.models import ListedContact
from alerts.refusals import Refused
from hospital import audit
from listening import wording

UNREADABLE = "That is no phone number, web address, e-mail address, handle or postal address."


def listed() -> list[str]:
    return list(ListedContact.objects.values_list("value", flat=True)[:MAX_CONTACTS])


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
