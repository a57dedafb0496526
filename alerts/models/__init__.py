from alerts.models.approval import Approval, Redline
from alerts.models.author_note import AuthorNote
from alerts.models.case import Case, CaseEvent
from alerts.models.change import Change, ChangeLink
from alerts.models.clock import ClockRun, Holiday
from alerts.models.contact import ListedContact
from alerts.models.duty import Duty
from alerts.models.handover import Handover, ShiftNote
from alerts.models.hands import BulkMove, StoryMute
from alerts.models.knowledge import Knower, Question
from alerts.models.native import NativeReply
from alerts.models.notification import Notification
from alerts.models.operations import (
    OperationsCursor,
    OperationsLink,
    OperationsSign,
    OutageAlarm,
    OutageSensor,
    StateLine,
    StateLineUse,
)
from alerts.models.presence import Presence
from alerts.models.private import PrivateAnswer, PrivateLink
from alerts.models.queue import Queue, Rule, RulesVersion, SLAPolicy
from alerts.models.reply import Reply
from alerts.models.safety import SafetyLines, SafetyStep, SafetyText, SafetyTextVersion
from alerts.models.saved import ApprovedFact, SavedReply
from alerts.models.source_alarm import SourceAlarm
from alerts.models.thanks import Thanks
from alerts.models.weights import PriorityWeights

__all__ = [
    "Approval",
    "ApprovedFact",
    "AuthorNote",
    "BulkMove",
    "Case",
    "CaseEvent",
    "Change",
    "ChangeLink",
    "ClockRun",
    "Duty",
    "Handover",
    "Holiday",
    "Knower",
    "ListedContact",
    "NativeReply",
    "Notification",
    "OperationsCursor",
    "OperationsLink",
    "OperationsSign",
    "OutageAlarm",
    "OutageSensor",
    "Presence",
    "PriorityWeights",
    "PrivateAnswer",
    "PrivateLink",
    "Question",
    "Queue",
    "Redline",
    "Reply",
    "Rule",
    "RulesVersion",
    "SLAPolicy",
    "SafetyLines",
    "SafetyStep",
    "SafetyText",
    "SafetyTextVersion",
    "SavedReply",
    "ShiftNote",
    "SourceAlarm",
    "StateLine",
    "StateLineUse",
    "StoryMute",
    "Thanks",
]
