"""What a list of watchlists says of each: whether somebody should look at it again."""

from django import template
from django.utils import timezone

from listening import watchlist_history
from listening.models import Watchlist

register = template.Library()


@register.filter
def is_review_overdue(watchlist: Watchlist) -> bool:
    return watchlist_history.is_overdue(watchlist.review_on, timezone.localdate())
