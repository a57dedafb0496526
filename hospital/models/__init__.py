from hospital.models.audit import AuditEntry
from hospital.models.facility import Facility, FacilityName, FacilityVersion, ListedHospital
from hospital.models.membership import Membership, Role

__all__ = [
    "AuditEntry",
    "Facility",
    "FacilityName",
    "FacilityVersion",
    "ListedHospital",
    "Membership",
    "Role",
]
