"""What the hospital says of itself, taken in: each report checked on its own, and stored once.

A report of the same feed, service and moment is known the second time. One that says otherwise for that
moment is refused, for rows are added and never changed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction

from hospital.feeds import schema
from hospital.feeds.schema import Report, Wrong
from hospital.models import Service, ServiceStatus
from hospital.signals import service_changed

MOST = 2000
"""Reports that are taken in one piece."""


@dataclass(frozen=True)
class Taken:
    """A report that is stored; `is_new` is false for one that was stored before."""

    report: Report
    is_new: bool

    @property
    def place(self) -> str:
        return self.report.place


@dataclass(frozen=True)
class Outcome:
    """An answer to each report, in their order."""

    answers: Sequence[Taken | Wrong] = ()

    @property
    def stored(self) -> int:
        return sum(isinstance(answer, Taken) and answer.is_new for answer in self.answers)

    @property
    def known(self) -> int:
        return sum(isinstance(answer, Taken) and not answer.is_new for answer in self.answers)

    @property
    def wrong(self) -> list[Wrong]:
        return [answer for answer in self.answers if isinstance(answer, Wrong)]


def receive(
    feed_name: str, reports: Iterable[object], at: datetime, *, facility_ids: frozenset[int] | None = None
) -> Outcome:
    """Check each and store what is good. `facility_ids`: the feed speaks of services of these alone."""
    return take(feed_name, placed(reports), at, facility_ids=facility_ids)


def placed(reports: Iterable[object]) -> Iterator[tuple[str, object]]:
    for number, entry in enumerate(reports):
        yield f"reports[{number}]", entry


@transaction.atomic
def take(
    feed_name: str,
    entries: Iterable[tuple[str, object] | Wrong],
    at: datetime,
    *,
    facility_ids: frozenset[int] | None = None,
) -> Outcome:
    """The same for entries that know their places."""
    checked = rehearse(entries, at, facility_ids=facility_ids)
    services = _services(checked, facility_ids)
    statuses = _stored(feed_name, checked, services)
    new: list[ServiceStatus] = []
    answers: list[Taken | Wrong] = []
    for answer in checked:
        if isinstance(answer, Wrong):
            answers.append(answer)
            continue
        status = _status(services[answer.service], answer, feed_name, at)
        key = (status.service_id, status.at)
        known = statuses.setdefault(key, status)
        if known is status:
            new.append(status)
        answers.append(_answered(answer, status, known))
    ServiceStatus.objects.bulk_create(new, ignore_conflicts=True)
    if new:
        ids = sorted({status.service_id for status in new})
        transaction.on_commit(partial(service_changed.send_robust, sender=Service, ids=ids))
    return Outcome(answers)


def rehearse(
    entries: Iterable[tuple[str, object] | Wrong],
    at: datetime,
    *,
    facility_ids: frozenset[int] | None = None,
) -> list[Report | Wrong]:
    """What would be taken and what refused. Nothing is stored."""
    read = [entry if isinstance(entry, Wrong) else schema.read(entry[1], entry[0], at) for entry in entries]
    services = _services(read, facility_ids)
    return [entry if isinstance(entry, Wrong) else fitting(entry, services) for entry in read]


def fitting(report: Report, services: Mapping[str, Service]) -> Report | Wrong:
    """The report if its service is one that takes it."""
    service = services.get(report.service)
    if service is None:
        return Wrong(
            f"{report.place}, service", f"no service of this feed is called {schema.shown(report.service)}"
        )
    if service.unit == Service.Unit.WORDS and report.value is not None:
        return Wrong(f"{report.place}, value", f"{service.name} is told in words alone")
    if service.unit in (Service.Unit.MINUTES, Service.Unit.PERCENT) and (report.value or 0) < 0:
        return Wrong(f"{report.place}, value", f"{service.name} cannot be below 0")
    return report


def _services(read: Iterable[Report | Wrong], facility_ids: frozenset[int] | None) -> dict[str, Service]:
    named = {entry.service for entry in read if isinstance(entry, Report)}
    spoken_of = Service.objects.of(facility_ids).filter(slug__in=named, is_active=True)
    return {service.slug: service for service in spoken_of}


def _stored(
    feed_name: str, checked: Iterable[Report | Wrong], services: Mapping[str, Service]
) -> dict[tuple[int, datetime], ServiceStatus]:
    """What this feed has said before of these services at these moments."""
    good = [entry for entry in checked if isinstance(entry, Report)]
    known = ServiceStatus.objects.filter(
        feed=feed_name,
        service__in={services[report.service].pk for report in good},
        at__in={report.at for report in good},
    )
    return {(status.service_id, status.at): status for status in known}


def _status(service: Service, report: Report, feed_name: str, at: datetime) -> ServiceStatus:
    return ServiceStatus(
        service=service,
        at=report.at,
        received_at=at,
        value=report.value,
        words=report.words,
        is_trouble=report.is_trouble,
        until_at=report.until_at,
        feed=feed_name,
    )


def _answered(report: Report, status: ServiceStatus, known: ServiceStatus) -> Taken | Wrong:
    if known is status:
        return Taken(report, is_new=True)
    said = [(each.value, each.words, each.is_trouble, each.until_at) for each in (status, known)]
    if said[0] == said[1]:
        return Taken(report, is_new=False)
    return Wrong(
        f"{report.place}, at", "something else was reported for this moment; report the change later"
    )
