import json
from io import BytesIO
from typing import Any
from unittest import mock

from django.test import TestCase
from django.urls import reverse

from hospital.models import AuditEntry, Role
from listening import uploads
from listening.models import Mention, Upload
from tests.base import NOW, ada, carla, facility, mallory, mention, person, pete, source
from tests.listening.test_uploads import CSV, ticking

TYPED = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "came_from": "Letters"}


class EntryTestCase(TestCase):
    def setUp(self) -> None:
        bell = mock.patch("dashboard.entry_views.ring")
        self.rung = bell.start()
        self.addCleanup(bell.stop)

    def typed(self, *texts: str, **more: Any) -> Any:
        entries = {f"form-{number}-text": text for number, text in enumerate(texts)}
        return self.client.post(reverse("upload-type"), {**TYPED, **entries, **more})

    def sent(self, body: bytes, **more: Any) -> Any:
        file = BytesIO(body)
        file.name = more.pop("name", "reviews.csv")
        return self.client.post(reverse("upload-send"), {"came_from": "Old reviews", "file": file, **more})

    def stored(self) -> Upload:
        upload = Upload.objects.get()
        self.client.post(reverse("upload-begin", args=[upload.pk]))
        while uploads.work(upload.pk, clock=ticking):
            pass
        upload.refresh_from_db()
        return upload


