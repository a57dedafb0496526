"""Where a thing holds: one facility within reach, or everywhere for those who reach all."""

from django import forms

from hospital.access import Permission, Reach
from hospital.models import Facility


class PlaceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """The facilities in which a person has a permission; the empty choice, all of them, only with all."""

    def __init__(self, reach: Reach, permission: Permission) -> None:
        facility_ids = reach.facility_ids(permission)
        super().__init__(
            Facility.objects.within(facility_ids).filter(is_active=True),
            required=facility_ids is not None,
            label="Where",
            empty_label="All facilities" if facility_ids is None else None,
            to_field_name="slug",
        )
