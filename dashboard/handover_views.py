"""The change of shift: what happened since one left, what waits, and the notes that are pinned."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models.functions import Left
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from alerts import handover
from alerts.clocks import Calendars
from alerts.handover import MEANS_LITTLE
from alerts.models import Case, CaseEvent, Handover, ShiftNote
from alerts.models.case import CaseQuerySet
from alerts.refusals import Refused
from dashboard import masks
from dashboard.cases.finding import HIGHEST_ID
from dashboard.cases.rows import EXCERPT, Row
from dashboard.cases.story import called
from hospital.access import Permission, Reach, allow, reach_of
from hospital.models import Facility

SEE, WORK = Permission.SEE_CASES, Permission.WORK_CASES
SHOWN = 20
PARTS = (
    ("waits", "Waits for a person", "Nobody is waiting."),
    ("opened", "Opened since", "Nothing new."),
    ("changed", "Changed since", "Nothing has changed."),
    ("closed", "Closed since", "Nothing was closed."),
)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class NoteForm(forms.Form):
    text = forms.CharField(max_length=handover.LONGEST_NOTE, required=False, strip=True)
    facility = forms.ModelChoiceField(Facility.objects.none(), required=False, empty_label="Everywhere")

    def __init__(self, reach: Reach, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        mine = reach.facility_ids(WORK)
        places = self.fields["facility"]
        places.queryset = Facility.objects.within(mine)  # type: ignore[attr-defined]
        # Whoever reaches some places only writes for those.
        places.required = mine is not None


@dataclass(frozen=True)
class Line:
    row: Row
    event: CaseEvent | None

    @property
    def text(self) -> str:
        return self.row.case.get_outcome_display() if self.row.is_closed else self.row.text

    @property
    def who(self) -> str:
        return called(self.event.actor) if self.event and self.event.actor else ""


@dataclass(frozen=True)
class Part:
    slug: str
    title: str
    none: str
    cases: CaseQuerySet
    since: datetime
    now: datetime
    user_id: int

    @cached_property
    def count(self) -> int:
        return self.cases.count()

    @property
    def others(self) -> int:
        return max(0, self.count - SHOWN)

    @cached_property
    def lines(self) -> list[Line]:
        related = ("mention__source", "mention__facility", "facility", "owner", "team", "queue__policy")
        short = self.cases.select_related(*related).defer("mention__text", "mention__reasons")
        found = list(short.annotate(excerpt=Left("mention__text", EXCERPT + masks.SLACK))[:SHOWN])
        last, calendars = self._last(found), Calendars.load()
        rows = [Row(case, self.now, self.user_id, calendars=calendars) for case in found]
        return [Line(row, last.get(row.case.pk)) for row in rows]

    def _last(self, found: list[Case]) -> dict[int, CaseEvent]:
        """What was done last, of what means something to whoever comes next."""
        events = CaseEvent.objects.filter(case__in=found, at__gt=self.since).exclude(kind__in=MEANS_LITTLE)
        return {event.case_id: event for event in events.select_related("actor").order_by("id")}


def parts(reach: Reach, user: User, since: datetime, now: datetime) -> list[Part]:
    found = handover.changes(reach.facility_ids(SEE), user, since, now)
    return [Part(slug, title, none, getattr(found, slug), since, now, user.pk) for slug, title, none in PARTS]


@allow(SEE)
@require_GET
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    return _page(request)


@allow(WORK)
@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    read_at = _moment(request.POST.get("read_at", ""))
    user = _person(request)
    return _done(request, lambda: handover.accept(user, read_at=read_at, at=now), "You have taken over.")


@allow(WORK)
@require_POST
def pin(request: HttpRequest) -> HttpResponse:
    form = NoteForm(reach_of(request), request.POST)
    if not form.is_valid():
        why = "Choose for which facility the note is." if "facility" in form.errors else handover.TOO_LONG
        return _page(request, refused=why, status=409)
    place, text = form.cleaned_data["facility"], form.cleaned_data["text"]
    return _done(
        request,
        lambda: handover.pin(text=text, facility=place, by=_person(request), at=timezone.now()),
        "Pinned for the next shift.",
    )


@allow(WORK)
@require_POST
def take_down(request: HttpRequest, pk: int) -> HttpResponse:
    notes = ShiftNote.objects.within(reach_of(request).facility_ids(WORK))
    note = notes.filter(pk=min(pk, HIGHEST_ID)).first()
    if note is None:
        raise Http404("There is no such note.")
    return _done(
        request, lambda: handover.take_down(note, by=_person(request), at=timezone.now()), "Taken down."
    )


def _done(request: HttpRequest, verb: Callable[[], object], said: str) -> HttpResponse:
    try:
        verb()
    except Refused as refusal:
        return _page(request, refused=str(refusal), status=409)
    messages.success(request, said)
    return redirect("handover")


def _page(request: HttpRequest, *, refused: str = "", status: int = 200) -> HttpResponse:
    reach, user, now = reach_of(request), _person(request), timezone.now()
    since = handover.since(user, now)
    notes = ShiftNote.objects.pinned(now).seen_within(reach.facility_ids(SEE))
    context = {
        "since": since,
        "now": now,
        "is_today": timezone.localdate(since) == timezone.localdate(now),
        "parts": parts(reach, user, since, now),
        "notes": notes.select_related("by", "facility"),
        "places": Facility.objects.within(reach.facility_ids(WORK)),
        "is_everywhere": reach.facility_ids(WORK) is None,
        "last": Handover.objects.filter(person=user).first(),
        "refused": refused,
    }
    return render(request, "handover/handover.html", context, status=status)


def _moment(text: str) -> datetime:
    """When the page was made; what is no moment is one that is long past."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    return moment if moment and timezone.is_aware(moment) else LONG_AGO


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
