from alerts.models.approval import Approval, Redline
from alerts.models.case import Case, CaseEvent
from alerts.models.clock import ClockRun, Holiday
from alerts.models.contact import ListedContact
from alerts.models.queue import Queue, Rule, RulesVersion, SLAPolicy
from alerts.models.reply import Reply
from alerts.models.weights import PriorityWeights

__all__ = [
    "Approval",
    "Case",
    "CaseEvent",
    "ClockRun",
    "Holiday",
    "ListedContact",
    "PriorityWeights",
    "Queue",
    "Redline",
    "Reply",
    "Rule",
    "RulesVersion",
    "SLAPolicy",
]
