from alerts.models.case import Case, CaseEvent
from alerts.models.queue import Queue, Rule, SLAPolicy
from alerts.models.reply import Reply

__all__ = ["Case", "CaseEvent", "Queue", "Reply", "Rule", "SLAPolicy"]
