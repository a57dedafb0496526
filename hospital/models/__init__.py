from hospital.models.audit import AuditEntry
from hospital.models.facility import Facility, FacilityName, FacilityVersion, ListedHospital
from hospital.models.membership import Membership, Role
from hospital.models.service import Service, ServiceStatus
from hospital.models.team import Absence, Habits, Team

__all__ = [
    "Absence",
    "AuditEntry",
    "Facility",
    "FacilityName",
    "FacilityVersion",
    "Habits",
    "ListedHospital",
    "Membership",
    "Role",
    "Service",
    "ServiceStatus",
    "Team",
]