class TypingTests(EntryTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(carla())

    def test_letters_are_seen_first_and_stored_when_told(self) -> None:
        answer = self.typed("They lost my coat.", "Kind people.", **{"form-1-rating": "5"})
        upload = Upload.objects.get()
        self.assertRedirects(answer, reverse("upload-detail", args=[upload.pk]))
        self.assertContains(self.client.get(answer.url), "Nothing is stored yet")
        self.assertFalse(Mention.objects.exists())
        self.assertEqual(self.stored().inserted, 2)
        self.rung.assert_called_once()
        self.assertEqual(
            set(Mention.objects.values_list("kind", "rating")), {("letter", None), ("review", 5)}
        )
        done = self.client.get(answer.url)
        self.assertContains(done, "All 2 are through")
        actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
        self.assertEqual(actions, ["upload.draft", "upload.begin"])
        self.assertNotIn("coat", json.dumps(list(AuditEntry.objects.values_list("detail", flat=True))))

    def test_one_more_entry_keeps_what_was_typed(self) -> None:
        answer = self.typed("They lost my coat.", "", more="1")
        self.assertContains(answer, "Entry 3")
        self.assertContains(answer, "They lost my coat.")
        self.assertFalse(Upload.objects.exists())

    def test_an_empty_form_and_a_day_to_come_are_refused_with_a_word(self) -> None:
        self.assertContains(self.typed("", ""), "Nothing is typed in yet.", status_code=409)
        late = self.typed("A letter", **{"form-0-published_at": "2999-01-01"})
        self.assertContains(late, "This day is still to come", status_code=409)
        self.assertContains(late, "A letter", status_code=409)
        nowhere = self.typed("A letter", came_from="…")
        self.assertContains(nowhere, "Say where it came from", status_code=409)

    def test_hostile_words_are_shown_as_words(self) -> None:
        self.typed("<script>alert(1)</script>", **{"form-0-rating": ""})
        self.stored()
        page = self.client.get(reverse("mention-detail", args=[Mention.objects.get().pk]))
        self.assertNotContains(page, "<script>alert(1)")
        self.assertContains(page, "Typed in by carla")

    def test_somebody_of_one_facility_names_it(self) -> None:
        main = facility()
        self.client.force_login(person("mona", Role.MANAGER, main))
        self.typed("A letter", facility=main.pk)
        self.assertEqual(self.stored().facility, main)
        elsewhere = facility("Northfield North Hospital", "north")
        self.assertEqual(self.typed("A letter", facility=elsewhere.pk).status_code, 409)


class FileTests(EntryTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(ada())

    def test_a_file_is_shown_with_each_row_that_cannot_be_read(self) -> None:
        page = self.client.get(self.sent(CSV).url)
        self.assertContains(page, "Line 5: its stars are not a whole number")
        self.assertContains(page, '<dt>Stored as new</dt><dd class="num">2</dd>', html=True)
        self.assertContains(page, '<b class="num">2</b> of the new ones are more than a day old', html=False)
        stored = self.stored()
        self.assertEqual((stored.inserted, stored.unchanged, stored.quarantined), (2, 1, 2))
        mention_page = self.client.get(reverse("mention-detail", args=[Mention.objects.first().pk]))  # type: ignore[union-attr]
        self.assertContains(mention_page, "<bdi>reviews.csv</bdi>")

    def test_the_columns_are_corrected_on_the_page(self) -> None:
        address = self.sent(b"one,two\n2026-03-02,Three hours\n").url
        self.assertContains(self.client.get(address), "Say below which one it is")
        answer = self.client.post(f"{address}columns/", {"column-text": "two", "column-published_at": "one"})
        self.assertRedirects(answer, address)
        self.assertContains(self.client.get(address), "Store it")

    def test_json_in_either_form_is_read(self) -> None:
        for body in (b'[{"text": "a"}, {"text": "b"}]', b'{"text": "a"}\n{"text": "b"}\n'):
            upload = Upload.objects.get(pk=self.sent(body, name="x.json").url.split("/")[-2])
            self.assertEqual(upload.foreseen["new"], 2)

    def test_what_is_no_list_of_rows_is_refused_with_a_word(self) -> None:
        answer = self.sent("a,b\né".encode("utf-16"))
        self.assertContains(answer, "utf-16", status_code=409)
        with mock.patch("listening.upload_rows.MOST_BYTES", 10):
            self.assertContains(self.sent(CSV), "Send it in parts", status_code=409)

    def test_a_name_that_is_polled_is_refused_with_a_word(self) -> None:
        source("old-reviews", "rss")
        address = self.sent(CSV).url
        answer = self.client.post(f"{address}store/")
        self.assertContains(answer, "Choose another name", status_code=409)
        self.rung.assert_not_called()

    def test_what_is_left_is_forgotten(self) -> None:
        address = self.sent(CSV).url
        self.assertRedirects(self.client.post(f"{address}leave/"), reverse("upload-list"))
        self.assertFalse(Upload.objects.exists())

    def test_a_page_that_is_too_old_changes_nothing(self) -> None:
        address = self.sent(CSV).url
        self.stored()
        for verb in ("store", "leave", "columns"):
            answer = self.client.post(f"{address}{verb}/", follow=True)
            self.assertContains(answer, "decided meanwhile")

    def test_while_it_is_stored_the_page_says_how_far_it_is(self) -> None:
        address = self.sent(CSV).url
        self.client.post(f"{address}store/")
        page = self.client.get(address)
        self.assertContains(page, '<progress max="5" value="0"')
        self.assertContains(page, 'hx-trigger="every 2s"')


class SightTests(EntryTestCase):
    def made(self, **fields: Any) -> Upload:
        return Upload.objects.create(came_from="Letters", created_at=NOW, moved_at=NOW, **fields)

    def test_one_sees_ones_own_and_an_admin_those_of_their_facilities(self) -> None:
        main, north = facility(), facility("Northfield North Hospital", "north")
        hers = self.made(by=carla(main), facility=main)
        self.made(by=pete(), facility=main)
        self.made(by=ada(), facility=north)
        self.client.force_login(carla(main))
        self.assertEqual(list(self.client.get(reverse("upload-list")).context["uploads"]), [hers])
        self.client.force_login(person("mona", Role.ADMIN, main))
        self.assertEqual(len(self.client.get(reverse("upload-list")).context["uploads"]), 2)

    def test_others_are_turned_away(self) -> None:
        for who in (mallory(), pete()):
            self.client.force_login(who)
            for name in ("upload-list", "upload-type", "upload-send"):
                self.assertEqual(self.client.get(reverse(name)).status_code, 403)
        self.client.force_login(carla())
        self.assertEqual(self.client.get(reverse("upload-send")).status_code, 403)
        theirs = self.made(by=ada())
        self.assertEqual(self.client.get(reverse("upload-detail", args=[theirs.pk])).status_code, 404)

    def test_a_mention_of_no_file_says_nothing_of_one(self) -> None:
        self.client.force_login(carla())
        page = self.client.get(reverse("mention-detail", args=[mention().pk]))
        self.assertNotContains(page, "Typed in by")
