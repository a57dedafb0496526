"""What the sandbox may rely on when it fills a post from `sandbox/corpus/`."""

import re
import tomllib
from collections import Counter
from itertools import combinations
from pathlib import Path
from string import Formatter
from typing import Any
from unittest import TestCase

SANDBOX = Path(__file__).resolve().parents[2] / "sandbox"
NORTHFIELD: dict[str, Any] = tomllib.loads((SANDBOX / "northfield.toml").read_text())
FILES: dict[str, dict[str, Any]] = {
    path.stem: tomllib.loads(path.read_text()) for path in sorted((SANDBOX / "corpus").glob("*.toml"))
}
PEOPLE = FILES.pop("people")

Post = dict[str, Any]
POSTS: list[Post] = [post for file in FILES.values() for post in file["post"]]

KINDS = {"complaint", "praise", "question", "chatter", "emergency", "namesake", "hostile", "news"}
REQUIRED = {"id", "kind", "lang", "networks", "facilities", "text"}
# The longest value the sandbox puts in each slot.
LONGEST = {
    "facility": 35,
    "handle": 15,
    "city": 20,
    "service": 35,
    "kin": 12,
    "hours": 1,
    "minutes": 2,
    "amount": 6,
    "weekday": 9,
    "clock": 8,
    "n": 2,
    "floor": 1,
    "unit": 12,
    "weather": 20,
}
# These are filled with English words, so a post in another language cannot use them.
ENGLISH_SLOTS = {"kin", "weekday", "service", "weather"}
CHOICE = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
OWN_WORD = re.compile(r"\{(?:facility|handle)\}|northfield", re.IGNORECASE)
NAMESAKE_WORD = re.compile(r"north ?field", re.IGNORECASE)


def on(post: Post, *networks: str) -> bool:
    return not set(networks).isdisjoint(post["networks"])


def words_of(post: Post) -> str:
    return f"{post.get('title', '')}\n{post['text']}"


def choices(text: str) -> list[list[str]]:
    return [group.split("|") for group in CHOICE.findall(text)]


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(CHOICE.sub(r"\1", text)) if name is not None}


def x_length(text: str) -> int:
    """As X counts: the Latin blocks and common punctuation are one, everything else is two."""
    light = (range(0, 4352), range(8192, 8206), range(8208, 8224), range(8242, 8248))
    return sum(1 if any(ord(c) in block for block in light) else 2 for c in text)


def filled_at_longest(text: str) -> str:
    return text.format_map({name: "x" * length for name, length in LONGEST.items()})


def longest(text: str) -> str:
    def pick(found: re.Match[str]) -> str:
        return max(found[1].split("|"), key=lambda option: x_length(filled_at_longest(option)))

    return filled_at_longest(CHOICE.sub(pick, text))


def least_findable(text: str, word: re.Pattern[str]) -> str:
    """The expansion that avoids the word wherever an alternative lets it."""

    def pick(found: re.Match[str]) -> str:
        return min(found[1].split("|"), key=lambda option: bool(word.search(option)))

    return CHOICE.sub(pick, text)


def is_findable(post: Post, word: re.Pattern[str]) -> bool:
    # X and Google show no title, so there the text has to hold the word alone.
    shown = post["text"] if on(post, "x", "google") else words_of(post)
    return bool(word.search(least_findable(shown, word)))


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def ids(posts: list[Post]) -> list[str]:
    return [post["id"] for post in posts]


