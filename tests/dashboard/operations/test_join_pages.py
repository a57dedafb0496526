"""What the join shows on pages: the mentions behind each number, alarms, sensors and lines."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from alerts import defaults, joining, statelines, triage
from alerts.models import OperationsLink, OutageAlarm, OutageSensor, StateLine
from alerts.statelines import Draft
from hospital.models import Service, ServiceStatus
from tests.alerts.operations.nouns import ed_wait, north, outage_posts, portal, post, say
from tests.base import NOW, ada, facility, mallory, pete, priya, wes
from tests.dashboard.cases.test_checks import Desk

LINE = "Waits at our North emergency department are longer than usual; the latest is {value}."
LONG = "Six hours and counting in your ER, been here since noon"


class Pages(TestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.north = north()

    def open(self, who: User, route: str, *parts: object) -> str:
        self.client.force_login(who)
        answer = self.client.get(reverse(route, args=parts))
        self.assertEqual(answer.status_code, 200)
        return " ".join(answer.content.decode().split())

    def press(self, who: User, route: str, *parts: object, **values: Any) -> str:
        self.client.force_login(who)
        answer = self.client.post(reverse(route, args=parts), values, follow=True)
        self.status = answer.status_code
        return answer.content.decode()


class LinkPageTests(Pages):
    def setUp(self) -> None:
        super().setUp()
        self.mention = post(LONG, facility=self.north, lane="complaint", severity=45)
        say(ed_wait(self.north), 10, 250)
        case = triage.route(self.mention.pk, NOW)
        assert case is not None
        self.case = case
        joining.look(NOW)
        self.link = OperationsLink.objects.get()

    def test_every_number_opens_its_mentions(self) -> None:
        page = self.open(pete(), "oplink-detail", self.link.pk)
        self.assertIn("North ED wait 4 h 10", page)
        self.assertIn('<b class="num">1</b> mention since', page)
        self.assertIn(reverse("mention-detail", args=[self.mention.pk]), page)
        self.assertIn(reverse("case-detail", args=[self.case.pk]), page)

    def test_whoever_sees_only_the_wall_sees_no_case(self) -> None:
        page = self.open(wes(), "oplink-detail", self.link.pk)
        self.assertIn("is an open case that nobody has", page.replace('<b class="num">1</b> ', ""))
        self.assertNotIn("/cases/", page)


class AlarmPageTests(Pages):
    def setUp(self) -> None:
        super().setUp()
        self.service = portal()
        say(self.service, 4, words="Up")
        outage_posts(6)
        joining.look(NOW)
        self.alarm = OutageAlarm.objects.get()

    def test_the_strip_says_what_both_say(self) -> None:
        self.assertIn(
            "<b>6 people say that the portal is down,</b> operations say Up", self.open(wes(), "alarm-strip")
        )
        OutageAlarm.objects.update(ended_at=NOW)
        self.assertNotIn("6 people", self.open(wes(), "alarm-strip"))

    def test_the_page_has_its_posts_and_somebody_answers_it(self) -> None:
        self.assertIn("portal down for me too, number 3", self.open(pete(), "alarm-detail", self.alarm.pk))
        self.assertNotIn("I have it", self.open(wes(), "alarm-detail", self.alarm.pk))
        self.assertIn("pete has it", self.press(pete(), "alarm-acknowledge", self.alarm.pk))
        self.assertIn("answered this alarm already", self.press(priya(), "alarm-acknowledge", self.alarm.pk))
        self.assertEqual(self.status, 409)

    def test_somebody_of_one_facility_is_told_that_they_see_a_part(self) -> None:
        page = self.open(wes(self.north), "alarm-detail", self.alarm.pk)
        self.assertIn("0 posts.", page)
        self.assertIn("You see those of your facilities", page)

    def test_an_admin_sets_how_many_it_takes(self) -> None:
        self.assertIn('value="6"', self.open(ada(), "sensor-list"))
        self.press(ada(), "sensor-keep", self.service.pk, voices=9, is_on="on")
        self.assertEqual(OutageSensor.objects.get().voices, 9)
        self.assertIn("choose 3 to 50", self.press(ada(), "sensor-keep", self.service.pk, voices=1))
        self.press(mallory(), "sensor-keep", self.service.pk, voices=3)
        self.assertEqual((self.status, OutageSensor.objects.get().voices), (403, 9))


class LinePageTests(Pages):
    line = {"kind": "ed_wait", "state": "trouble", "language": "en", "text": "It is {value}."}

    def test_an_approver_approves_one_changes_it_and_takes_it_away(self) -> None:
        self.press(priya(), "line-create", **self.line)
        kept = StateLine.objects.get()
        self.assertEqual(kept.approved_by, priya())
        self.press(priya(), "line-edit", kept.pk, **{**self.line, "text": "Now {value}."})
        self.assertIn("Now {value}.", self.open(priya(), "line-list"))
        self.press(priya(), "line-remove", kept.pk)
        self.assertFalse(StateLine.objects.exists())

    def test_what_is_wrong_is_not_approved(self) -> None:
        for wrong in ({"text": "Maria Lopez waits."}, {"kind": "food"}, {"text": ""}):
            self.press(priya(), "line-create", **{**self.line, **wrong})
            self.assertEqual(self.status, 409)
        self.press(priya(north()), "line-create", **self.line)
        self.assertEqual(StateLine.objects.count(), 1)
        self.press(pete(), "line-create", **self.line)
        self.assertEqual(self.status, 403)


class CaseTests(Desk):
    """Beside a case, and in its composer."""

    def setUp(self) -> None:
        super().setUp()
        self.now = timezone.now()
        self.north = facility("Northfield North Hospital", "north", short_name="North")
        self.case.facility = self.case.mention.facility = self.north
        self.case.mention.save()
        self.case.save()
        self.wait = ed_wait(self.north)
        draft = Draft("ed_wait", "trouble", LINE)
        statelines.save(None, draft, by=priya(), at=NOW)

    def say(self, minutes_ago: float) -> None:
        at = self.now - timedelta(minutes=minutes_ago)
        ServiceStatus.objects.create(service=self.wait, at=at, received_at=at, value=250, feed="test")
        joining.look(self.now)

    def page(self) -> str:
        return self.client.get(reverse("case-detail", args=[self.case.pk])).content.decode()

    def insert(self, **values: object) -> str:
        values = {"state": self.wait.pk, "post_seen": self.case.mention.content_hash, **values}
        return self.post("reply-insert", self.case.pk, **values)

    def test_the_tiles_of_its_facility_stand_beside_it(self) -> None:
        self.say(3)
        page = self.page()
        self.assertIn("Operations now", page)
        self.assertIn('North ED wait <b class="num">4 h 10</b>', page)
        self.assertIn(f'name="state" value="{self.wait.pk}"', page)
        self.assertLess(page.index('data-key="Ctrl+."'), page.index("Approved facts"))

    def test_the_line_is_inserted_behind_what_was_typed(self) -> None:
        self.say(3)
        time = timezone.localtime(self.now - timedelta(minutes=3)).strftime("%H:%M")
        told = LINE.replace("{value}.", f"4 h 10, as of {time}.")
        self.assertIn(f"Hello. {told}</textarea>", self.insert(text="Hello."))

    def test_a_stale_one_is_refused_and_nothing_is_lost(self) -> None:
        self.say(40)
        self.assertIn("report too old", self.page())
        page = self.insert(text="My own words.")
        self.assertEqual(self.status, 409)
        self.assertIn("The last report of North ED wait is 40 minutes old", page)
        self.assertIn("My own words.</textarea>", page)

    def test_that_of_another_facility_is_not_there(self) -> None:
        far = facility("Northfield Far Clinic", "far")
        theirs = Service.objects.create(facility=far, kind="ed_wait", slug="far", name="Far ED wait")
        for state in (theirs.pk, 10**17, 0):
            self.insert(state=state)
            self.assertEqual(self.status, 404)
