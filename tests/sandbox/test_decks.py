from collections import Counter

import pytest

from sandbox.basepost import BasePost
from sandbox.decks import BLOCK, REPOST, STARS, Decks, apportion

SIZES = {
    "complaint": 170,
    "praise": 80,
    "question": 60,
    "chatter": 50,
    "emergency": 20,
    "namesake": 25,
    "hostile": 35,
}
NETWORKS = ("x", "reddit", "google", "rss")


def corpus() -> list[BasePost]:
    posts = written("", SIZES, NETWORKS)
    posts += written("x-", dict.fromkeys(("complaint", "praise", "question", "chatter"), 60), ("x",))
    posts += written("", {"news": 30}, ("rss",))
    return posts + written("es-", {"praise": 45}, ("x",), lang="es")


def written(
    prefix: str, sizes: dict[str, int], networks: tuple[str, ...], *, lang: str = "en"
) -> list[BasePost]:
    return [
        BasePost(id=f"{prefix}{kind}-{number}", kind=kind, lang=lang, networks=networks, text="t")
        for kind, size in sizes.items()
        for number in range(size)
    ]


class DecksTests:
    @pytest.mark.parametrize("network", ["x", "reddit", "google"])
    def test_no_base_post_comes_again_within_150(self, network: str) -> None:
        decks, seen = Decks(corpus(), "seed"), dict[str, int]()

        for number in range(1000, 9000):
            _, base = decks.draw(network, number)
            if base is not None:
                assert number - seen.get(base.id, -1000) > 150
                seen[base.id] = number

    def test_rare_kinds_keep_their_share(self) -> None:
        decks = Decks(corpus(), "seed")

        drawn = Counter(decks.draw("x", number)[0].group for number in range(80 * BLOCK))

        assert drawn["emergency"] / drawn.total() == 1 / 80
        assert drawn["hostile"] / drawn.total() == 1 / 60
        assert drawn["namesake"] / drawn.total() == 1 / 12

    def test_a_number_always_draws_the_same(self) -> None:
        first, second, other = Decks(corpus(), "a"), Decks(corpus(), "a"), Decks(corpus(), "b")

        assert [first.draw("x", n) for n in range(500)] == [second.draw("x", n) for n in range(499, -1, -1)][
            ::-1
        ]
        assert [first.draw("x", n) for n in range(500)] != [other.draw("x", n) for n in range(500)]

    def test_stars_and_reposts_have_no_base_post(self) -> None:
        decks = Decks(corpus(), "seed")

        assert {decks.card("x", n).group for n in range(BLOCK) if decks.draw("x", n)[1] is None} == {REPOST}
        assert {
            decks.card("google", n).group for n in range(BLOCK) if decks.draw("google", n)[1] is None
        } == {STARS}


class ApportionTests:
    @pytest.mark.parametrize("shares", [{"a": 1.0, "b": 1.0, "c": 1.0}, {"a": 7.3, "b": 0.1}, {"a": 5.0}])
    def test_it_gives_away_every_seat(self, shares: dict[str, float]) -> None:
        assert sum(apportion(shares, 240).values()) == 240
