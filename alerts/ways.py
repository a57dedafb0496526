"""How an answer to a mention can leave: through the network's API, or by a person's own hand."""

from dataclasses import dataclass

from alerts.models import Reply
from listening import kin
from listening.models import Mention, Source
from listening.sources import adapters

BY_HAND_CHARACTERS = 5000
NETWORK_NAMES = {
    "x": "X",
    "reddit": "Reddit",
    "google": "Google",
    "rss": "the site",
    "news": "the site",
    "careopinion": "Care Opinion",
    "youtube": "YouTube",
}


@dataclass(frozen=True)
class Way:
    network: str  # as a person says it
    can_send: bool
    max_characters: int
    why_not: str = ""  # one sentence when a person must post it


def way_for(mention: Mention) -> Way:
    name = NETWORK_NAMES.get(mention.network, mention.network.capitalize())
    source = voice_of(mention)
    adapter = adapters().get(source.kind)
    if adapter is None:
        return Way(
            name, False, BY_HAND_CHARACTERS, f"{name[:1].upper()}{name[1:]} gives no way to answer from here."
        )
    limit = adapter.max_reply_characters or BY_HAND_CHARACTERS
    if adapter.reply_way == "summoned_only" and not _names_us(source, mention):
        why = f"{name} lets us answer from here only when a post names our account, and this one does not."
        return Way(name, False, limit, why)
    if adapter.reply_way in ("link_out", "none"):
        return Way(name, False, limit, f"{name[:1].upper()}{name[1:]} gives no way to answer from here.")
    if source.is_off:
        why = f"{source.name} is switched off. An administrator can resume it, or a person posts the answer."
        return Way(name, False, limit, why)
    return Way(name, True, limit)


def voice_of(mention: Mention) -> Source:
    """The source that answers: its own, or else the oldest of its kin that may, in the same hospital.

    Not the one that works best just now: what an account wrote is found again by that account alone.
    """
    own = mention.source
    if may_speak(own, mention):
        return own
    return next((each for each in kin.of(own) if may_speak(each, mention)), own)


def next_voice(reply: Reply) -> Source:
    """The source by which a reply leaves: the one by which it left before, as long as that may speak."""
    mention = reply.case.mention
    if reply.voice and may_speak(reply.voice, mention):
        return reply.voice
    return voice_of(mention)


def last_voice(reply: Reply) -> Source:
    """The source by which it left, switched off or not: what it wrote only that account can find again.

    Of replies that left before this was kept: the one that would answer now.
    """
    return reply.voice or voice_of(reply.case.mention)


def may_speak(source: Source, mention: Mention) -> bool:
    """Whether it can answer this post, is switched on, and does not belong to another hospital."""
    is_ours = source.pk == mention.source_id or source.facility_id in (None, mention.facility_id)
    return is_ours and not source.is_off and _can_answer(source, mention)


def _can_answer(source: Source, mention: Mention) -> bool:
    adapter = adapters().get(source.kind)
    if adapter is None or adapter.reply_way in ("link_out", "none"):
        return False
    return adapter.reply_way == "api" or _names_us(source, mention)


def _names_us(source: Source, mention: Mention) -> bool:
    handle = str(source.options.get("own_handle", "")).lstrip("@").casefold()
    return bool(handle) and f"@{handle}" in mention.text.casefold()
