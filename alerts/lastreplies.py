"""The replies that went out last, for whoever writes the next one."""

from alerts.craft import likeness
from alerts.craft.likeness import Likeness
from alerts.models import Reply

GONE_OUT = (Reply.State.QUEUED, Reply.State.SENDING, Reply.State.SENT, Reply.State.UNKNOWN)


def before(case_id: int) -> list[Reply]:
    """The last twenty that were approved, newest first, but for those of this case."""
    approved = Reply.objects.filter(state__in=GONE_OUT).exclude(case_id=case_id)
    return list(approved.order_by("-approved_at", "-id")[: likeness.LAST])


def like(text: str, case_id: int, contacts: list[str]) -> tuple[Reply, Likeness] | None:
    """The one of them that this text is nearly the same as."""
    if not text.strip():
        return None
    earlier = before(case_id)
    nearest = likeness.nearest(text, [reply.text for reply in earlier], contacts=contacts)
    return (earlier[nearest.which], nearest) if nearest else None
