from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import TestCase
from django.urls import reverse

from hospital.models import Role
from listening import watchlist_history, watchlists
from listening.models import Watchlist
from tests.base import ada, facility, mallory, person, watchlist

FILE = "name: Waiting\nactive: true\nqueries:\n- northfield wait\n"


class Files(TestCase):
    def setUp(self) -> None:
        self.main = facility()
        self.client.force_login(ada())

    def send(self, made: Watchlist | None = None, **fields: Any) -> HttpResponse:
        route = reverse("watchlist-file", args=[made.pk]) if made else reverse("watchlist-import")
        return self.client.post(route, fields, follow=True)  # type: ignore[return-value]


class ExportTests(Files):
    def test_it_is_the_file_that_an_import_reads(self) -> None:
        made = watchlist("northfield", name="Ünsere Náme <b>")
        answer = self.client.get(reverse("watchlist-export", args=[made.pk]))
        self.assertEqual(answer.content.decode(), watchlist_history.body_of(made))
        self.assertEqual(answer["Content-Disposition"], 'attachment; filename="unsere-name-b.yaml"')

    def test_mallory_is_turned_away(self) -> None:
        made = watchlist("northfield")
        self.client.force_login(mallory())
        for route in ("watchlist-export", "watchlist-file", "watchlist-history"):
            self.assertEqual(self.client.get(reverse(route, args=[made.pk])).status_code, 403)
        for route in ("watchlist-import", "watchlist-packs"):
            self.assertEqual(self.client.get(reverse(route)).status_code, 403)


class ImportTests(Files):
    def test_a_change_is_shown_before_it_is_saved(self) -> None:
        made = watchlist("northfield")
        answer = self.send(made, body=FILE, show="")
        self.assertContains(answer, '<span class="is-in">+- northfield wait')
        self.assertContains(answer, "Nothing is saved yet")
        self.assertEqual(watchlists.lines_of(made), ["northfield"])
        self.assertContains(self.send(made, body=FILE, keep="", based_on=0), "saved as the file says")
        self.assertEqual(watchlists.lines_of(made), ["northfield wait"])

    def test_a_file_can_be_sent(self) -> None:
        sent = SimpleUploadedFile("w.yaml", b"\xef\xbb\xbf" + FILE.replace("\n", "\r\n").encode())
        self.assertContains(self.send(file=sent, show="", body="ignored"), "Save this watchlist")
        self.send(body=FILE, keep="", based_on=0)
        self.assertEqual(Watchlist.objects.get().owner, ada())

    def test_a_mistake_is_named_and_nothing_is_lost(self) -> None:
        answer = self.send(body="name: <b>\ncolour: red\nqueries: [a]\n", show="")
        self.assertContains(answer, "Line 2, “colour”", status_code=409)
        self.assertContains(answer, "name: &lt;b&gt;\ncolour: red", status_code=409)

    def test_odd_files_are_refused_in_words(self) -> None:
        for content, said in (
            (b"name: a\n\xff\xfe", "Line 2: this is no text in UTF-8"),
            (b"", "The file is empty"),
            (b"a" * 1_300_000, "The file is too long"),
            (b"name: \x00", "Line 1: it holds a character"),
            (b"[" * 100_000, "lists within lists"),
        ):
            with self.subTest(said):
                answer = self.send(file=SimpleUploadedFile("w.yaml", content or b"\n"), show="")
                self.assertContains(answer, said, status_code=409)

    def test_an_admin_of_one_facility_imports_only_for_it(self) -> None:
        self.client.force_login(person("hana", Role.ADMIN, self.main))
        self.assertContains(self.send(body=FILE, keep=""), "“facility”: name one of yours", status_code=409)
        self.assertContains(self.send(body=FILE + "facility: main\n", keep=""), "is saved")


