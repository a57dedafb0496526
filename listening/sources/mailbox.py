"""A mailbox: letters to the hospital, and the mails by which review platforms tell of a new review.

Reads: one folder over IMAP and TLS, without changing anything in it: no mail is marked as read. Each mail is
one mention: its subject, and its words without the mails it answers. Those of review platforms stay whole,
with their link. Who sent a mail is not kept, nor what is attached to it.

Keys: `username` and `password`; of most providers one that is made for this program alone.

Limits: the first 256 KB of each mail, twenty mails a call. Port 993 only. No address in a private network is
read: a mail server inside the hospital needs a mailbox outside to which it passes its letters on.

Replies: none; answer in the mailbox itself.

Cursor: `validity` is the server's name for the numbering of the folder, `uid` the last mail that was read;
`walks` says that more are waiting. The last few mails are asked for again each time. When the numbering
changes, the last days are read again: a mail is known by its own id, so that nothing is stored twice.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from listening.sources import mailbox_mail
from listening.sources.contract import (
    Connection,
    Cursor,
    Forbidden,
    Listening,
    Page,
    Post,
    ReplyWay,
    Sent,
    Target,
    Unreadable,
)
from listening.sources.mailbox_line import NETWORK, PORT, Fetched, Line, opened, since
from listening.sources.options import option, secret
from listening.sources.reading import Odd
from listening.sources.search import Syntax
from listening.sources.sheet import Sheet

PAGE_SIZE = 20
OVERLAP = 10
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?\Z")
REBUILT = "The mailbox was numbered anew. Mails older than {} days that came since may be missing."


class MailboxOptions(forms.Form):
    server = forms.CharField(max_length=253, help_text="Such as imap.mail.example")
    port = forms.IntegerField(initial=PORT, min_value=1, max_value=65535)
    folder = forms.CharField(initial="INBOX", max_length=200)
    days_back = forms.IntegerField(
        initial=7, min_value=1, max_value=365, help_text="How far back the first poll reads."
    )

    def clean_server(self) -> str:
        name: str = self.cleaned_data["server"].strip()
        if not HOST.match(name):
            raise ValidationError("Give the name of the server alone, such as imap.mail.example.")
        return name


class Mailbox:
    kind = "mailbox"
    label = "Mailbox (IMAP)"
    secrets: tuple[str, ...] = ("username", "password")
    OptionsForm: type[forms.Form] = MailboxOptions
    reply_way: ReplyWay = "none"
    max_reply_characters = 0
    attribution = ""
    sheet = Sheet(
        searches="Every mail of one folder: letters, and mails by which review platforms tell of a review.",
        history="As many days as you say, at most a year.",
        replies="None from here. Answer in the mailbox itself.",
        deletions="Not told: a mail that is deleted there stays here until it is erased here.",
        cost="Free.",
        limits="20 mails a call, and the first 256 KB of each. Attachments are counted, not kept.",
        cannot_see="Who sent a mail, mails in other folders, and mail servers inside the hospital's network.",
        keys={
            "username": "Mostly the whole address of the mailbox.",
            "password": "Of most providers one that is made for this program alone, an app password.",
        },
    )
    syntax: Syntax | None = None
    reads = "Every mail of the chosen folder"

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        user, password = (secret(connection, name, NETWORK) for name in self.secrets)
        host, folder = str(option(connection, "server")), str(option(connection, "folder", "INBOX"))
        if not HOST.match(host):
            raise Forbidden("The mailbox has no server yet. Enter its name in the options.")
        port = int(option(connection, "port", PORT))
        days = int(option(connection, "days_back", 7))
        with opened(connection, host, port, folder, user, password) as line:
            wanted, gap = _wanted(line, cursor, days, datetime.now(UTC))
            mails = line.fetch(wanted[:PAGE_SIZE]) if wanted else []
        posts, unreadable = _read(mails, f"{host}/{folder}")
        has_more = len(wanted) > PAGE_SIZE
        last = max([*wanted[:PAGE_SIZE], _last(cursor, line)])
        following = {"validity": line.validity, "uid": last, **({"walks": True} if has_more else {})}
        return Page(posts, following, has_more, unreadable, gap=gap)

    def reply(self, connection: Connection, target: Target, text: str) -> Sent:
        raise Forbidden("A mail is answered in the mailbox itself.")


def _last(cursor: Cursor, line: Line) -> int:
    """The last mail that was read, as the folder numbers them now; 0 where nothing was."""
    return int(cursor.get("uid", 0)) if cursor.get("validity") == line.validity else 0


def _wanted(line: Line, cursor: Cursor, days: int, now: datetime) -> tuple[list[int], str]:
    """The mails to read, oldest first, and what may be missing."""
    last = _last(cursor, line)
    if last:
        # Half-way through a folder there is no need to look back.
        first = last + 1 if cursor.get("walks") else max(1, last + 1 - OVERLAP)
        # "first:*" also finds the last mail where there is none from the first on.
        return [uid for uid in line.uids(f"UID {first}:*") if uid >= first], ""
    found = line.uids(f"SINCE {since((now - timedelta(days=days)).date())}")
    return found, REBUILT.format(days) if cursor.get("validity") else ""


def _read(mails: Sequence[Fetched], folder: str) -> tuple[list[Post], list[Unreadable]]:
    posts: list[Post] = []
    unreadable: list[Unreadable] = []
    for mail in mails:
        try:
            posts.append(mailbox_mail.post(mail, folder))
        except Odd as odd:
            raw: Any = mail.raw[:65536].decode("utf-8", "replace")
            unreadable.append(Unreadable(str(odd), raw))
    return posts, unreadable


adapter = Mailbox()
