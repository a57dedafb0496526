"""News that travels upward, sent after commit and carrying ids. A doorbell: the rows are the truth."""

from django.dispatch import Signal

mentions_stored = Signal()
"""ids: mentions that are new or changed; urgent_ids: those of them a safety lane has taken."""

answers_seen = Signal()
"""source_id, answers: what a poll met in our own name. Not kept here: whoever sends a reply looks again."""
