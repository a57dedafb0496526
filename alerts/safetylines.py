"""The numbers of a region: kept for one facility, or for all."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q, QuerySet

from alerts import safetytexts
from alerts.models import SafetyLines, SafetyText
from hospital import audit
from hospital.models import Facility


def seen_within(facility_ids: frozenset[int] | None) -> QuerySet[SafetyLines]:
    """Those of a facility one may see, and those that hold for all."""
    kept = SafetyLines.objects.select_related("facility").order_by(F("facility").asc(nulls_first=True))
    if facility_ids is None:
        return kept
    return kept.filter(Q(facility_id__in=facility_ids) | Q(facility__isnull=True))


@transaction.atomic
def save(
    *,
    facility: Facility | None,
    emergency: str,
    crisis: str,
    police: str,
    support: str,
    by: User,
    at: datetime,
) -> int:
    """Keep them; how many approved texts of this place now name another line than the region's."""
    said = {"emergency": emergency, "crisis": crisis, "police": police.strip(), "support": support.strip()}
    lines, _ = SafetyLines.objects.update_or_create(facility=facility, defaults=said)
    audit.record("safetylines.save", f"safety lines {lines.pk}", by=by, at=at, **said)
    texts = SafetyText.objects.filter(facility=facility).prefetch_related("versions")
    bodies = [(text.kind, safetytexts.in_force(text)) for text in texts]
    return sum(bool(version and safetytexts.objection(version.body, kind, lines)) for kind, version in bodies)
