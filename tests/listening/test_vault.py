from django.test import SimpleTestCase, override_settings

from listening import vault
from listening.sources.contract import Connection

SECRETS = {"bearer_token": "hunter2"}


class VaultTests(SimpleTestCase):
    def test_it_opens_what_it_sealed(self) -> None:
        self.assertEqual(vault.unseal(vault.seal(SECRETS)), SECRETS)
        self.assertEqual(vault.unseal(memoryview(vault.seal(SECRETS))), SECRETS)
        self.assertEqual(vault.unseal(b""), {})

    def test_what_is_stored_does_not_show_the_secret(self) -> None:
        self.assertNotIn(b"hunter2", vault.seal(SECRETS))

    def test_printing_does_not_show_the_secret(self) -> None:
        opened = vault.unseal(vault.seal(SECRETS))
        self.assertNotIn("hunter2", f"{opened} {opened!r} {Connection(options={}, secrets=opened)}")

    def test_another_key_does_not_open_it_and_a_fallback_does(self) -> None:
        with override_settings(SECRET_KEY="the key before"):
            sealed = vault.seal(SECRETS)
        with self.assertRaisesRegex(vault.CannotOpen, "another SECRET_KEY"):
            vault.unseal(sealed)
        with override_settings(SECRET_KEY_FALLBACKS=["the key before"]):
            self.assertEqual(vault.unseal(sealed), SECRETS)
