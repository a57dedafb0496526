"""On a public screen nobody is told, nothing can be pressed, and no number tells of what is not shown."""

import re
from datetime import timedelta
from typing import Any
from unittest import mock

from django.core.cache import cache
from django.test import TestCase
from django.utils import timezone

from alerts import defaults
from dashboard import arrivals
from dashboard.arrivals import Arrival
from dashboard.faces import Face
from dashboard.looking import Looker
from dashboard.screen_class import ScreenClass
from dashboard.screens import faces
from dashboard.screens.faces import NOT_IN_PUBLIC, QUOTED_WORDS
from dashboard.screens.programme import programme
from dashboard.standing import EVERYDAY
from listening.models import Author, Mention
from tests import base
from tests.dashboard.screens.base import every_column, hang
from tests.proof.hostile import OWN, everywhere, of_the_town
from tests.proof.test_identifiers import told

TAG = re.compile(r"<[a-z][^>]*>")
PRESSED = re.compile(r"<(?:a|button|form|input|img|iframe|object|script)\b|\s(?:href|src|on\w+|hx-[\w-]+)=")
ARTICLE = re.compile(r"<article.*?</article>", re.DOTALL)
TEXT = re.compile(r'<p class="card-text"[^>]*>(.*?)</p>', re.DOTALL)
MASK = re.compile(r'<span class="mask">[^<]*</span>')
TAGS = re.compile(r"<[^>]+>")


def hung(came: Arrival, screen_class: str) -> str:
    """What is sent of it to a screen of that class."""
    looker = Looker(None, EVERYDAY, Face(screen_class))
    return (came.frame_for(looker, timezone.now()) or b"").decode()


def words_of(article: str) -> list[str]:
    """As they are counted: what stands for something hidden is one."""
    said = [TAGS.sub("", MASK.sub("hidden", text)) for text in TEXT.findall(article)]
    return [word for text in said for word in text.strip("“”").split() if word != "…"]


class CorpusTests(TestCase):
    """Everything hostile, and everything that tells who somebody is, each by an author of its own."""

    secrets: set[str]
    sent: list[Arrival]

    @classmethod
    def setUpTestData(cls) -> None:
        now, cls.secrets = timezone.now(), set()
        hostile: list[tuple[str, list[str], str]] = [
            (each.text, [], each.title) for each in (*everywhere()[::2], *of_the_town()[::2])
        ]
        telling = [(text, secrets, "") for text, secrets in told()]
        for number, (text, secrets, title) in enumerate([*hostile, *telling]):
            author = Author.objects.create(
                network="fake",
                external_id=str(number),
                handle=f"quill{number}x",
                name=f"Odalys{number} Marsh{number}",
            )
            said = f"Odalys{number} here, ask quill{number}x. {text}" if number % 3 == 0 else text
            base.mention(
                storable(said),
                title=storable(title)[:500],
                author=author,
                published_at=now - timedelta(seconds=number),
                lane=("other", "complaint", "praise", "question")[number % 4],
                sentiment=Mention.Sentiment.values[number % 3],
            )
            cls.secrets |= {*secrets, author.handle, *author.name.split()}
        # What a desk calls its decks and columns tells too.
        every_column("Odalys3 Marsh3", "quill4x", expression="the OR to OR and")
        every_column("Odalys6", "Marsh7")
        cls.sent = arrivals.after(0, limit=2_000)

    def check(self, html: str, where: str) -> None:
        found = [
            secret
            for secret in self.secrets
            if secret in html and re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", html)
        ]
        self.assertEqual(found, [], where)
        self.assertNotIn("evil.example", html)

    def faces(self, screen_class: ScreenClass) -> list[str]:
        return [hung(each, screen_class) for each in self.sent]

    def test_neither_page_nor_scene_nor_status_nor_stream_tells_of_anybody(self) -> None:
        self.assertGreater(len(self.sent), 250)
        self.assertGreater(len(programme()), 8)
        for name in programme():
            _, address = hang("public", steps=[(name, 60)])
            for part in ("", "scene/", "status/"):
                self.check(self.client.get(address + part).content.decode(), f"{name} {part}")
        self.check("".join(self.faces(ScreenClass.PUBLIC)), "stream")

    def test_every_card_is_short(self) -> None:
        for face in self.faces(ScreenClass.PUBLIC):
            for article in ARTICLE.findall(face):
                self.assertLessEqual(len(words_of(article)), QUOTED_WORDS, article)
                self.assertLess(len(article), 2_500)

    def test_no_screen_has_anything_to_press(self) -> None:
        for screen_class in ScreenClass:
            for face in self.faces(screen_class):
                tags = "".join(TAG.findall(face)).replace("use href=", "")
                self.assertIsNone(PRESSED.search(tags), face)

    def test_a_staff_screen_names_no_author(self) -> None:
        for number, (staff, locked) in enumerate(
            zip(self.faces(ScreenClass.STAFF), self.faces(ScreenClass.LOCKED), strict=True)
        ):
            self.assertNotIn('class="author"', staff)
            if "gone" not in locked:
                self.assertIn(f"quill{number}x", locked)


