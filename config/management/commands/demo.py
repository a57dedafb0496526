from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config import demo, demo_letters


class Command(BaseCommand):
    help = "Make the invented health system of the demo, or bring it up to date."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SANDBOX_URL:
            raise CommandError("The demo needs SANDBOX_URL, the sandbox's address; `manage.py up` sets it.")
        password = demo.demo_password(settings.MURMUR_VAR)
        if (mailbox := demo_letters.ask(settings.SANDBOX_URL)) is None:
            self.stderr.write("The sandbox did not tell of its mailbox; its letters are not read.")
        demo.ensure(sandbox_url=settings.SANDBOX_URL, password=password, now=timezone.now(), mailbox=mailbox)
        people = ", ".join(f"{username} ({role.label})" for username, _, _, role in demo.PEOPLE)
        self.stdout.write(f"Sign in as {people}; password {password}")
