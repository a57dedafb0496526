"""Teams, and people who are out of office, as an admin keeps them."""

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from alerts.assigning import WORKS
from dashboard.absence_forms import AbsenceForm
from dashboard.own_views import leave
from hospital import absences, teams
from hospital.access import Permission, Reach, allow, reach_of
from hospital.models import Facility, Team

MANAGE = Permission.MANAGE_PEOPLE
HIGHEST_ID = 2**63 - 1


class PeopleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: object) -> str:
        return absences.called(obj) if isinstance(obj, User) else ""


class TeamForm(forms.ModelForm):  # type: ignore[type-arg]
    members = PeopleField(User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Team
        fields = ["name", "facility", "members"]

    def __init__(self, *args: object, reach: Reach, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        facility_ids = reach.facility_ids(MANAGE)
        members, facility = self.fields["members"], self.fields["facility"]
        assert isinstance(members, forms.ModelMultipleChoiceField)  # noqa: S101
        assert isinstance(facility, forms.ModelChoiceField)  # noqa: S101
        members.queryset = reachable_people(reach).filter(memberships__role__in=WORKS).distinct()
        facility.queryset, facility.empty_label = Facility.objects.within(facility_ids), "All facilities"
        if facility_ids is not None:
            facility.required, facility.empty_label = True, None
        if self.instance.pk:
            del self.fields["facility"]


@allow(MANAGE)
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    form = TeamForm(request.POST, reach=reach_of(request))
    if form.is_valid():
        values = form.cleaned_data
        team = teams.make(
            values["name"],
            facility=values["facility"],
            members=values["members"],
            by=_person(request),
            at=timezone.now(),
        )
        messages.success(request, f"{team} can now be given cases.")
    else:
        messages.warning(request, _first(form))
    return redirect("person-list")


@allow(MANAGE)
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    team = _team(request, pk)
    form = TeamForm(request.POST, instance=team, reach=reach_of(request))
    if form.is_valid():
        values = form.cleaned_data
        # Whom this admin cannot see stays a member.
        unseen = team.members.exclude(pk__in=reachable_people(reach_of(request)).values("pk"))
        members = [*values["members"], *unseen]
        teams.change(team, name=values["name"], members=members, by=_person(request), at=timezone.now())
        messages.success(request, f"{team} is kept.")
    else:
        messages.warning(request, _first(form))
    return redirect("person-list")


@allow(MANAGE)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    team = _team(request, pk)
    teams.remove(team, by=_person(request), at=timezone.now())
    messages.success(request, f"{team.name} is gone. Its cases wait in their queues.")
    return redirect("person-list")


@allow(MANAGE)
@require_POST
def away(request: HttpRequest, pk: int) -> HttpResponse:
    user = _reached(request, pk)
    form = AbsenceForm(request.POST, user=user, now=timezone.now())
    if leave(form, user, by=_person(request)):
        messages.success(request, f"{absences.called(user)} is out of office.")
    else:
        messages.warning(request, _first(form))
    return redirect("person-list")


@allow(MANAGE)
@require_POST
def back(request: HttpRequest, pk: int) -> HttpResponse:
    user = _reached(request, pk)
    absences.come_back(user, by=_person(request), at=timezone.now())
    messages.success(request, f"{absences.called(user)} is here.")
    return redirect("person-list")


def kept_by(request: HttpRequest) -> list[tuple[Team, TeamForm]]:
    """Teams of this admin, each with its form."""
    reach = reach_of(request)
    found = _reachable_teams(reach).prefetch_related("members").select_related("facility")
    return [(team, TeamForm(instance=team, reach=reach, auto_id=f"id_team{team.pk}_%s")) for team in found]


def reachable_people(reach: Reach) -> QuerySet[User]:
    facility_ids = reach.facility_ids(MANAGE)
    people = User.objects.filter(memberships__isnull=False)
    return (
        people if facility_ids is None else people.filter(memberships__facility__in=facility_ids)
    ).distinct()


def _reachable_teams(reach: Reach) -> QuerySet[Team]:
    facility_ids = reach.facility_ids(MANAGE)
    return Team.objects.all() if facility_ids is None else Team.objects.filter(facility__in=facility_ids)


def _team(request: HttpRequest, pk: int) -> Team:
    team = _reachable_teams(reach_of(request)).filter(pk=min(pk, HIGHEST_ID)).first()
    if team is None:
        raise Http404("There is no such team.")
    return team


def _reached(request: HttpRequest, pk: int) -> User:
    user = reachable_people(reach_of(request)).filter(pk=min(pk, HIGHEST_ID)).first()
    if user is None:
        raise Http404("There is no such person.")
    return user


def _first(form: forms.BaseForm) -> str:
    return next(str(errors[0]) for errors in form.errors.values())


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
