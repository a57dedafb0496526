"""A story's page, and what people may change about it. A refused change answers 409 and says why."""

from collections.abc import Callable

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from dashboard.cards import Card
from dashboard.stories import Told
from hospital.access import Permission, allow, reach_of
from listening import stories
from listening.models import Mention, Story, StoryMove

SEE, WORK = Permission.SEE_WALL, Permission.WORK_CASES
HIGHEST_ID = 2**63 - 1


@allow(SEE)
@require_GET
@never_cache
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _visible(request, pk))


@allow(WORK)
@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a mention's story, begun for it where it stands alone: to find what belongs with it."""
    mention = get_object_or_404(
        Mention.objects.within(reach_of(request).facility_ids(WORK)), pk=min(pk, HIGHEST_ID)
    )
    return redirect("story-detail", pk=stories.of(mention).pk)


@allow(WORK)
@require_POST
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    story = _workable(request, pk)
    other = _mention(request, request.POST.get("mention", ""))

    def verb() -> None:
        stories.merge(story, stories.of(other), by=_person(request), at=timezone.now())

    return _after(request, story, verb)


@allow(WORK)
@require_POST
def split(request: HttpRequest, pk: int) -> HttpResponse:
    story = _workable(request, pk)
    mention = _mention(request, request.POST.get("mention", ""), story=story.pk)
    return _after(request, story, lambda: stories.split(mention, by=_person(request), at=timezone.now()))


@allow(WORK)
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    story = _workable(request, pk)
    wanted = _number(request.POST.get("move", ""))
    move = get_object_or_404(StoryMove.objects.select_related("left", "entered"), pk=wanted)
    if story.pk not in (move.left_id, move.entered_id):
        raise Http404
    for each in (move.left, move.entered):
        _check(request, each)
    return _after(request, story, lambda: stories.undo(move, by=_person(request), at=timezone.now()))


def _after(request: HttpRequest, story: Story, verb: Callable[[], object]) -> HttpResponse:
    try:
        verb()
    except stories.Refused as refusal:
        return _page(request, _visible(request, story.pk), refused=str(refusal), status=409)
    return redirect("story-detail", pk=story.pk)


def _page(request: HttpRequest, story: Story, *, refused: str = "", status: int = 200) -> HttpResponse:
    reach = reach_of(request)
    can_work = reach.covers(WORK, story.facility_id)
    reachable = Mention.objects.within(reach.facility_ids(WORK if can_work else SEE))
    told = Told(story, Mention.objects.within(reach.facility_ids(SEE)))
    near = stories.candidates(story, reachable) if can_work else []
    context = {
        "story": story,
        "told": told,
        "can_work": can_work,
        "candidates": [(Card(each.mention), each.percent) for each in near],
        "refused": refused,
    }
    return render(request, "stories/story.html", context, status=status)


def _visible(request: HttpRequest, pk: int) -> Story:
    """A story of which at least one mention may be seen; an empty one by its facility."""
    story = get_object_or_404(Story.objects.select_related("facility", "headline"), pk=min(pk, HIGHEST_ID))
    reach = reach_of(request)
    mentions = Mention.objects.within(reach.facility_ids(SEE)).filter(story=story)
    if not mentions.exists() and (story.count or not reach.covers(SEE, story.facility_id)):
        raise Http404
    return story


def _workable(request: HttpRequest, pk: int) -> Story:
    story = _visible(request, pk)
    _check(request, story)
    return story


def _check(request: HttpRequest, story: Story) -> None:
    if not reach_of(request).covers(WORK, story.facility_id):
        raise Http404


def _mention(request: HttpRequest, number: str, **of: int) -> Mention:
    reachable = Mention.objects.within(reach_of(request).facility_ids(WORK))
    return get_object_or_404(reachable, pk=_number(number), **of)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
