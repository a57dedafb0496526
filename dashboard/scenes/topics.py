"""What people talk about today, by topic and tone."""

from dataclasses import replace
from typing import Any

from dashboard.boards.asked import UNSORTED
from dashboard.boards.ground import Ground
from dashboard.boards.topics import TONES, topics
from dashboard.scenes import Sight

label = "Topics"
template = "scenes/_topics.html"
MOST = 8


def context(sight: Sight) -> dict[str, Any]:
    ground = Ground.of(sight.facility_ids, sight.screen_class)
    found = [topic for topic in topics(ground, "day", sight.now) if topic.id != UNSORTED]
    # The longest bar has the whole width: what is sorted nowhere is not drawn, and counts for none of it.
    most = max((topic.total.value for topic in found), default=0)
    shown = [replace(topic, of=most) for topic in found[:MOST]]
    return {"topics": shown, "more": len(found[MOST:]), "tones": TONES, "now": sight.now}