class PostTests(TestCase):
    def test_it_has_an_id_of_its_own(self) -> None:
        repeated = [id for id, times in Counter(ids(POSTS)).items() if times > 1]
        self.assertEqual(repeated, [])

    def test_it_has_every_field_and_no_unknown_one(self) -> None:
        allowed = REQUIRED | {"rating", "title"}
        self.assertEqual(ids([post for post in POSTS if not REQUIRED <= post.keys() <= allowed]), [])

    def test_it_uses_only_known_values(self) -> None:
        slugs = {facility["slug"] for facility in NORTHFIELD["facility"]}
        wrong = [
            post
            for post in POSTS
            if post["kind"] not in KINDS
            or post["lang"] not in {"en", "es", "fr", "vi"}
            or not post["networks"]
            or not set(post["networks"]) <= {"x", "reddit", "google", "rss", "mailbox"}
            or not set(post["facilities"]) <= slugs
        ]
        self.assertEqual(ids(wrong), [])

    def test_it_is_rated_exactly_where_google_carries_it(self) -> None:
        wrong = [post for post in POSTS if on(post, "google") != (post.get("rating") in range(1, 6))]
        self.assertEqual(ids(wrong), [])

    def test_it_is_titled_exactly_where_a_title_is_shown(self) -> None:
        wrong = [post for post in POSTS if on(post, "reddit", "rss", "mailbox") != bool(post.get("title"))]
        self.assertEqual(ids(wrong), [])

    def test_it_fits_x_at_its_longest(self) -> None:
        tweets = [post for post in POSTS if on(post, "x")]
        self.assertEqual(ids([post for post in tweets if x_length(longest(post["text"])) > 280]), [])

    def test_its_title_fits_reddit_at_its_longest(self) -> None:
        self.assertEqual(ids([post for post in POSTS if len(longest(post.get("title", ""))) > 300]), [])

    def test_it_can_be_carried_by_xml_where_a_feed_carries_it(self) -> None:
        unfit = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
        self.assertEqual(
            ids([post for post in POSTS if on(post, "rss") and unfit.search(words_of(post))]), []
        )


class TemplateTests(TestCase):
    def test_its_slots_are_known(self) -> None:
        unknown = {post["id"]: slots(words_of(post)) - LONGEST.keys() for post in POSTS}
        self.assertEqual({id: names for id, names in unknown.items() if names}, {})

    def test_its_alternatives_close_differ_and_do_not_nest(self) -> None:
        def is_wrong(text: str) -> bool:
            rest = CHOICE.sub("", text)
            groups = choices(text)
            clumsy = any(len(set(group)) != len(group) or len(group) < 2 for group in groups)
            return clumsy or "[[" in rest or any("[[" in option for group in groups for option in group)

        self.assertEqual(ids([post for post in POSTS if is_wrong(words_of(post))]), [])

    def test_the_health_system_fits_the_slots(self) -> None:
        facilities = NORTHFIELD["facility"]
        names = {name for facility in facilities for name in [facility["name"], *facility["names"]]}
        self.assertLessEqual(max(map(len, names)), LONGEST["facility"])
        self.assertLessEqual(max(len(facility["city"]) for facility in facilities), LONGEST["city"])
        self.assertLessEqual(len(f"@{NORTHFIELD['x_handle']}"), LONGEST["handle"])

    def test_other_languages_take_no_english_filling(self) -> None:
        foreign = [post for post in POSTS if post["lang"] != "en"]
        self.assertEqual(ids([post for post in foreign if slots(words_of(post)) & ENGLISH_SLOTS]), [])


class WatchlistTests(TestCase):
    def test_every_post_about_us_is_found_however_it_is_filled(self) -> None:
        ours = [post for post in POSTS if post["kind"] != "namesake"]
        self.assertEqual(ids([post for post in ours if not is_findable(post, OWN_WORD)]), [])

    def test_a_namesake_holds_the_word_and_names_none_of_us(self) -> None:
        namesakes = [post for post in POSTS if post["kind"] == "namesake"]
        wrong = [
            post
            for post in namesakes
            if not is_findable(post, NAMESAKE_WORD) or slots(words_of(post)) & {"facility", "handle"}
        ]
        self.assertEqual(ids(wrong), [])


