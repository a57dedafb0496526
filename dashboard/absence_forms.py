"""Saying that somebody is out of office: for oneself, or by an admin for somebody else."""

from datetime import datetime, timedelta

from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from alerts.assigning import choices
from hospital import absences
from hospital.access import Permission, Reach

LOCAL = "%Y-%m-%dT%H:%M"


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: object) -> str:
        return absences.called(obj) if isinstance(obj, User) else ""


class AbsenceForm(forms.Form):
    from_at = forms.DateTimeField(
        label="From",
        input_formats=[LOCAL],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format=LOCAL),
    )
    until_at = forms.DateTimeField(
        label="Back on",
        input_formats=[LOCAL],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format=LOCAL),
    )
    deputy = PersonField(
        User.objects.none(),
        label="Who stands in",
        required=False,
        empty_label="Nobody: it waits in its queue",
    )

    def __init__(self, data: object = None, *, user: User, now: datetime) -> None:
        today = timezone.localtime(now).replace(minute=0)
        initial = {"from_at": today, "until_at": (today + timedelta(days=1)).replace(hour=9)}
        super().__init__(data, initial=initial, auto_id=f"id_{user.pk}_%s")  # type: ignore[arg-type]
        deputy = self.fields["deputy"]
        assert isinstance(deputy, forms.ModelChoiceField)  # noqa: S101
        deputy.queryset = deputies(user, now)


def deputies(user: User, now: datetime) -> QuerySet[User]:
    """Whoever works on cases somewhere this person does."""
    facility_ids = Reach(user).facility_ids(Permission.WORK_CASES)
    people = choices(facility_ids, now).people
    return User.objects.filter(pk__in=[each.pk for each in people if each != user])
