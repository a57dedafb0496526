"""News that travels upward, sent after commit and carrying ids. A doorbell: the rows are the truth."""

from django.dispatch import Signal

service_changed = Signal()
"""ids: services of which something new was said, or that somebody set up otherwise."""
