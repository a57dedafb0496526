from django.core.exceptions import ValidationError
from django.test import TestCase

from alerts import defaults, rulesets, triage
from alerts.models import Case, Rule, RulesVersion
from hospital.models import AuditEntry
from listening.plain_yaml import BadFile
from tests.base import NOW, ada, facility, mention

MUTE = """\
rules:
- name: Job adverts
  queue: none
  when: '"now hiring"'
- name: Waits in the north
  queue: access
  when: wait* AND facility:north
  facilities: [north]
  levels: [P3, P4]
- name: Everything else
  queue: complaints
"""


class Rulesets(TestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.north = facility("Northfield North Hospital", "north")

    def save(self, body: str = MUTE, based_on: int | None = None, note: str = "") -> RulesVersion:
        number = rulesets.newest() if based_on is None else based_on
        return rulesets.save(body, based_on=number, note=note, by=ada(), at=NOW)


class SaveTests(Rulesets):
    def test_what_is_in_force_can_be_read_again(self) -> None:
        rules = rulesets.checked(rulesets.in_force())
        names = [name for name, slug, _ in defaults.RULES if slug != "staff-voice"]
        self.assertEqual([rule.name for rule in rules], names)

    def test_it_comes_into_force_and_what_was_is_kept(self) -> None:
        before = rulesets.in_force()
        made = self.save(note="Quieter")
        self.assertEqual((made.number, made.note), (2, "Quieter"))
        self.assertEqual(RulesVersion.objects.get(number=1).body, before)
        self.assertEqual(rulesets.in_force(), made.body)
        self.assertEqual(AuditEntry.objects.latest("pk").action, "rules.save")

    def test_a_rule_that_stays_keeps_its_cases(self) -> None:
        post = mention(lane="praise")
        case = triage.route(post.pk, NOW)
        assert case
        assert case.rule
        self.save("rules:\n- name: Praise\n  queue: praise\n  lanes: [praise]\n")
        self.assertEqual(Case.objects.get().rule_id, case.rule_id)
        self.assertEqual(Rule.objects.count(), 1)

    def test_of_two_who_save_the_second_is_told(self) -> None:
        self.save()
        with self.assertRaisesMessage(ValidationError, "Version 2 came into force meanwhile"):
            self.save("rules: []\n", based_on=0)

    def test_nothing_new_is_no_version(self) -> None:
        with self.assertRaisesMessage(ValidationError, "nothing was saved"):
            self.save(rulesets.in_force())
        self.assertFalse(RulesVersion.objects.exists())

    def test_no_rules_stay_no_rules_over_a_restart(self) -> None:
        self.save("rules: []\n")
        defaults.ensure()
        self.assertFalse(Rule.objects.exists())

    def test_an_earlier_version_comes_back_as_a_new_one(self) -> None:
        before = rulesets.in_force()
        self.save()
        self.assertEqual(rulesets.go_back(1, by=ada(), at=NOW).number, 3)
        self.assertEqual(rulesets.in_force(), before)

    def test_one_that_names_what_is_gone_is_refused(self) -> None:
        self.save()
        self.save("rules: []\n")
        self.north.delete()
        with self.assertRaisesMessage(BadFile, "there is no facility “north”"):
            rulesets.go_back(2, by=ada(), at=NOW)


class RouteTests(Rulesets):
    def route(self, text: str, **fields: object) -> str:
        case = triage.route(mention(text, **fields).pk, NOW)
        return case.queue.slug if case else ""

    def test_rules_in_words_decide(self) -> None:
        self.save()
        self.assertEqual(self.route("now hiring nurses"), "")
        self.assertEqual(self.route("waiting for hours", facility=self.north), "access")
        self.assertEqual(self.route("waiting for hours"), "complaints")
        self.assertEqual(self.route("waiting", facility=self.north, level="P2"), "complaints")

    def test_no_words_hold_back_what_speaks_of_danger(self) -> None:
        self.save()
        urgent = {"lane": "emergency", "level": "P0"}
        self.assertEqual(self.route("now hiring? my father collapsed here", **urgent), "emergency")

    def test_what_a_person_calls_urgent_is_not_muted(self) -> None:
        self.save()
        pressed = {"level": "P1", "set_by_people": ["level"]}
        self.assertEqual(self.route("now hiring", **pressed), "unsorted")

    def test_topics_ask_for_one_of_them(self) -> None:
        topic = rulesets.known().topics[0]
        self.save(f"rules:\n- name: A\n  queue: access\n  topics: [{topic}]\n")
        self.assertEqual(self.route("x", topics=[topic, "other"]), "access")
        self.assertEqual(self.route("x", topics=["other"]), "")
