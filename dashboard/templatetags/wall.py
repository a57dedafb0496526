"""What the pages of the wall need."""

from django import template

from dashboard import markup

register = template.Library()
register.simple_tag(markup.card, name="card")
