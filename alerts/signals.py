"""News that travels upward, sent after commit and carrying ids. A doorbell: the rows are the truth."""

from django.dispatch import Signal

cases_changed = Signal()
"""ids: cases that were opened or took a step."""

presence_changed = Signal()
"""Somebody came to a case, left it, or began or stopped writing there."""

operations_changed = Signal()
"""A tile was tied to mentions or let go, or an alarm of an outage was raised, answered or ended."""

walls_changed = Signal()
"""Cards took new numbers of the wall, because their cases changed."""
