from typing import Any

from django.test import TestCase
from django.urls import reverse

from tests import base


class SignInTests(TestCase):
    def sign_in(self, username: str = "carla", password: str = base.PASSWORD, **fields: str) -> Any:
        base.carla()
        return self.client.post(reverse("sign-in"), {"username": username, "password": password, **fields})

    def test_it_leads_where_one_wanted_to_go(self) -> None:
        self.assertRedirects(self.sign_in(next="/mentions/1/"), "/mentions/1/", fetch_redirect_response=False)

    def test_it_leads_to_no_other_host(self) -> None:
        for address in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
            with self.subTest(address=address):
                self.client.logout()
                self.assertRedirects(self.sign_in(next=address), "/", fetch_redirect_response=False)

    def test_it_does_not_say_which_of_the_two_was_wrong(self) -> None:
        wrong_name = self.sign_in(username="nobody").content
        wrong_password = self.sign_in(password="wrong").content
        message = b"do not match an account"
        self.assertIn(message, wrong_name)
        self.assertIn(message, wrong_password)

    def test_signing_out_takes_a_post(self) -> None:
        self.client.force_login(base.carla())
        self.assertEqual(self.client.get(reverse("sign-out")).status_code, 405)
        self.assertRedirects(self.client.post(reverse("sign-out")), reverse("sign-in"))
        self.assertEqual(self.client.get("/").status_code, 302)
