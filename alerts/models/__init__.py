from alerts.models.author_note import AuthorNote
from alerts.models.case import Case, CaseEvent
from alerts.models.contact import ListedContact
from alerts.models.duty import Duty
from alerts.models.knowledge import Knower, Question
from alerts.models.notification import Notification
from alerts.models.queue import Queue, Rule, RulesVersion, SLAPolicy
from alerts.models.reply import Reply
from alerts.models.safety import SafetyLines, SafetyStep, SafetyText, SafetyTextVersion
from alerts.models.saved import ApprovedFact, SavedReply
from alerts.models.weights import PriorityWeights

__all__ = [
    "ApprovedFact",
    "AuthorNote",
    "Case",
    "CaseEvent",
    "Duty",
    "Knower",
    "ListedContact",
    "Notification",
    "PriorityWeights",
    "Question",
    "Queue",
    "Reply",
    "Rule",
    "RulesVersion",
    "SLAPolicy",
    "SafetyLines",
    "SafetyStep",
    "SafetyText",
    "SafetyTextVersion",
    "SavedReply",
]
