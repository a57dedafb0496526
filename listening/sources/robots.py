"""What a site asks of programs in its robots.txt (RFC 9309)."""

from dataclasses import dataclass

from protego import Protego

MOST_CHARACTERS = 50_000
"""Of what concerns us. Whoever says more is taken to say no: a part may leave out what forbids."""

NOTHING_ALLOWED = "User-agent: *\nDisallow: /"


@dataclass(frozen=True)
class Rules:
    """The part of a robots.txt that speaks to us; empty: all is allowed."""

    text: str

    def allow(self, address: str, agent: str) -> bool:
        return bool(Protego.parse(self.text).can_fetch(address, agent))


def rules_of(status: int, body: bytes, agent: str) -> Rules:
    """A site that has none (4xx) asks for nothing; one that sends its reader elsewhere is left alone."""
    if 400 <= status < 500:
        return Rules("")
    if status != 200:
        return Rules(NOTHING_ALLOWED)
    ours = _ours(body[:512_000].decode("utf-8", "replace"), agent)
    return Rules(ours if len(ours) <= MOST_CHARACTERS else NOTHING_ALLOWED)


def _ours(text: str, agent: str) -> str:
    """Only the lines that can concern us, so that little is kept: groups of ours, and those of everybody."""
    name = agent.partition("/")[0].lower()
    kept: list[str] = []
    is_ours = is_head = False
    for line in (raw.partition("#")[0].strip() for raw in text.splitlines()):
        field, _, value = (part.strip() for part in line.partition(":"))
        if field.lower() == "user-agent":
            fits = value.lower() in ("*", name)
            is_ours = fits or (is_head and is_ours)
            is_head = True
            kept += [line] if fits else []
        elif field.lower() in ("allow", "disallow"):
            is_head = False
            kept += [line] if is_ours else []
    return "\n".join(kept)
