from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from dashboard import team_views
from dashboard.absence_forms import AbsenceForm
from hospital import audit
from hospital.access import Permission, Reach, allow, reach_of
from hospital.models import Absence, Facility, Membership, Role

MANAGE = Permission.MANAGE_PEOPLE
HIGHEST_ID = 2**63 - 1

MAY = {
    Role.VIEWER: "sees the wall",
    Role.MANAGER: "sees the wall, says how posts are to be read, works on cases",
    Role.RESPONDER: "the same",
    Role.APPROVER: (
        "the same, approves replies, facts and safety texts, keeps saved replies, handles staff voices"
    ),
    Role.COMPLIANCE: "reads cases, handles what staff say in public, lets through what the check stops",
    Role.ADMIN: (
        "keeps watchlists, facilities, rules, sources, people, priority, contacts, saved replies, "
        "safety texts and duty; "
        "reads cases, says how posts are to be read"
    ),
}


class MembershipForm(forms.Form):
    """A role for somebody who has an account, or for somebody new."""

    username = forms.CharField(max_length=150)
    role = forms.ChoiceField(choices=Role.choices, initial=Role.VIEWER)
    facility = forms.ModelChoiceField(Facility.objects.none(), required=False, empty_label="All facilities")
    first_name = forms.CharField(max_length=150, required=False)
    last_name = forms.CharField(max_length=150, required=False)
    password = forms.CharField(
        required=False, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: object, reach: Reach, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        facility = self.fields["facility"]
        assert isinstance(facility, forms.ModelChoiceField)  # noqa: S101
        facility.queryset = Facility.objects.within(reach.facility_ids(MANAGE))
        if reach.facility_ids(MANAGE) is not None:
            facility.required, facility.empty_label = True, None

    def clean(self) -> dict[str, object]:
        values = super().clean() or {}
        username = values.get("username", "")
        values["user"] = User.objects.filter(username=username).first()
        if values["user"] is None and username:
            self._check_new(User(username=username), values.get("password", ""))
        held = {key: values.get(key) for key in ("user", "role", "facility")}
        if values["user"] is not None and not self.errors and Membership.objects.filter(**held).exists():
            self.add_error(None, "This person has that role there already.")
        return values

    def _check_new(self, user: User, password: str) -> None:
        try:
            user.clean_fields(exclude=["password"])
            validate_password(password, user)
        except ValidationError as error:
            text = " ".join(error.messages)
            self.add_error("password", f"Nobody has this name yet. For a new account: {text}")


@allow(MANAGE)
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    form = MembershipForm(request.POST or None, reach=reach_of(request))
    if request.method == "POST" and form.is_valid():
        membership = _add(form.cleaned_data, by=_person(request))
        messages.success(request, f"{membership}.")
        return redirect("person-list")
    held = _reachable(request).select_related("facility").order_by("role")
    people = User.objects.filter(memberships__in=held).distinct().order_by("last_name", "username")
    people, now = people.prefetch_related(Prefetch("memberships", held)), timezone.now()
    away = {each.user_id: each for each in Absence.objects.filter(until_at__gt=now).select_related("deputy")}
    context = {
        "form": form,
        "people": [(each, away.get(each.pk), AbsenceForm(user=each, now=now)) for each in people],
        "teams": team_views.kept_by(request),
        "new_team": team_views.TeamForm(reach=reach_of(request)),
        "may_of_roles": [(role.label, said) for role, said in MAY.items()],
    }
    return render(request, "people/list.html", context, status=409 if form.errors else 200)


@allow(MANAGE)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    membership = _reachable(request).select_related("user", "facility").filter(pk=min(pk, HIGHEST_ID)).first()
    if membership is None:
        raise Http404("There is no such membership.")
    if membership.user == request.user and membership.role == Role.ADMIN:
        messages.warning(request, "You cannot take the admin's role from yourself. Ask another admin.")
    else:
        _remove(membership, by=_person(request))
        messages.success(request, f"Taken away: {membership}.")
    return redirect("person-list")


@transaction.atomic
def _add(values: dict[str, object], *, by: User) -> Membership:
    now, user = timezone.now(), values["user"]
    if not isinstance(user, User):
        names = {key: str(values[key]) for key in ("username", "password", "first_name", "last_name")}
        user = User.objects.create_user(**names)
        audit.record("person.create", f"user {user.pk}", by=by, at=now, username=user.username)
    facility = values["facility"]
    assert facility is None or isinstance(facility, Facility)  # noqa: S101
    membership = Membership.objects.create(user=user, role=str(values["role"]), facility=facility)
    _tell("membership.add", membership, by)
    return membership


@transaction.atomic
def _remove(membership: Membership, *, by: User) -> None:
    _tell("membership.remove", membership, by)
    Membership.objects.filter(pk=membership.pk).delete()


def _tell(action: str, membership: Membership, by: User) -> None:
    audit.record(
        action,
        f"user {membership.user_id}",
        by=by,
        at=timezone.now(),
        role=membership.role,
        facility=membership.facility_id,
    )


def _reachable(request: HttpRequest) -> QuerySet[Membership]:
    facility_ids = reach_of(request).facility_ids(MANAGE)
    held = Membership.objects.all()
    return held if facility_ids is None else held.filter(facility_id__in=facility_ids)


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
