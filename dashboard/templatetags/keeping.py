"""What a list of watchlists says of each: whether somebody should look at it again."""

from django import template
from django.utils import timezone

from listening import relevance, watchlist_history
from listening.models import Watchlist

register = template.Library()


@register.filter
def is_review_overdue(watchlist: Watchlist) -> bool:
    return watchlist_history.is_overdue(watchlist.review_on, timezone.localdate())


@register.filter
def is_precision_due(watchlist: Watchlist) -> bool:
    return relevance.is_due(watchlist, timezone.now())


@register.simple_tag
def save_words(watchlist: Watchlist | None) -> str:
    """What the button that saves a watchlist says."""
    warning = relevance.estimate(watchlist).warning if watchlist else ""
    return f"Save: {warning}" if warning else "Save"
