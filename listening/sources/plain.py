"""Markup to plain words. What comes out is text for a person, never markup to be shown as such."""

import html
import re

import nh3

_BREAKS = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6]|/blockquote)\b[^<>]{0,200}>", re.IGNORECASE)
_SURROGATES = re.compile("[\ud800-\udfff]")


def from_html(markup: str) -> str:
    """The words of a piece of HTML, one block a line; scripts and styles go with their content."""
    # The HTML standard itself reads half a character as U+FFFD, and nh3 takes only whole ones.
    whole = _SURROGATES.sub("\ufffd", markup)
    bare = nh3.clean(_BREAKS.sub("\n\\g<0>", whole), tags=set(), clean_content_tags={"script", "style"})
    lines = (" ".join(line.split()) for line in html.unescape(bare).splitlines())
    return "\n".join(line for line in lines if line)
