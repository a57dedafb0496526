from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hospital import people
from hospital.models import Facility, Role


class Command(BaseCommand):
    help = "Let a person in, with one role: how the first admin is made."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--role", choices=Role.values, default=Role.ADMIN)
        parser.add_argument("--facility", help="slug; without it, all facilities")

    def handle(self, *args: Any, username: str, role: str, facility: str | None, **options: Any) -> None:
        where = Facility.objects.filter(slug=facility).first() if facility else None
        if facility and where is None:
            raise CommandError(f"no facility is called {facility!r}")
        user = User.objects.filter(username=username).first() or self._new(username)
        people.grant(user, Role(role), facility=where, by=None, at=timezone.now())
        self.stdout.write(f"{username} is now {Role(role).label}, {where or 'all facilities'}.")

    def _new(self, username: str) -> User:
        password = getpass(f"Password for {username}: ")
        try:
            validate_password(password, User(username=username))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        return User.objects.create_user(username, password=password)
