from alerts.models.case import Case, CaseEvent
from alerts.models.contact import ListedContact
from alerts.models.hands import BulkMove, StoryMute
from alerts.models.queue import Queue, Rule, RulesVersion, SLAPolicy
from alerts.models.reply import Reply
from alerts.models.weights import PriorityWeights

__all__ = [
    "BulkMove",
    "Case",
    "CaseEvent",
    "ListedContact",
    "PriorityWeights",
    "Queue",
    "Reply",
    "Rule",
    "RulesVersion",
    "SLAPolicy",
    "StoryMute",
]
