from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard.cards import span_in_words
from dashboard.operations.forms import MANAGE, FeedForm
from hospital.access import allow, reach_of
from hospital.feeds import setting_up
from hospital.models import Feed, Service

HIGHEST_ID = 2**63 - 1
DELIVERIES = 20
WORDS = {
    Feed.State.HEARD: ("live", "Heard"),
    Feed.State.SILENT: ("clock", "Silent"),
    Feed.State.FAILING: ("outage", "Failing"),
    Feed.State.NEW: ("clock", "Nothing yet"),
    Feed.State.PAUSED: ("pause", "Paused"),
}
# As the rows of sources are coloured.
LOOKS = {Feed.State.SILENT: "late", Feed.State.FAILING: "down", Feed.State.NEW: "paused"}


@dataclass(frozen=True)
class Health:
    feed: Feed
    now: datetime

    @property
    def state(self) -> Feed.State:
        return self.feed.state(self.now)

    @property
    def look(self) -> str:
        return LOOKS.get(self.state, "paused" if self.state is Feed.State.PAUSED else "live")

    @property
    def icon(self) -> str:
        return WORDS[self.state][0]

    @property
    def word(self) -> str:
        return WORDS[self.state][1]

    @property
    def age(self) -> str:
        heard = self.feed.last_success_at
        return span_in_words(self.now - heard) if heard else ""

    @property
    def is_asked(self) -> bool:
        return self.feed.kind in Feed.ASKED


@allow(MANAGE)
@require_GET
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    kept = Feed.objects.within(reach_of(request).facility_ids(MANAGE)).select_related("facility")
    context = {"healths": [Health(feed, now) for feed in kept], "kinds": Feed.Kind.choices, "now": now}
    return render(request, "operations/feeds.html", context)


@allow(MANAGE)
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@never_cache
def create(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("kind", "")
    if kind not in Feed.Kind.values:
        raise Http404("There is no such kind of feed.")
    form = FeedForm(request.POST or None, kind=kind, feed=None, reach=reach_of(request))
    if request.method == "POST" and form.is_valid():
        feed = _save(request, None, form)
        if kind == Feed.Kind.POSTED:
            secret = setting_up.renew(feed, by=_person(request), at=timezone.now())
            return page(request, feed, secret=secret)
        messages.success(request, f"{feed} is saved.")
        return redirect("feed-edit", feed.pk)
    context = {"form": form, "kind": Feed.Kind(kind)}
    return render(request, "operations/feed.html", context, status=409 if request.method == "POST" else 200)


@allow(MANAGE)
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    feed = feed_of(request, pk)
    if request.method == "GET":
        return page(request, feed)
    form = FeedForm(request.POST, kind=feed.kind, feed=feed, reach=reach_of(request))
    if not form.is_valid():
        return page(request, feed, form=form, status=409)
    _save(request, feed, form)
    messages.success(request, f"{feed} is saved.")
    return redirect("feed-edit", feed.pk)


@allow(MANAGE)
@require_POST
@never_cache
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """The page itself answers, for the secret stands nowhere else: not in a redirect, nor in the session."""
    feed = feed_of(request, pk)
    if feed.kind != Feed.Kind.POSTED:
        raise Http404("Only a feed that posts has a secret.")
    return page(request, feed, secret=setting_up.renew(feed, by=_person(request), at=timezone.now()))


@allow(MANAGE)
@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    feed = feed_of(request, pk)
    setting_up.pause(feed, by=_person(request), at=timezone.now())
    messages.success(request, f"{feed} is paused. Nothing is taken from it until somebody resumes it.")
    return redirect("feed-list")


@allow(MANAGE)
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    feed = feed_of(request, pk)
    setting_up.resume(feed, by=_person(request), at=timezone.now())
    messages.success(request, f"{feed} is taken from again.")
    return redirect("feed-list")


@allow(MANAGE)
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    feed = feed_of(request, pk)
    if setting_up.ask_soon(feed, at=timezone.now()):
        messages.success(request, f"{feed} is asked within seconds.")
    else:
        messages.warning(request, f"{feed} is not one that is asked, or it is paused.")
    return redirect("feed-list")


def page(request: HttpRequest, feed: Feed, *, status: int = 200, **more: Any) -> HttpResponse:
    """A feed with its settings, how it is used, and what came by it. `secret` stands there this once."""
    form = FeedForm(None, kind=feed.kind, feed=feed, reach=reach_of(request))
    spoken_of = Service.objects.of(_places(feed)).filter(is_active=True)
    context = {
        "form": form,
        "feed": feed,
        "kind": Feed.Kind(feed.kind),
        "health": Health(feed, timezone.now()),
        "deliveries": feed.deliveries.all()[:DELIVERIES],
        "services": spoken_of[:100],
        "sample": spoken_of.exclude(unit=Service.Unit.WORDS).first() or spoken_of.first(),
        "status_url": (settings.MURMUR_URL or request.build_absolute_uri("/")).rstrip("/")
        + reverse("operations-status"),
        "drop": settings.MURMUR_OPERATIONS_DROP,
        "now": timezone.localtime().replace(microsecond=0),
        **more,
    }
    return render(request, "operations/feed.html", context, status=status)


def feed_of(request: HttpRequest, pk: int) -> Feed:
    within = Feed.objects.within(reach_of(request).facility_ids(MANAGE)).select_related("facility", "service")
    feed = within.filter(pk=min(pk, HIGHEST_ID)).first()
    if feed is None:
        raise Http404("There is no such feed.")
    return feed


def _places(feed: Feed) -> frozenset[int] | None:
    return None if feed.facility_id is None else frozenset({feed.facility_id})


def _save(request: HttpRequest, feed: Feed | None, form: FeedForm) -> Feed:
    token = form.cleaned_data.get("token", "")
    return setting_up.save_feed(
        feed, values=form.values(), token=token, by=_person(request), at=timezone.now()
    )


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
