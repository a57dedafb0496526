"""What the desk shows of a case's private links and answers."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from alerts.models import Case, PrivateAnswer, PrivateLink
from alerts.private import Told


@dataclass(frozen=True)
class Seen:
    """What is shown once, on the page that answers a press, and on no other."""

    url: str = ""
    answer_id: int = 0
    told: Told | None = None


NOTHING_SEEN = Seen()
UNREAD = Exists(PrivateAnswer.objects.filter(case=OuterRef("pk"), first_read_at__isnull=True))
"""For the list: whether something came in private that nobody has read."""


@dataclass(frozen=True)
class LinkLine:
    link: PrivateLink
    now: datetime

    @property
    def state(self) -> str:
        if self.link.used_at:
            return "used"
        if self.link.revoked_at:
            return "taken back"
        return "open" if self.link.is_live(self.now) else "expired"

    @property
    def is_open(self) -> bool:
        return self.state == "open"


@dataclass(frozen=True)
class Privately:
    links: list[LinkLine]
    answers: list[PrivateAnswer]

    @classmethod
    def of(cls, case: Case, now: datetime) -> "Privately":
        links = case.private_links.select_related("made_by")
        # What is sealed stays where it is until somebody asks for it.
        answers = case.private_answers.select_related("first_read_by").defer("sealed")
        return cls([LinkLine(link, now) for link in links], list(answers))

    @property
    def unread(self) -> list[PrivateAnswer]:
        return [answer for answer in self.answers if answer.first_read_at is None]
