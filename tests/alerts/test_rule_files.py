from django.test import SimpleTestCase

from alerts import rule_files
from alerts.rule_files import Known, Written
from listening.plain_yaml import BadFile

KNOWN = Known(
    queues=("access", "complaints"),
    topics=("parking", "waiting"),
    networks=("x", "rss"),
    facilities=("north",),
)
WHOLE = Written(
    name="Waits: “North”",
    queue="access",
    when='"north ed" AND (wait* OR facility:north)',
    lanes=("complaint", "access_wait"),
    levels=("P2",),
    topics=("waiting",),
    tone=("negative",),
    networks=("x",),
    facilities=("north",),
    severity=40,
    stars=2,
    is_active=False,
)
HEAD = "rules:\n- name: A\n  queue: access\n"
BAD = (
    ("rules: {}\n", "Line 1, “rules”: expected a list"),
    ("rule: []\n", "Line 1, “rule”: is no key here"),
    ("rules:\n- queue: access\n", "Line 2, “rules[1]”: has no “name”"),
    ("rules:\n- name: A\n", "Line 2, “rules[1]”: has no “queue”"),
    (
        "rules:\n- name: A\n  queue: nowhere\n",
        "Line 3, “rules[1].queue”: “nowhere” is not known; known are access",
    ),
    (HEAD + "  when: wait AND\n", "Line 4, “rules[1].when”: "),
    (HEAD + "  when: facility:south\n", "Line 4, “rules[1].when”: there is no facility “south”"),
    (HEAD + "  lanes: [emergency]\n", "Line 4, “rules[1].lanes”: “emergency” is a safety lane."),
    (HEAD + "  lanes: self_harm\n", "Line 4, “rules[1].lanes”: “self_harm” is a safety lane."),
    (HEAD + "  lanes: [staff_voice]\n", "Line 4, “rules[1].lanes”: what staff say in public"),
    ("rules:\n- name: A\n  queue: staff-voice\n", "Line 3, “rules[1].queue”: “staff-voice” is not known"),
    (HEAD + "  levels: [P9]\n", "Line 4, “rules[1].levels”: “P9” is not known; known are P0"),
    (HEAD + "  severity: lots\n", "Line 4, “rules[1].severity”: expected a whole number from 0 to 100"),
    (HEAD + "  stars: 6\n", "Line 4, “rules[1].stars”: expected a whole number from 1 to 5"),
    (HEAD + "  severity: ９\n", "Line 4, “rules[1].severity”: expected"),
    (HEAD + HEAD[7:], "Line 4: a rule “A” stands on line 2 already."),
    (HEAD + "  mute: true\n", "Line 4, “rules[1].mute”: is no key here"),
    ("rules:\n" + "- a\n" * 201, "Line 2, “rules”: holds 201, at most 200"),
)


class ReadTests(SimpleTestCase):
    def test_what_was_written_is_read_again(self) -> None:
        plain = Written("Everything else", "none")
        self.assertEqual(rule_files.read(rule_files.written([WHOLE, plain]), KNOWN), [WHOLE, plain])

    def test_what_a_rule_names_stands_on_one_line(self) -> None:
        self.assertIn("  lanes: [complaint, access_wait]\n", rule_files.written([WHOLE]))

    def test_no_rule_at_all_can_be_said(self) -> None:
        self.assertEqual(rule_files.read(rule_files.written([]), KNOWN), [])

    def test_words_are_kept_in_their_normal_form(self) -> None:
        (rule,) = rule_files.read(HEAD + "  when: north   (wait* OR queue)\n", KNOWN)
        self.assertEqual(rule.when, "north AND (wait* OR queue)")

    def test_each_mistake_is_named_with_its_line_and_key(self) -> None:
        for body, said in BAD:
            with self.subTest(said):
                with self.assertRaises(BadFile) as caught:
                    rule_files.read(body, KNOWN)
                self.assertEqual(str(caught.exception)[: len(said)], said)

    def test_every_safety_lane_is_refused_in_words(self) -> None:
        from alerts.rules import SAFETY_QUEUES

        for lane in SAFETY_QUEUES:
            with self.assertRaisesMessage(BadFile, "no rule can hold it, move it or mute it"):
                rule_files.read(HEAD + f"  lanes: [complaint, {lane}]\n", KNOWN)
