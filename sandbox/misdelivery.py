"""What a mail server does on a bad day: the faults of `faults`, as far as it has them, in its own words."""

import asyncio
import re

from sandbox.imap import Act, Talk

REFUSED = {
    "401": "NO [AUTHENTICATIONFAILED] the user name or the password is wrong",
    "403": "NO [NOPERM] this may not be read",
    "429": "NO [LIMIT] too many at once",
    "503": "NO [UNAVAILABLE] later",
}
RENUMBERED = "renumbered"
KNOWN = (*REFUSED, "hang", "slow", "html", "truncated", "duplicates", "drop", RENUMBERED)
DRIP = 64  # bytes
EACH = re.compile(rb"\* \d+ FETCH .*?\)\r\n(?=\* \d+ FETCH |\w+ OK done)", re.DOTALL)


def act(kind: str, hold: float) -> Act:
    if kind in REFUSED:
        return saying(f"TAG {REFUSED[kind]}\r\n")
    if kind == "hang":
        return hanging(hold)
    others: dict[str, Act] = {
        "slow": slow,
        "html": saying("<!doctype html><title>Sign in</title>\r\n"),
        "truncated": truncated,
        "duplicates": duplicates,
        "drop": drop,
    }
    return others[kind]


def saying(said: str) -> Act:
    """These words, the command's tag for TAG, and nothing else."""

    async def say(talk: Talk, tag: str, answer: bytes) -> None:
        await talk.say(said.replace("TAG", tag).encode())

    return say


def hanging(seconds: float) -> Act:
    async def hang(talk: Talk, tag: str, answer: bytes) -> None:
        await asyncio.sleep(seconds)

    return hang


async def drop(talk: Talk, tag: str, answer: bytes) -> None:
    talk.writer.transport.abort()


async def truncated(talk: Talk, tag: str, answer: bytes) -> None:
    await talk.say(answer[: len(answer) // 2])
    talk.writer.close()


async def slow(talk: Talk, tag: str, answer: bytes) -> None:
    for place in range(0, len(answer), DRIP):
        await talk.say(answer[place : place + DRIP])
        await asyncio.sleep(0.5)
    await talk.deliver(b"")


async def duplicates(talk: Talk, tag: str, answer: bytes) -> None:
    await talk.deliver(EACH.sub(rb"\g<0>\g<0>", answer))
