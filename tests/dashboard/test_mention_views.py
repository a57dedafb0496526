from django.test import SimpleTestCase, TestCase
from django.urls import reverse

from dashboard.mention_views import outward
from listening.models import MentionVersion
from tests import base


class MentionTests(TestCase):
    def test_it_tells_all_that_is_known(self) -> None:
        mention = base.mention(
            "Now it says this.", reasons=[{"text": "“no one” -0.4"}], url="https://x.example/1"
        )
        MentionVersion.objects.create(
            mention=mention, text="Before it said that.", content_hash="1", replaced_at=base.NOW
        )
        self.client.force_login(base.carla())
        page = self.client.get(reverse("mention-detail", args=[mention.pk])).content.decode()
        for text in (
            "Now it says this.",
            "Before it said that.",
            "“no one” -0.4",
            "noopener noreferrer nofollow",
        ):
            self.assertIn(text, page)

    def test_it_is_not_found_out_of_reach(self) -> None:
        mention = base.mention(facility=base.facility("Northfield West", "west"))
        self.client.force_login(base.carla(base.facility("Northfield North", "north")))
        for pk in (mention.pk, mention.pk + 1, 2**63, 10**30):
            with self.subTest(pk=pk):
                self.assertEqual(self.client.get(f"/mentions/{pk}/").status_code, 404)

    def test_mallory_is_turned_away(self) -> None:
        self.client.force_login(base.mallory())
        address = reverse("mention-detail", args=[base.mention().pk])
        self.assertEqual(self.client.get(address).status_code, 403)

    def test_a_link_that_is_no_web_address_is_no_link(self) -> None:
        mention = base.mention(url="javascript:alert(1)")
        self.client.force_login(base.carla())
        page = self.client.get(reverse("mention-detail", args=[mention.pk])).content.decode()
        self.assertNotIn("javascript:", page)


class OutwardTests(SimpleTestCase):
    def test_only_web_addresses_lead_out(self) -> None:
        for url in (
            "",
            "javascript:alert(1)",
            "data:text/html,x",
            "//x.example",
            "http://",
            "http://[",
            "ftp://x.example",
        ):
            with self.subTest(url=url):
                self.assertIsNone(outward(url))

    def test_the_host_is_named_as_it_truly_is(self) -> None:
        cases = [
            ("https://www.x.example/a", "www.x.example"),
            ("https://northfield.example@evil.example/", "evil.example"),
            ("https://аpple.example/", "xn--pple-43d.example"),
        ]
        for url, host in cases:
            with self.subTest(url=url):
                self.assertEqual(outward(url), (url, host))
