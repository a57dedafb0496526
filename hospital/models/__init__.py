from hospital.models.audit import AuditEntry
from hospital.models.facility import Facility, FacilityName, FacilityVersion, ListedHospital
from hospital.models.feed import Delivery, Feed
from hospital.models.membership import Membership, Role
from hospital.models.service import Service, ServiceStatus
from hospital.models.team import Absence, Habits, Team, Theme

__all__ = [
    "Absence",
    "AuditEntry",
    "Delivery",
    "Facility",
    "FacilityName",
    "FacilityVersion",
    "Feed",
    "Habits",
    "ListedHospital",
    "Membership",
    "Role",
    "Service",
    "ServiceStatus",
    "Team",
    "Theme",
]
