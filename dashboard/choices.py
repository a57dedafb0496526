"""What the wall's filters offer to one person."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard import wall_filters
from dashboard.wall_filters import WallFilter
from hospital.models import Facility
from listening.models import Source


@dataclass(frozen=True)
class Offered:
    facilities: list[Facility]
    sources: list[Source]

    def read(self, params: Mapping[str, str]) -> WallFilter:
        return wall_filters.read(params, facilities=self.facilities, sources=self.sources)


def offered(facility_ids: frozenset[int] | None) -> Offered:
    return Offered(
        facilities=list(Facility.objects.within(facility_ids)),
        sources=list(Source.objects.defer("sealed_secrets", "options", "cursor")),
    )