class HistoryTests(Files):
    def changed(self) -> Watchlist:
        made = watchlist("northfield")
        watchlists.save(made, name="Northfield", lines=["larkmoor"], by=ada(), at=made.updated_at, note="<b>")
        return made

    def test_versions_can_be_compared_and_put_back(self) -> None:
        made = self.changed()
        page = self.client.get(reverse("watchlist-version", args=[made.pk, 2]))
        self.assertContains(page, '<span class="is-in">+- larkmoor')
        self.assertContains(page, "&lt;b&gt;")
        answer = self.client.post(reverse("watchlist-go-back", args=[made.pk, 1]), follow=True)
        self.assertContains(answer, "as it was in version 1")
        self.assertEqual(watchlists.lines_of(made), ["northfield"])

    def test_a_version_that_is_not_there_is_not_there(self) -> None:
        made = self.changed()
        for number in (9, 10**30):
            self.assertEqual(self.client.get(f"/watchlists/{made.pk}/history/{number}/").status_code, 404)
            self.assertEqual(
                self.client.post(f"/watchlists/{made.pk}/history/{number}/use/").status_code, 404
            )

    def test_one_button_says_that_it_was_looked_at(self) -> None:
        made = self.changed()
        Watchlist.objects.update(review_on="2020-01-01")
        self.assertContains(self.client.get(reverse("watchlist-list")), "Review overdue since 1 Jan")
        self.assertContains(self.client.get(reverse("watchlist-history", args=[made.pk])), "Review overdue")
        fields = {"owner": ada().pk, "review_on": "2020-01-01", "reviewed": ""}
        answer = self.client.post(reverse("watchlist-keep", args=[made.pk]), fields, follow=True)
        self.assertContains(answer, "Reviewed; again on")
        self.assertNotContains(self.client.get(reverse("watchlist-list")), "Review overdue")

    def test_a_wrong_day_is_refused(self) -> None:
        made = self.changed()
        answer = self.client.post(reverse("watchlist-keep", args=[made.pk]), {"review_on": "soon"})
        self.assertContains(answer, "Not saved.", status_code=409)


class PackTests(Files):
    def pack(self, **fields: Any) -> HttpResponse:
        values = {"name": "Our ED", "facility": "main", "query": ["0", "1"], **fields}
        address = reverse("watchlist-pack", args=["acute"])
        return self.client.post(address, values, follow=True)  # type: ignore[return-value]

    def test_each_is_offered_with_what_it_is_for(self) -> None:
        page = self.client.get(reverse("watchlist-packs"))
        for said in ("Acute hospital", "Children&#x27;s hospital", "Maternity", "Behavioural", "Flu season"):
            self.assertContains(page, said)

    def test_it_is_shown_filled_in_before_it_is_saved(self) -> None:
        page = self.client.get(reverse("watchlist-pack", args=["acute"]), {"facility": "main"})
        self.assertContains(page, "&quot;northfield main campus&quot; AND (hospital*")
        self.assertFalse(Watchlist.objects.exists())

    def test_what_was_ticked_is_saved_with_its_notes(self) -> None:
        self.assertContains(self.pack(), "is saved with 2 queries")
        made = Watchlist.objects.get()
        self.assertEqual((made.name, made.facility, made.owner), ("Our ED", self.main, ada()))
        self.assertEqual(made.queries.count(), 2)
        self.assertTrue(all(query.note for query in made.queries.all()))
        self.assertIsNotNone(made.review_on)
        self.assertEqual(made.versions.get().note, "From the pack “Acute hospital”")

    def test_what_is_wrong_is_said(self) -> None:
        for fields, said in (
            ({"query": []}, "Write at least one query."),
            ({"name": ""}, "Not saved."),
            ({"name": "n" * 200}, "Not saved."),
        ):
            with self.subTest(said):
                self.assertContains(self.pack(**fields), said, status_code=409)
        self.assertEqual(self.pack(facility="nowhere").status_code, 404)
        self.assertEqual(self.client.get("/watchlists/packs/unknown/").status_code, 404)

    def test_an_admin_of_one_facility_fills_in_only_its_names(self) -> None:
        facility("Northfield North Hospital", "north")
        self.client.force_login(person("hana", Role.ADMIN, self.main))
        page = self.client.get(reverse("watchlist-pack", args=["acute"]))
        self.assertNotContains(page, "north hospital")
        self.assertNotContains(page, "All facilities")
        self.assertEqual(self.pack(facility="north").status_code, 404)
