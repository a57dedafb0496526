from hospital.models.audit import AuditEntry
from hospital.models.facility import Facility, FacilityName
from hospital.models.membership import Membership, Role

__all__ = ["AuditEntry", "Facility", "FacilityName", "Membership", "Role"]
