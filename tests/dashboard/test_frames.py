from unittest import TestCase

from dashboard.frames import frame

HOSTILE = [
    "a\nevent: reset\n\n",
    "a\r\nid: 9\r\n\r\nevent: close",
    "a\rdata: b\r\revent: ended",
    "\n\n\n",
    "event: x",
    "no line ends\u2028here\u0085nor\x0bhere",
]


def fields_of(sent: bytes) -> list[tuple[str, str]]:
    """As a browser reads it: every line has a field, an empty line ends the event."""
    text = sent.decode()
    assert text.endswith("\n\n")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n\n").split("\n")
    return [(line.partition(":")[0], line.partition(": ")[2]) for line in lines]


class FrameTests(TestCase):
    def test_it_is_one_event_whatever_the_text_holds(self) -> None:
        for text in HOSTILE:
            with self.subTest(text=text):
                fields = fields_of(frame("mention", text, id=7))
                self.assertEqual(fields[:2], [("event", "mention"), ("id", "7")])
                self.assertEqual({name for name, _ in fields[2:]}, {"data"})

    def test_it_keeps_every_line_of_the_text(self) -> None:
        fields = fields_of(frame("mention", "one\r\ntwo\rthree\nfour"))
        self.assertEqual([value for name, value in fields if name == "data"], ["one", "two", "three", "four"])

    def test_it_survives_half_a_character(self) -> None:
        self.assertIn(b"data: ?", frame("mention", "\ud83d"))
