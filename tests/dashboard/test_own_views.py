"""One's own page, and how an admin keeps teams and absences."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from dashboard.keys import CHANGEABLE
from hospital.models import Absence, AuditEntry, Habits, Role, Team
from tests.base import ada, carla, facility, mallory, person, pete, priya

LOCAL = "%Y-%m-%dT%H:%M"
KEY = {key.key: f"key-{number}" for number, key in enumerate(CHANGEABLE)}


class Own(TestCase):
    pete: User

    @classmethod
    def setUpTestData(cls) -> None:
        cls.pete = pete()

    def setUp(self) -> None:
        self.client.force_login(self.pete)

    def post(self, route: str, *args: object, **values: Any) -> str:
        answer = self.client.post(reverse(route, args=args), values, follow=True)
        self.status = answer.status_code
        return answer.content.decode()

    def days(self, first: int, last: int) -> dict[str, str]:
        today = timezone.localtime()
        return {
            "from_at": (today + timedelta(days=first)).strftime(LOCAL),
            "until_at": (today + timedelta(days=last)).strftime(LOCAL),
        }


class AwayTests(Own):
    def test_somebody_leaves_names_who_stands_in_and_comes_back(self) -> None:
        page = self.post("own-away", **self.days(-1, 2), deputy=priya().pk)
        self.assertIn("priya stands in", page)
        self.assertEqual(Absence.objects.get().deputy, priya())
        self.post("own-back")
        self.assertFalse(Absence.objects.exists())
        actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
        self.assertEqual(actions, ["person.away", "person.back"])

    def test_a_return_before_the_leave_is_said(self) -> None:
        self.assertIn("Say a day of return", self.post("own-away", **self.days(3, 1)))
        self.assertEqual(self.status, 409)

    def test_only_colleagues_who_work_on_cases_stand_in(self) -> None:
        for other in (self.pete, ada(), mallory()):
            self.post("own-away", **self.days(0, 1), deputy=other.pk)
            self.assertEqual(self.status, 409, other.username)

    def test_an_admin_does_it_for_others(self) -> None:
        self.client.force_login(ada())
        self.post("person-away", self.pete.pk, **self.days(-1, 1))
        self.assertEqual(Absence.objects.get().user, self.pete)
        self.post("person-back", self.pete.pk)
        self.assertFalse(Absence.objects.exists())


class KeysTests(Own):
    def test_keys_are_kept_and_stand_on_every_page(self) -> None:
        page = self.post("own-keys", **{KEY["c"]: "b", "then": "stay"})
        self.assertIn('data-keys="{&quot;c&quot;: &quot;b&quot;}"', page)
        habits = Habits.objects.get()
        self.assertEqual((habits.own_keys, habits.keys_off, habits.stays), ({"c": "b"}, False, True))

    def test_they_can_be_switched_off(self) -> None:
        self.assertIn(" data-keys-off", self.post("own-keys", keys_off="on"))

    def test_two_things_at_once_are_refused_and_what_was_typed_stays(self) -> None:
        page = self.post("own-keys", **{KEY["c"]: "a"})
        self.assertIn("a would do two things at once.", page)
        self.assertIn(f'name="{KEY["c"]}" value="a"', page)
        self.assertFalse(Habits.objects.exists())

    def test_hostile_keys_are_only_text(self) -> None:
        page = self.post("own-keys", **{KEY["c"]: '"'})
        self.assertEqual(Habits.objects.get().own_keys, {"c": '"'})
        self.assertNotIn('value=""">', page)


class LookTests(Own):
    def test_pages_are_dark_until_somebody_chooses_otherwise(self) -> None:
        for theme, medium in (
            ("light", "all"),
            ("device", "(prefers-color-scheme: light)"),
            ("dark", "not all"),
        ):
            with self.subTest(theme=theme):
                self.assertIn(f'data-light media="{medium}"', self.post("own-look", theme=theme))
                self.assertEqual(Habits.objects.get().theme, theme)

    def test_the_keys_stay_as_they_are(self) -> None:
        self.post("own-keys", **{KEY["c"]: "b"})
        self.post("own-look", theme="light")
        self.post("own-keys", **{KEY["c"]: "b", "then": "stay"})
        habits = Habits.objects.get()
        self.assertEqual((habits.own_keys, habits.stays, habits.theme), ({"c": "b"}, True, "light"))

    def test_a_theme_that_is_none_is_refused(self) -> None:
        for theme in ("", "blue", 'all"><script>'):
            self.assertIn("There is no such theme.", self.post("own-look", theme=theme))
        self.assertEqual(self.status, 400)
        self.assertFalse(Habits.objects.exists())


class TeamTests(Own):
    def setUp(self) -> None:
        self.client.force_login(ada())

    def test_a_team_is_made_changed_and_removed(self) -> None:
        self.post("team-make", name="Evening desk", members=[self.pete.pk])
        team = Team.objects.get()
        self.post("team-change", team.pk, name="Late desk", members=[carla().pk])
        team.refresh_from_db()
        self.assertEqual((team.name, list(team.members.all())), ("Late desk", [carla()]))
        self.assertIn("Late desk", self.client.get(reverse("person-list")).content.decode())
        self.post("team-remove", team.pk)
        self.assertFalse(Team.objects.exists())

    def test_a_name_that_is_taken_and_a_member_who_cannot_work_are_refused(self) -> None:
        Team.objects.create(name="Evening desk")
        self.post("team-make", name="Evening desk")
        self.post("team-make", name="Other", members=[mallory().pk])
        self.assertEqual(Team.objects.count(), 1)

    def test_an_admin_of_one_place_keeps_teams_there_alone(self) -> None:
        here = facility()
        north = facility("Northfield North Hospital", "north")
        self.client.force_login(person("abe", Role.ADMIN, here))
        local = person("lee", Role.RESPONDER, here)
        self.post("team-make", name="Everywhere")
        self.post("team-make", name="North", facility=north.pk)
        self.post("team-make", name="Here", facility=here.pk, members=[local.pk])
        self.assertEqual(list(Team.objects.values_list("name", flat=True)), ["Here"])
        everywhere = Team.objects.create(name="Everywhere")
        self.post("team-change", everywhere.pk, name="Mine")
        self.assertEqual(self.status, 404)

    def test_who_is_not_seen_stays_a_member(self) -> None:
        here = facility()
        team = Team.objects.create(name="Here", facility=here)
        team.members.add(self.pete)
        self.client.force_login(person("abe", Role.ADMIN, here))
        self.post("team-change", team.pk, name="Here", members=[])
        self.assertEqual(list(team.members.all()), [self.pete])
