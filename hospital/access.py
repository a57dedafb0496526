"""Who may do what. Nothing is allowed that is not said here: every view names its permission.

Roles and what each may do are one table, so that a test can walk every address with every role.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from hospital.models import Membership, Role

View = Callable[..., Any]


class Permission(StrEnum):
    PUBLIC = "public"  # no sign-in: the sign-in page, health, static files
    SIGNED_IN = "signed in"  # anyone with an account, member or not: signing out
    SEE_WALL = "see the wall"
    SEE_CASES = "see cases"
    LABEL = "label mentions"
    WORK_CASES = "work on cases"
    REVEAL_IDENTITIES = "reveal identities"
    APPROVE_REPLIES = "approve replies"
    MANAGE_WATCHLISTS = "manage watchlists"
    MANAGE_SOURCES = "manage sources"
    ENTER_MENTIONS = "enter letters and cards by hand"
    MANAGE_FACILITIES = "manage facilities"
    MANAGE_OPERATIONS = "manage operations"  # what is reported of how the hospital runs, and by which feeds
    MANAGE_READING = "manage how posts are read"
    MANAGE_PEOPLE = "manage people"
    MANAGE_PRIORITY = "manage priority"
    MANAGE_RULES = "manage rules"
    MANAGE_CONTACTS = "manage listed contacts"
    MANAGE_SAVED_REPLIES = "manage saved replies"
    APPROVE_FACTS = "approve facts"
    MANAGE_SAFETY = "manage safety texts and duty"
    SEND_AT_ONCE = "send an answer to an emergency without the hold"
    OVERRIDE_CHECK = "let a stopped reply through"  # as the second person, with a reason
    READ_PRIVATE_ANSWERS = "read private answers"  # what an author told by a private link
    CONFIRM_THANKS = "confirm thanks"  # say that a card goes to a unit or a member of staff
    MANAGE_SCREENS = "manage big screens"
    MANAGE_DECKS = "manage shared decks"
    HANDLE_STAFF_VOICE = "handle staff voice"  # what staff say in public: for two roles alone


P = Permission
GRANTS: dict[str, frozenset[Permission]] = {
    Role.VIEWER: frozenset({P.SEE_WALL}),
    Role.MANAGER: frozenset(
        {
            P.SEE_WALL,
            P.SEE_CASES,
            P.LABEL,
            P.WORK_CASES,
            P.REVEAL_IDENTITIES,
            P.CONFIRM_THANKS,
            P.ENTER_MENTIONS,
            P.MANAGE_SCREENS,
            P.MANAGE_DECKS,
        }
    ),
    Role.RESPONDER: frozenset(
        {P.SEE_WALL, P.SEE_CASES, P.LABEL, P.WORK_CASES, P.REVEAL_IDENTITIES, P.READ_PRIVATE_ANSWERS}
    ),
    Role.APPROVER: frozenset(
        {
            P.SEE_WALL,
            P.SEE_CASES,
            P.LABEL,
            P.WORK_CASES,
            P.APPROVE_REPLIES,
            P.APPROVE_FACTS,
            P.MANAGE_SAVED_REPLIES,
            P.SEND_AT_ONCE,
            P.REVEAL_IDENTITIES,
            P.READ_PRIVATE_ANSWERS,
            P.CONFIRM_THANKS,
            P.HANDLE_STAFF_VOICE,
            P.MANAGE_SAFETY,
        }
    ),
    Role.COMPLIANCE: frozenset(
        {P.SEE_WALL, P.SEE_CASES, P.OVERRIDE_CHECK, P.READ_PRIVATE_ANSWERS, P.HANDLE_STAFF_VOICE}
    ),
    # Not staff voices: whoever runs the machine, or manages people, has no business there.
    Role.ADMIN: frozenset(
        {
            P.SEE_WALL,
            P.SEE_CASES,
            P.LABEL,
            P.MANAGE_WATCHLISTS,
            P.MANAGE_SOURCES,
            P.ENTER_MENTIONS,
            P.MANAGE_FACILITIES,
            P.MANAGE_OPERATIONS,
            P.MANAGE_READING,
            P.MANAGE_PEOPLE,
            P.MANAGE_PRIORITY,
            P.MANAGE_RULES,
            P.MANAGE_CONTACTS,
            P.MANAGE_SAVED_REPLIES,
            P.MANAGE_SAFETY,
            P.MANAGE_SCREENS,
            P.MANAGE_DECKS,
        }
    ),
}


def allow(permission: Permission) -> Callable[[View], View]:
    """Mark a view with the permission it needs; the middleware enforces it."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


class Reach:
    """What one person may do, and in which facilities. Made once a request, from their memberships."""

    def __init__(self, user: AbstractBaseUser | AnonymousUser) -> None:
        self.user = user
        self.memberships: list[Membership] = []
        if user.is_authenticated and user.is_active:
            self.memberships = list(Membership.objects.filter(user_id=user.pk))

    def can(self, permission: Permission) -> bool:
        return any(permission in GRANTS[membership.role] for membership in self.memberships)

    def facility_ids(self, permission: Permission) -> frozenset[int] | None:
        """Facilities in which they may; None means all of them, and mentions that name none."""
        granting = [m.facility_id for m in self.memberships if permission in GRANTS[m.role]]
        if None in granting:
            return None
        return frozenset(facility_id for facility_id in granting if facility_id is not None)

    def covers(self, permission: Permission, facility_id: int | None) -> bool:
        allowed = self.facility_ids(permission)
        return allowed is None or (facility_id is not None and facility_id in allowed)


def reach_of(request: HttpRequest) -> Reach:
    """The reach of whoever asks, read once a request."""
    if not hasattr(request, "_reach"):
        request._reach = Reach(request.user)  # type: ignore[attr-defined]
    return request._reach  # type: ignore[attr-defined,no-any-return]


class DefaultDenyMiddleware(MiddlewareMixin):
    """Turns away every request whose view has no permission, or whose sender has not that permission."""

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        permission = permission_of(view)
        if permission is Permission.PUBLIC:
            return None
        if not request.user.is_authenticated:
            return sent_to_sign_in(request)
        if permission is Permission.SIGNED_IN:
            return None
        if permission is None or not reach_of(request).can(permission):
            raise PermissionDenied
        return None


def sent_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """A page goes to the sign-in page, and so does a press. A part that refreshes itself stays as it is: no
    sign-in page may take its place, and a wall says by itself that it is not live.
    """
    if "HX-Request" not in request.headers:
        return redirect_to_login(request.get_full_path())
    if request.method == "GET":
        return HttpResponse(status=401)
    where = redirect_to_login(urlsplit(request.headers.get("HX-Current-URL", "/")).path or "/")
    return HttpResponse(status=204, headers={"HX-Redirect": where.url})


def permission_of(view: View) -> Permission | None:
    """The permission a view was marked with, through `partial` and class-based wrappers."""
    while isinstance(view, partial):
        view = view.func
    return getattr(view, "permission", None)
