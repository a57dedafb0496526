from typing import Any

from django.core.exceptions import ValidationError
from django.test import SimpleTestCase, TestCase

from hospital import audit
from hospital.models import AuditEntry
from listening import watchlists
from listening.models import Match, Watchlist
from listening.queries.asked import Asked
from listening.queries.parsing import parse
from listening.sources.contract import Listening
from tests import base


def save(watchlist: Watchlist | None = None, *lines: str, **fields: Any) -> Watchlist:
    fields.setdefault("name", "Northfield")
    return watchlists.save(watchlist, lines=lines, by=base.ada(), at=base.NOW, **fields)


class CheckedTests(SimpleTestCase):
    def test_it_names_each_line_at_fault(self) -> None:
        with self.assertRaises(ValidationError) as caught:
            watchlists.checked(["northfield", 'north "ed', "", "x", "a OR b"])
        messages = caught.exception.message_dict["lines"]
        self.assertEqual([message[:7] for message in messages], ["Line 2:", "Line 4:", "Line 5:"])

    def test_it_refuses_none_and_too_many(self) -> None:
        for lines in ([], ["", "  "], [f"word{n}" for n in range(201)], ["w" * 4001]):
            with self.assertRaises(ValidationError):
                watchlists.checked(lines)

    def test_it_says_where_a_line_is_wrong_and_what_is_too_wide(self) -> None:
        with self.assertRaises(ValidationError) as caught:
            watchlists.checked(["hours NEAR/ waiting", "the", "NOT jobs"])
        messages = caught.exception.message_dict["lines"]
        self.assertIn("Line 1: NEAR needs a number at character 12", messages[0])
        self.assertIn("Line 2: The query would find about", messages[1])
        self.assertIn("Line 3: The query says only what must not be there", messages[2])

    def test_it_keeps_what_can_be_stored(self) -> None:
        self.assertEqual(watchlists.checked(["north\0field\ud800 wait"]), ["north field wait"])

    def test_it_keeps_each_line_once(self) -> None:
        self.assertEqual(watchlists.checked(["a b", " a  b ", "急"]), ["a b", "急"])


class SaveTests(TestCase):
    def test_it_keeps_queries_that_stay_and_swaps_the_others(self) -> None:
        watchlist = save(None, "northfield", "north ed")
        kept = watchlist.queries.get(expression="northfield")
        save(watchlist, "northfield", "west clinic")
        expressions = list(watchlist.queries.order_by("pk").values_list("pk", "expression"))
        self.assertEqual([text for _, text in expressions], ["northfield", "west clinic"])
        self.assertEqual(expressions[0][0], kept.pk)

    def test_it_writes_who_changed_what(self) -> None:
        watchlist = save(None, "northfield")
        save(watchlist, "west clinic")
        entry = AuditEntry.objects.latest("id")
        self.assertEqual((entry.action, entry.actor), ("watchlist-edit", base.ada()))
        self.assertEqual(entry.detail["added"], ["west clinic"])
        self.assertEqual(list(audit.broken_links()), [])

    def test_a_bad_line_changes_nothing(self) -> None:
        watchlist = save(None, "northfield")
        with self.assertRaises(ValidationError):
            save(watchlist, "west", '"open')
        self.assertEqual(list(watchlist.queries.values_list("expression", flat=True)), ["northfield"])

    def test_a_query_that_found_something_is_kept_but_no_longer_asked(self) -> None:
        watchlist = save(None, "northfield")
        Match.objects.create(mention=base.mention(), query=watchlist.queries.get(), spans=[])
        save(watchlist, "west clinic")
        self.assertEqual(Match.objects.count(), 1)
        self.assertEqual(watchlists.lines_of(watchlist), ["west clinic"])
        self.assertEqual(watchlists.current_matcher().find(Asked("northfield")), [])
        save(watchlist, "northfield")
        self.assertEqual(watchlists.lines_of(watchlist), ["northfield"])
        self.assertEqual(Match.objects.get().query.expression, "northfield")

    def test_a_line_may_be_long(self) -> None:
        line = " OR ".join(f"northfield{number:04}" for number in range(220))
        self.assertGreater(len(line), 3_500)
        watchlist = save(None, line)
        self.assertEqual(watchlists.lines_of(watchlist), [line])

    def test_a_facility_that_does_not_exist_is_named(self) -> None:
        base.facility(slug="north-ed")
        save(None, "facility:north-ed wait*")
        with self.assertRaises(ValidationError) as caught:
            save(None, "facility:south-ed wait*", name="South")
        self.assertIn("no facility called south-ed", str(caught.exception))

    def test_a_name_is_taken_once(self) -> None:
        save(None, "northfield")
        with self.assertRaises(ValidationError):
            save(None, "west clinic")


class CurrentTests(TestCase):
    def found(self, text: str) -> int:
        return len(watchlists.current_matcher().find(Asked(text)))

    def test_the_next_look_obeys_each_change(self) -> None:
        watchlist = save(None, "northfield")
        self.assertEqual(self.found("northfield"), 1)
        save(watchlist, "larkmoor")
        self.assertEqual((self.found("northfield"), self.found("larkmoor")), (0, 1))
        save(watchlist, "larkmoor", is_active=False)
        self.assertEqual(self.found("larkmoor"), 0)
        save(watchlist, "larkmoor")
        watchlist.delete()
        self.assertEqual(self.found("larkmoor"), 0)

    def test_a_stored_line_that_cannot_be_read_stops_no_other(self) -> None:
        base.watchlist("northfield", 'open "quote', "NOT jobs")
        with self.assertLogs("listening.watchlists", "ERROR") as logged:
            self.assertEqual(self.found("northfield"), 1)
        self.assertEqual(len(logged.records), 2)
        self.assertNotIn("quote", logged.records[0].getMessage().replace("The quote at", ""))

    def test_a_facility_is_asked_for_by_the_slug_it_has_now(self) -> None:
        north = base.facility(slug="north-ed")
        save(None, "facility:north-ed")
        self.assertEqual(watchlists.current().slugs, {north.pk: "north-ed"})
        north.slug = "north"
        north.save()
        self.assertEqual(watchlists.current().slugs, {north.pk: "north"})

    def test_nothing_is_built_anew_while_nothing_changes(self) -> None:
        save(None, "northfield")
        self.assertIs(watchlists.current(), watchlists.current())

    def test_names_are_told_from_what_is_said_of_them(self) -> None:
        watched = watchlists.Watched(
            listening=(
                Listening(1, parse('"Good Hope"')),
                Listening(2, parse('"mercy hospital" rude')),
            )
        )
        self.assertEqual(watched.names(["Mercy"]), ["Good Hope", "Mercy", "mercy hospital"])

    def test_names_of_boolean_lines_are_told_too(self) -> None:
        lines = ['"Good Hope" OR @goodhope', "(mercy OR rude) awful NOT kind", "stars:1 kind:review"]
        listening = tuple(Listening(at, parse(line)) for at, line in enumerate(lines))
        watched = watchlists.Watched(listening=listening)
        self.assertEqual(watched.names(["Mercy"]), ["@goodhope", "Good Hope", "Mercy", "mercy"])
