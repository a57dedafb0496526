"""How long a text is for the network that it goes to. Each counts in a way of its own.

X       weighted (its own configuration 3): Latin letters and most signs 1, all else, and each emoji whole, 2;
        a link 23, however long it is. Counted on composed letters (NFC).
Google  bytes of UTF-8 (the limit on a reply to a review is given in bytes).
Others  code points, as Reddit counts.
"""

import re
import unicodedata
from collections.abc import Callable

from alerts.gate import contacts

LINK = 23
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Code points that X counts once."""
SIGN = (
    "[\u2600-\u27bf\u2b00-\u2bff\u3030\u303d\u3297\u3299\u2190-\u21ff\u2300-\u23ff\u25a0-\u25ff"
    "\U0001f000-\U0001f1e5\U0001f200-\U0001faff]"
)
TAG = "[\U000e0020-\U000e007f]"
ONE = f"{SIGN}\ufe0f?[\U0001f3fb-\U0001f3ff]?{TAG}{{0,8}}"
EMOJI = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|[\xa9\xae\u203c\u2049\u2122\u2139]\ufe0f"
    f"|{ONE}(?:\u200d{ONE}){{0,8}}"
)


def of(text: str, network: str) -> int:
    """The length of a text on a network, as that network counts."""
    return WAYS.get(network, len)(text)


def _on_x(text: str) -> int:
    text = unicodedata.normalize("NFC", text)
    total = at = 0
    for start, end in links(text):
        total += _weight(text[at:start]) + LINK
        at = end
    return total + _weight(text[at:])


def _weight(text: str) -> int:
    bare, emoji = EMOJI.subn("", text)
    return 2 * emoji + sum(1 if any(low <= ord(each) <= high for low, high in LIGHT) else 2 for each in bare)


def links(text: str) -> list[tuple[int, int]]:
    """Where a link stands that a network makes one, with or without its scheme."""
    # Small letters of another length would move what stands behind them.
    lowered = "".join(low if len(low := each.lower()) == 1 else each for each in text)
    return [span for span, _ in contacts.links(lowered)]


def _in_bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


WAYS: dict[str, Callable[[str], int]] = {"x": _on_x, "google": _in_bytes}
