"""The form of one queue: lengths of time and hours as people write them."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from alerts import hours, spans
from alerts.models.queue import LONGEST_HOLD
from alerts.queues import Values
from alerts.sla import Targets
from hospital.access import GRANTS, Permission

LONGEST = timedelta(days=90)
SHORTEST = timedelta(minutes=1)
APPROVING_ROLES = [role for role, granted in GRANTS.items() if Permission.APPROVE_REPLIES in granted]


class SpanField(forms.CharField):
    """A length of time between two bounds."""

    def __init__(self, *, least: timedelta, most: timedelta, **options: Any) -> None:
        super().__init__(max_length=40, **options)
        self.least, self.most = least, most

    def clean(self, value: Any) -> timedelta | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            length = spans.read(text)
        except spans.BadSpan as error:
            raise ValidationError(str(error)) from error
        if not self.least <= length <= self.most:
            raise ValidationError(f"From {spans.write(self.least)} to {spans.write(self.most)}.")
        return length


class HoursField(forms.CharField):
    def clean(self, value: Any) -> hours.Week | None:
        try:
            return hours.read(str(value or ""))
        except hours.BadHours as error:
            raise ValidationError(str(error)) from error


def _target(label: str, help_text: str = "", *, required: bool = True) -> SpanField:
    return SpanField(least=SHORTEST, most=LONGEST, label=label, help_text=help_text, required=required)


def approvers() -> QuerySet[User]:
    found = User.objects.filter(is_active=True, memberships__role__in=APPROVING_ROLES)
    return found.distinct().order_by("first_name", "username")


def _people(label: str) -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(
        coerce=int,
        required=False,
        label=label,
        widget=forms.CheckboxSelectMultiple,
        help_text="Nobody marked: everyone who approves.",
    )


class QueueForm(forms.Form):
    name = forms.CharField(max_length=80, label="Name")
    hours = HoursField(
        required=False,
        label="Hours in which time counts",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="As in “Mon-Fri 08:00-12:00, 13:00-17:30; Sat 09:00-12:00”. Nothing: around the clock.",
    )
    first = _target("First reply within", "On X, and wherever people expect an answer within hours.")
    slow = _target(
        "On slower networks within",
        "Facebook, Instagram, LinkedIn, reviews, news. Nothing: the same.",
        required=False,
    )
    next = _target("Next reply within", "From when the author writes again.")
    resolve = _target(
        "Closed within", "From when the case was opened, without the time spent waiting on its author."
    )
    hold = SpanField(
        least=timedelta(0),
        most=LONGEST_HOLD,
        label="Hold before it leaves",
        help_text="Up to 30 min in which anybody at work can take an approved reply back.",
    )
    needed = forms.TypedChoiceField(
        choices=[(1, "One person who wrote none of it"), (2, "Two people who wrote none of it")],
        coerce=int,
        label="Approved by",
    )
    approvers = _people("Who approves here")
    escalate = SpanField(
        least=SHORTEST, most=LONGEST, required=False, label="Passed on when it waits longer than",
        help_text="In the hours above. Nothing: never.",
    )  # fmt: skip
    deputies = _people("Then also")

    def __init__(self, data: Any = None, *, values: Values) -> None:
        super().__init__(data, initial=_initial(values))
        named = [(each.pk, each.get_full_name() or each.username) for each in approvers()]
        for field in ("approvers", "deputies"):
            self.fields[field].choices = named  # type: ignore[attr-defined]

    @property
    def clocks(self) -> list[forms.BoundField]:
        return [self[name] for name in ("first", "slow", "next", "resolve")]

    @property
    def values(self) -> Values:
        said = self.cleaned_data
        return Values(
            name=said["name"],
            targets=Targets(said["first"], said["next"], said["resolve"], said["slow"]),
            week=said["hours"],
            hold=said["hold"],
            approvals_needed=said["needed"],
            escalate_after=said["escalate"],
            approvers=_named(said["approvers"]),
            deputies=_named(said["deputies"]),
        )


def _named(ids: list[int]) -> list[User]:
    return list(User.objects.filter(pk__in=ids).order_by("pk"))


def _initial(values: Values) -> dict[str, Any]:
    targets = values.targets
    return {
        "name": values.name,
        "hours": hours.write(values.week).replace("; ", ";\n"),
        "first": spans.write(targets.first),
        "slow": spans.write(targets.first_if_slow) if targets.first_if_slow else "",
        "next": spans.write(targets.next),
        "resolve": spans.write(targets.resolve),
        "hold": spans.write(values.hold),
        "needed": values.approvals_needed,
        "escalate": spans.write(values.escalate_after) if values.escalate_after else "",
        "approvers": [each.pk for each in values.approvers],
        "deputies": [each.pk for each in values.deputies],
    }