class SpreadTests(TestCase):
    def test_there_are_enough_of_every_kind(self) -> None:
        least = {"complaint": 170, "praise": 80, "question": 60, "chatter": 50, "emergency": 20}
        least |= {"namesake": 25, "hostile": 35, "news": 25}
        counts = Counter(
            post["kind"] for post in POSTS if post["lang"] == "en" or post["kind"] == "emergency"
        )
        self.assertEqual({kind: counts[kind] for kind, n in least.items() if counts[kind] < n}, {})

    def test_there_are_enough_in_every_language(self) -> None:
        counts = Counter(post["lang"] for post in POSTS)
        least = {"en": 400, "es": 45, "fr": 15, "vi": 15}
        self.assertEqual({lang: counts[lang] for lang, n in least.items() if counts[lang] < n}, {})

    def test_a_storm_can_last(self) -> None:
        self.assertGreaterEqual(len(FILES["storm_ed"]["post"]), 25)
        self.assertGreaterEqual(len(FILES["storm_portal"]["post"]), 20)

    def test_letters_are_of_many_kinds_and_languages(self) -> None:
        letters = [post for post in POSTS if on(post, "mailbox")]
        kinds, languages = (Counter(post[what] for post in letters) for what in ("kind", "lang"))
        self.assertGreaterEqual(len(letters), 40)
        self.assertEqual(set(kinds), {"complaint", "praise", "question", "emergency", "hostile"})
        self.assertEqual({lang for lang, n in languages.items() if n >= 5}, {"en", "es", "fr", "vi"})

    def test_every_network_gets_every_facility(self) -> None:
        slugs = {facility["slug"] for facility in NORTHFIELD["facility"]}
        for network in ("x", "reddit", "google", "rss"):
            named = {slug for post in POSTS if on(post, network) for slug in post["facilities"]}
            self.assertEqual(slugs - named, set(), network)

    def test_no_two_posts_are_nearly_the_same(self) -> None:
        read = [(post["id"], shingles(post["text"])) for post in POSTS]
        alike = [
            (a, b) for (a, one), (b, two) in combinations(read, 2) if len(one & two) * 3 > len(one | two)
        ]
        texts = Counter(" ".join(post["text"].lower().split()) for post in POSTS)
        self.assertEqual(alike, [])
        self.assertEqual([text for text, times in texts.items() if times > 1], [])


class InventedTests(TestCase):
    def test_phone_numbers_are_fictional(self) -> None:
        numbers = [n for post in POSTS for n in re.findall(r"\b\d{3}[-. ]\d{4}\b", words_of(post))]
        self.assertEqual([n for n in numbers if not n.startswith("555-01")], [])

    def test_nothing_looks_like_a_record_number(self) -> None:
        plain = [post for post in POSTS if post["kind"] != "hostile"]
        self.assertEqual(
            ids([post for post in plain if re.search(r"\d{6,}|\d{3}-\d{2}-\d{4}", words_of(post))]), []
        )

    def test_links_lead_nowhere(self) -> None:
        hosts = re.findall(r"(?<=//)[\w.@-]+\.[a-z]{2,}", " ".join(map(words_of, POSTS)))
        self.assertEqual([host for host in hosts if not host.endswith(".example")], [])


class PeopleTests(TestCase):
    def test_there_are_enough_and_none_twice(self) -> None:
        least = {"handles": 150, "reddit_names": 80, "reviewers": 100, "outlets": 8}
        self.assertEqual(
            {kind: len(PEOPLE[kind]) for kind, n in least.items() if len(set(PEOPLE[kind])) < n}, {}
        )
        self.assertEqual([kind for kind in least if len(set(PEOPLE[kind])) != len(PEOPLE[kind])], [])

    def test_their_names_are_ones_the_networks_accept(self) -> None:
        self.assertEqual(
            [name for name in PEOPLE["handles"] if not re.fullmatch(r"\w{4,15}", name, re.ASCII)], []
        )
        taken = [n for n in PEOPLE["reddit_names"] if not re.fullmatch(r"[\w-]{3,20}", n, re.ASCII)]
        self.assertEqual(taken, [])
