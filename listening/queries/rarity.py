"""How many of all posts hold a word, roughly: enough to choose what to look for and to warn of wide ones."""

from functools import lru_cache

from listening.queries.words import ANY_LETTER

# Shares of posts on a public network that hold the word, in bands; known from any list of common words.
COMMON: dict[str, float] = {
    word: share
    for share, listed in {
        0.35: "the to and a i of in is it for",
        0.15: "you that my on this with me was at have be not are so but we all just they s t",
        0.08: """as do if or an from when what no get up out about there been has were who will can would how
                 her he she his your our had by one like de que la el en y no""",
        0.05: """time more some know now day go here back him then them us after because good new only never
                 people see think want need make got going today too very really right could should than
                 their its im dont why over still much los se un por con para una es lo su al""",
        0.03: """love life thank thanks please work first last year years week days night got even well
                 better best great lol take come say said look also into off down most any every other being
                 am let man thing things way something always home world did does tell give mas pero como""",
        0.015: """feel help free live long big bad hope happy sure old many made same someone next morning
                  tomorrow again two wait before own show find keep start end away ever little call care
                  week month hours hour since while those these where which yes told left room phone""",
        0.006: """hospital doctor doctors nurse nurses health waiting waited staff medical emergency patient
                  patients sick pain clinic appointment family mother father mom dad kid kids child baby
                  insurance bill surgery er rude parking horas medico hospital espera""",
    }.items()
    for word in reversed(listed.split())
}
BY_LENGTH = (1.0, 0.08, 0.02, 0.004, 0.001, 0.0004)
LONG = 0.0001
PREFIX_BY_LENGTH = (1.0, 0.6, 0.25, 0.06, 0.02, 0.008)
LONG_PREFIX = 0.002
NEXT_WORD = 0.05
"""How often another word of a phrase follows the one before."""


def of_word(word: str) -> float:
    if ANY_LETTER in word:
        return min(1.0, _common(word, is_prefix=False) + _of_length(len(word)))
    known = COMMON.get(word)
    if known is not None:
        return known
    # One ideograph or emoji tells more than one letter.
    return _of_length(len(word) if word.isascii() else len(word) + 3)


def of_prefix(word: str) -> float:
    letters = len(word.replace(ANY_LETTER, ""))
    if not word.isascii() and letters == len(word):
        return 0.01
    other = PREFIX_BY_LENGTH[letters] if letters < len(PREFIX_BY_LENGTH) else LONG_PREFIX
    return min(1.0, _common(word, is_prefix=True) + other)


def _of_length(letters: int) -> float:
    return BY_LENGTH[letters] if letters < len(BY_LENGTH) else LONG


def _common(word: str, *, is_prefix: bool) -> float:
    """How many posts hold one of the common words that are written so."""
    return sum(
        share
        for common, share in COMMON.items()
        if (len(common) >= len(word) if is_prefix else len(common) == len(word))
        and all(letter in (ANY_LETTER, other) for letter, other in zip(word, common, strict=False))
    )


@lru_cache(maxsize=50_000)
def of_needle(needle: bytes) -> float:
    """Of bytes that are looked for among the words of a post: b" wait" is the beginning of a word."""
    *whole, last = needle.decode().lstrip(" ").split(" ")
    shares = [of_word(word) for word in whole]
    if last:
        shares.append(of_prefix(last))
    return float(min(shares)) * NEXT_WORD ** (len(shares) - 1) if shares else 1.0
