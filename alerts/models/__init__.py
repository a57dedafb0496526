from alerts.models.case import Case, CaseEvent
from alerts.models.change import Change, ChangeLink
from alerts.models.contact import ListedContact
from alerts.models.private import PrivateAnswer, PrivateLink
from alerts.models.queue import Queue, Rule, RulesVersion, SLAPolicy
from alerts.models.reply import Reply
from alerts.models.thanks import Thanks
from alerts.models.weights import PriorityWeights

__all__ = [
    "Case",
    "CaseEvent",
    "Change",
    "ChangeLink",
    "ListedContact",
    "PriorityWeights",
    "PrivateAnswer",
    "PrivateLink",
    "Queue",
    "Reply",
    "Rule",
    "RulesVersion",
    "SLAPolicy",
    "Thanks",
]
