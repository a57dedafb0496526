"""Whether a post must reach a person now: what the rules heard, weighed with the learned reader."""

from collections.abc import Sequence

from listening.reading.concepts import Found
from listening.reading.safety import Finding

URGENT = frozenset({"emergency", "self_harm", "threat"})


def heard(found: Found, findings: Sequence[Finding]) -> list[Finding]:
    return [each for each in findings if each.is_sure and each.lane in URGENT]
