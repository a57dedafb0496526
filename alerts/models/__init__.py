from alerts.models.case import Case, CaseEvent
from alerts.models.contact import ListedContact
from alerts.models.native import NativeReply
from alerts.models.presence import Presence
from alerts.models.queue import Queue, Rule, RulesVersion, SLAPolicy
from alerts.models.reply import Reply
from alerts.models.weights import PriorityWeights

__all__ = [
    "Case",
    "CaseEvent",
    "ListedContact",
    "NativeReply",
    "Presence",
    "PriorityWeights",
    "Queue",
    "Reply",
    "Rule",
    "RulesVersion",
    "SLAPolicy",
]