def storable(text: str) -> str:
    """As it comes out of a poll: no half characters, no holes, and not a book."""
    return text[:4_000].replace("\x00", "").encode("utf-8", "replace").decode()


class HiddenTests(TestCase):
    """With and without what is not for the public, a public screen is the same to the last letter."""

    def setUp(self) -> None:
        defaults.ensure()
        self.now = timezone.now()
        self.place = base.facility()
        self.say("The soup was warm", lane="praise", sentiment="positive")
        self.say("Where do I park?", lane="question", level="P3")
        self.say("Three hours, no news", lane="complaint", level="P2", sentiment="negative")

    def say(self, text: str, **fields: Any) -> Mention:
        when = {"published_at": self.now - timedelta(minutes=5), "collected_at": self.now}
        return base.mention(text, facility=self.place, **{**when, **fields})

    def seen(self, address: str) -> dict[str, str]:
        cache.clear()  # the hour is kept for a few seconds
        with mock.patch("django.utils.timezone.now", return_value=self.now + timedelta(seconds=1)):
            found = {
                part: self.client.get(address + part).content.decode() for part in ("", "status/", "scene/")
            }
        found[""] = re.sub(r'data-after="\d+"', "", found[""])
        return found

    def test_what_is_hidden_changes_nothing(self) -> None:
        every_column("Zebrafish", "Zebrafish")
        for name in programme():
            _, address = hang("public", steps=[(name, 60)], at=self.now)
            before = self.seen(address)
            for lane in NOT_IN_PUBLIC:
                self.say(f"Zebrafish {lane}", lane=lane, level="P1", sentiment="negative")
            for lane in ("other", "complaint", "praise"):
                self.say(f"Zebrafish {lane}", lane=lane, level="P0", sentiment="positive")
            for part, page in self.seen(address).items():
                with self.subTest(scene=name, part=part):
                    self.assertEqual(page, before[part])
            Mention.objects.filter(text__contains="Zebrafish").delete()

    def test_and_a_staff_screen_would_tell(self) -> None:
        # Else the test above would pass on a screen that shows nothing at all.
        _, address = hang("staff", at=self.now)
        before = self.seen(address)
        self.say("Zebrafish", lane="safety_event", level="P1", sentiment="negative")
        after = self.seen(address)
        self.assertNotEqual(before[""], after[""])
        self.assertNotEqual(before["status/"], after["status/"])

    def test_python_and_the_database_give_the_same_answer(self) -> None:
        for lane in (*NOT_IN_PUBLIC, "other", "complaint"):
            for level in Mention.Level.values:
                self.say("x", lane=lane, level=level)
        for screen_class in ScreenClass:
            shown = set(faces.shown(Mention.objects.all(), screen_class))
            self.assertEqual(
                shown, {each for each in Mention.objects.all() if faces.is_shown(each, screen_class)}
            )

    def test_the_stream_takes_away_what_is_no_longer_for_it(self) -> None:
        for lane in ("emergency", "privacy_incident"):
            (came,) = arrivals.after(self.say("Zebrafish", lane=lane, level="P1").wall_seq - 1, limit=1)
            self.assertNotIn("Zebrafish", hung(came, "public"))
            self.assertIn("event: drop", hung(came, "public"))
            self.assertIn("Zebrafish", hung(came, "locked"))

    def test_what_staff_say_is_on_no_screen(self) -> None:
        voice = self.say("Zebrafish", lane="staff_voice", level="P1")
        (came,) = arrivals.after(voice.wall_seq - 1, limit=1)
        self.assertEqual({hung(came, each) for each in ScreenClass.values}, {""})
        for screen_class in ScreenClass.values:
            _, address = hang(screen_class)
            self.assertNotIn("Zebrafish", "".join(self.seen(address).values()))

    def test_an_emergency_is_silent_for_staff_and_read_where_the_room_is_locked(self) -> None:
        self.say("Zebrafish in my chest", lane="emergency", level="P0")
        staff, locked = ("".join(self.seen(hang(name)[1]).values()) for name in ("staff", "locked"))
        self.assertNotIn("Zebrafish", staff)
        self.assertIn("1 urgent item", staff)
        self.assertIn("Zebrafish", locked)


def test_the_hostile_corpus_is_not_empty() -> None:
    assert len(OWN) > 25
