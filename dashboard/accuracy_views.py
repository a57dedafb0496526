"""How often the reader is right, and the mentions behind each number."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models.fields.json import KT
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from dashboard.cards import Card
from dashboard.sample_views import progress_of
from hospital.access import Permission, allow, reach_of
from listening import readers, sampled
from listening.accuracy import ENOUGH, Accuracy, Answer
from listening.models import Label, Mention, SampleItem, Source
from listening.sampled import Answered

PAGE = 50
TONES = [(str(tone.value), str(tone.label)) for tone in Mention.Sentiment]
ASKED = {
    "source": "from",
    "version": "reader version",
    "month": "in",
    "said": "the reader said",
    "people": "people said",
    "right": "read right:",
    "kind": "",
}
"""What a list can be narrowed by, and the words for it."""

HAND, SAMPLE = "hand", "sample"


@dataclass(frozen=True)
class Cell:
    number: int
    url: str
    is_right: bool


@dataclass(frozen=True)
class Line:
    """One row of figures, or one table of who said what."""

    name: str
    found: Accuracy
    asked: dict[str, str]
    narrow_url: str = ""

    @property
    def url(self) -> str:
        return behind_url(self.asked)

    @property
    def right_url(self) -> str:
        return behind_url({**self.asked, "right": "yes"})

    @property
    def confusion(self) -> list[tuple[str, list[Cell], Cell]]:
        """For each tone that the reader said: what people said, and all of them."""
        return [(label, self._cells(said), self._total(said)) for said, label in TONES]

    def _cells(self, said: str) -> list[Cell]:
        return [
            Cell(self.found.counts[said, people], self._pair_url(said, people), said == people)
            for people, _ in TONES
        ]

    def _total(self, said: str) -> Cell:
        number = sum(self.found.counts[said, people] for people, _ in TONES)
        return Cell(number, behind_url({**self.asked, "said": said}), False)

    def _pair_url(self, said: str, people: str) -> str:
        return behind_url({**self.asked, "said": said, "people": people})


@allow(Permission.SEE_WALL)
@require_GET
@never_cache
def accuracy(request: HttpRequest) -> HttpResponse:
    facility_ids = reach_of(request).facility_ids(Permission.SEE_WALL)
    asked = {name: request.GET.get(name, "")[:40] for name in ("version", "month")}
    everything = sampled.answered(facility_ids)
    found = [each for each in everything if _fits(each, asked, {})]
    context = {
        "whole": Line("All sources", sampled.judged(found), asked),
        "sources": _by_source(found, asked),
        "times": _by_time(everything),
        "hand": Line("By hand", _by_hand(facility_ids), {"kind": HAND}),
        "asked": asked,
        "tones": TONES,
        "enough": ENOUGH,
        "version": readers.current().version,
        "untold": SampleItem.objects.within(facility_ids).filter(skipped_at__isnull=False).count(),
        "progress": progress_of(facility_ids),
    }
    return render(request, "accuracy/accuracy.html", context)


def _by_source(found: list[Answered], asked: dict[str, str]) -> list[Line]:
    named = {source.pk: source for source in Source.objects.only("name", "slug")}
    judged = sampled.by(found, lambda each: each.source_id)
    lines = [Line(named[pk].name, each, {**asked, "source": named[pk].slug}) for pk, each in judged.items()]
    return sorted(lines, key=lambda line: (-line.found.number, line.name))


def _by_time(found: list[Answered]) -> list[Line]:
    """Each month of each version of the reader, newest first: only what one version read can be compared."""
    judged = sampled.by(found, lambda each: (each.month, each.reader_version))
    lines = []
    for month, version in sorted(judged, reverse=True):
        asked = {"month": month, "version": version}
        narrow_url = f"{reverse('accuracy')}?{urlencode(asked)}"
        lines.append(Line(f"{month}, version {version}", judged[month, version], asked, narrow_url))
    return lines


def _by_hand(facility_ids: frozenset[int] | None) -> Accuracy:
    rows = _hand_labels(facility_ids).values_list("reader", "value")
    return Accuracy.of(Answer(said, people) for said, people in rows)


def _hand_labels(facility_ids: frozenset[int] | None) -> Any:
    by_hand = Label.objects.by_hand().within(facility_ids).filter(aspect=Label.Aspect.SENTIMENT)
    return by_hand.annotate(reader=KT("reader_said__sentiment"))


@allow(Permission.SEE_WALL)
@require_GET
@never_cache
def behind(request: HttpRequest) -> HttpResponse:
    """The labels that one number counts, to the last one."""
    facility_ids = reach_of(request).facility_ids(Permission.SEE_WALL)
    asked = {name: request.GET.get(name, "")[:60] for name in ASKED}
    if asked["kind"] not in ("", HAND, SAMPLE):
        raise Http404("There is no such kind of label.")
    ids = _hand_ids(facility_ids, asked) if asked["kind"] == HAND else _sample_ids(facility_ids, asked)
    labels = Label.objects.filter(pk__in=ids).order_by("-pk").select_related("by")
    shown = labels.prefetch_related("mention__matches", "mention__source", "mention__facility")
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(label, Card(label.mention)) for label in page],
        "asked": [(ASKED[name], value) for name, value in asked.items() if value and ASKED[name]],
        "is_by_hand": asked["kind"] == HAND,
        "query": urlencode({name: value for name, value in asked.items() if value}),
    }
    return render(request, "accuracy/behind.html", context)


def _sample_ids(facility_ids: frozenset[int] | None, asked: dict[str, str]) -> list[int]:
    slugs = dict(Source.objects.values_list("pk", "slug"))
    return [each.label_id for each in sampled.answered(facility_ids) if _fits(each, asked, slugs)]


def _hand_ids(facility_ids: frozenset[int] | None, asked: dict[str, str]) -> Iterable[int]:
    rows = _hand_labels(facility_ids).values_list("pk", "reader", "value")
    return [pk for pk, said, people in rows if _tones_fit(Answer(said, people), asked)]


def _fits(each: Answered, asked: dict[str, str], slugs: dict[int, str]) -> bool:
    return (
        asked.get("version", "") in ("", each.reader_version)
        and asked.get("month", "") in ("", each.month)
        and asked.get("source", "") in ("", slugs.get(each.source_id))
        and _tones_fit(each.answer, asked)
    )


def _tones_fit(answer: Answer, asked: dict[str, str]) -> bool:
    is_right = {"": answer.is_right, "yes": True, "no": False}.get(asked.get("right", ""))
    return (
        asked.get("said", "") in ("", answer.said)
        and asked.get("people", "") in ("", answer.people)
        and answer.is_right == is_right
    )


def behind_url(asked: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{reverse('accuracy-mentions')}?{query}" if query else reverse("accuracy-mentions")
