"""What a big screen's pages need."""

from django import template

from dashboard.screens import faces

register = template.Library()
register.filter("unpressable", faces.unpressable)
