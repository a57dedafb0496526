"""Ids that grow with time and from which the time can be read back.

One number serves every network: milliseconds in the upper bits, 22 lower bits that tell apart what happens in
the same millisecond. So a restarted sandbox finds a post by its id without having stored it.
"""

import base64

EPOCH = 1_288_834_974_657  # X's own
LOW_BITS = 22
STORM_LOW = 1 << 20
WRITTEN_LOW = 1 << 21
LARGEST = 1 << 63
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"
MASTODON_BITS = 16  # below its milliseconds
MASTODON_LOW = (1 << MASTODON_BITS) - 1


def order_at(milliseconds: int, low: int = 0) -> int:
    return max(milliseconds - EPOCH, 0) << LOW_BITS | low


def low_of(network: str, number: int) -> int:
    """What tells a numbered post apart from others of its millisecond."""
    return number % (MASTODON_LOW + 1 if network == "mastodon" else STORM_LOW)


def moment_of(order: int) -> int:
    return (order >> LOW_BITS) + EPOCH


def base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return digits or "0"


def number_of(text: str) -> int | None:
    try:
        return int(text, 36)
    except ValueError:
        return None


def mastodon_id(order: int) -> str:
    return str(moment_of(order) << MASTODON_BITS | order & MASTODON_LOW)


def mastodon_order(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        return None
    return order_at(int(text) >> MASTODON_BITS, int(text) & MASTODON_LOW)


def record_key(order: int) -> str:
    """Thirteen letters that sort as the numbers do, as Bluesky names its records."""
    return "".join(SORTABLE[order >> 5 * place & 31] for place in reversed(range(13)))


def record_order(text: str) -> int | None:
    if len(text) != 13 or not set(text) <= set(SORTABLE):
        return None
    return sum(SORTABLE.index(digit) << 5 * place for place, digit in enumerate(reversed(text)))


def review_id(order: int) -> str:
    return "AbFv" + base64.urlsafe_b64encode(order.to_bytes(8, "big")).decode().rstrip("=")


def review_order(text: str) -> int | None:
    try:
        return int.from_bytes(base64.urlsafe_b64decode(text.removeprefix("AbFv") + "="), "big")
    except ValueError:
        return None


def order_of(network: str, id: str) -> int | None:
    """Where a post stands, read from its id; None for an id the sandbox cannot have made."""
    if network in ("x", "careopinion", "facebook"):
        digits = id.rsplit("_", 1)[-1] if network == "facebook" else id
        order = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 20 else None
    elif network == "google":
        order = review_order(id.rsplit("/", 1)[-1])
    elif network == "reddit":
        order = number_of(id.split("_", 1)[-1])
    elif network == "mastodon":
        order = mastodon_order(id.rsplit("/", 1)[-1])
    elif network == "bluesky":
        order = record_order(id.rsplit("/", 1)[-1])
    else:
        order = number_of(id.rstrip("/").rsplit("-", 1)[-1])
    return order if order is not None and 0 <= order < LARGEST else None
