import hashlib
import imaplib
import socket
import ssl
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from listening.sources import adapter_for, contract, mailbox_mail
from listening.sources.contract import (
    AuthFailed,
    BadPayload,
    Connection,
    Forbidden,
    Page,
    RateLimited,
    SourceError,
    Unavailable,
)
from listening.sources.mailbox_line import Fetched
from sandbox import certificate, letters
from sandbox.app import build_town
from sandbox.post import Post
from sandbox.town import Town
from tests.sandbox.base import Clock, control, http, inject, ledger, sandbox
from tests.timing import PATIENCE

MAILBOX = adapter_for("mailbox")


def connection(base: str) -> Connection:
    options = {**http.get(f"{base}/_sandbox/mailbox").json(), "server": urlsplit(base).hostname}
    # The town's clock may stand years away from the adapter's.
    keys = {"username": "letters", "password": "sandbox-key"}
    return Connection({**options, "days_back": 365}, keys, may_reach_private=True)


def fetch(base: str, cursor: dict[str, Any] | None = None) -> Page:
    return MAILBOX.fetch(connection(base), (), cursor or {})


def known_as(id: str) -> str:
    return f"mail:{hashlib.sha256(letters.message_id(id).encode()).hexdigest()[:32]}"


def client(base: str) -> imaplib.IMAP4_SSL:
    told = http.get(f"{base}/_sandbox/mailbox").json()
    trusted = ssl.create_default_context(cadata=told["certificate"])
    line = imaplib.IMAP4_SSL("localhost", told["port"], ssl_context=trusted, timeout=PATIENCE)
    line.login("letters", "a password")
    return line


def numbers(base: str) -> bytes:
    with client(base) as line:
        line.select("INBOX", readonly=True)
        return bytes(line.uid("SEARCH", "ALL")[1][0])


class MailboxTests:
    def test_a_letter_that_was_put_in_is_read_and_in_the_ledger(self, quiet: str) -> None:
        id = inject(quiet, "mailbox", "We waited for hours.\n\nNobody came.", title="A night with you")

        page = fetch(quiet)

        assert [(post.title, post.text) for post in page.posts] == [
            ("A night with you", "We waited for hours.\n\nNobody came.")
        ]
        assert page.posts[0].external_id == known_as(id)
        told = ledger(quiet)
        assert list(told["served"]["mailbox"]) == [id]
        counts = {name: told["requests"][f"mailbox.{name}"] for name in ("login", "examine", "fetch")}
        assert counts == {"login": 1, "examine": 1, "fetch": 1}

    def test_a_poll_goes_on_where_the_last_one_ended(self, quiet: str) -> None:
        for number in range(45):
            inject(quiet, "mailbox", f"Letter {number}")
        titles, cursor, has_more = [], dict[str, Any](), True
        while has_more:
            page = fetch(quiet, cursor)
            titles += [post.title for post in page.posts]
            cursor, has_more = dict(page.cursor), page.has_more
        assert titles == [f"Letter {number}" for number in range(45)]
        inject(quiet, "mailbox", "One more")
        assert fetch(quiet, cursor).posts[-1].title == "One more"

    def test_one_that_is_deleted_is_gone_and_none_can_be_changed(self, quiet: str) -> None:
        first, second = (inject(quiet, "mailbox", f"Letter {number}") for number in range(2))
        control(quiet, "delete", {"network": "mailbox", "id": first})
        assert [post.external_id for post in fetch(quiet).posts] == [known_as(second)]
        answer = http.post(f"{quiet}/_sandbox/edit", json={"id": second, "text": "another"})
        assert (answer.status_code, "cannot be changed" in answer.text) == (400, True)

    @pytest.mark.parametrize(
        "text", ["a\0b", "\ud800 and \udfff", "one\r\n.\r\n) OK\r\ntwo", "é" * 5_000_000]
    )
    def test_hostile_letters_cost_nothing_but_themselves(self, quiet: str, text: str) -> None:
        inject(quiet, "mailbox", text, title=text[:900], author='"<x@y.example>\r\nBcc: all\\')
        inject(quiet, "mailbox", "A letter like others.")
        posts = fetch(quiet).posts
        assert (len(posts), posts[-1].text) == (2, "A letter like others.")

    def test_numbers_key_and_place_are_the_same_after_a_restart(self, tmp_path: Path) -> None:
        clock, state = Clock(), tmp_path / "state.jsonl"
        with sandbox(clock=clock, state=state) as base:
            told, before = http.get(f"{base}/_sandbox/mailbox").json(), numbers(base)
        clock.forward(minutes=5)
        with sandbox(clock=clock, state=state) as base:
            assert http.get(f"{base}/_sandbox/mailbox").json() == told
            assert numbers(base).startswith(before)
            assert len(before.split()) > 20
        assert (tmp_path / "sandbox-mail.pem").stat().st_mode & 0o777 == 0o600

    def test_a_port_that_is_taken_is_left_for_another(self, tmp_path: Path) -> None:
        state = tmp_path / "state.jsonl"
        with sandbox(quiet=True, state=state) as first, sandbox(quiet=True, state=state) as second:
            assert connection(first).options["port"] != connection(second).options["port"]
            assert fetch(first).posts == fetch(second).posts == []

    def test_a_stranger_reads_nothing(self, quiet: str) -> None:
        inject(quiet, "mailbox", "For the hospital alone")
        told = http.get(f"{quiet}/_sandbox/mailbox").json()
        trusted = ssl.create_default_context(cadata=told["certificate"])
        with imaplib.IMAP4_SSL("localhost", told["port"], ssl_context=trusted, timeout=PATIENCE) as line:
            with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
                line.login("letters", "a wrong password")
            line.state = "AUTH"  # so that the client asks all the same
            assert line.select("INBOX", readonly=True)[0] == "NO"

    def test_it_ends_although_somebody_waits_for_an_answer(self) -> None:
        with sandbox(quiet=True) as base:
            line = client(base)
            control(base, "faults", {"route": "mailbox.search", "fault": "hang"})
            line.select("INBOX", readonly=True)
            line.send(b"a UID SEARCH ALL\r\n")
        with line.sock:
            assert is_over(line.sock)


def is_over(connection: socket.socket) -> bool:
    """Whether the other end has let go, whatever it had still said; waits for it a while."""
    try:
        while connection.recv(4096):
            continue
    except TimeoutError:
        return False
    except (ConnectionError, ssl.SSLError):
        return True
    return True


FAULTS = [
    ("mailbox.login", "401", AuthFailed),
    ("mailbox.login", "429", RateLimited),
    ("mailbox.login", "503", Unavailable),
    ("mailbox.examine", "403", Forbidden),
    ("mailbox", "drop", Unavailable),
    ("mailbox.fetch", "drop", Unavailable),
    ("mailbox.fetch", "truncated", Unavailable),
    ("mailbox.search", "html", BadPayload),
]


class FaultTests:
    @pytest.mark.parametrize(("route", "kind", "error"), FAULTS)
    def test_each_is_met_once_and_then_the_mails_are_there(
        self, quiet: str, route: str, kind: str, error: type[SourceError]
    ) -> None:
        inject(quiet, "mailbox", "A letter")
        control(quiet, "faults", {"route": route, "fault": kind, "times": 1})
        with pytest.raises(error):
            fetch(quiet)
        assert ledger(quiet)["served"]["mailbox"] == []
        assert len(fetch(quiet).posts) == 1

    @pytest.mark.parametrize("kind", ["hang", "slow"])
    def test_one_that_takes_too_long_is_left(
        self, quiet: str, kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(contract, "CALL_SECONDS", 0.6)
        inject(quiet, "mailbox", "A letter " * 100)
        control(quiet, "faults", {"route": "mailbox.fetch", "fault": kind, "times": 1})
        with pytest.raises(Unavailable):
            fetch(quiet)

    def test_duplicates_are_one_mail_to_whoever_stores_them(self, quiet: str) -> None:
        inject(quiet, "mailbox", "one")
        inject(quiet, "mailbox", "two")
        control(quiet, "faults", {"route": "mailbox.fetch", "fault": "duplicates", "times": 1})
        assert [post.title for post in fetch(quiet).posts] == ["one", "one", "two", "two"]

    def test_a_numbering_that_changes_tells_of_a_gap_and_nothing_twice(self, quiet: str) -> None:
        inject(quiet, "mailbox", "one")
        first = fetch(quiet)
        control(quiet, "faults", {"route": "mailbox.examine", "fault": "renumbered", "times": 1})
        second = fetch(quiet, dict(first.cursor))
        third = fetch(quiet, dict(second.cursor))
        assert second.cursor["validity"] == first.cursor["validity"] + 1
        assert second.cursor["uid"] != first.cursor["uid"]
        assert ("numbered anew" in second.gap, third.gap) == (True, "")
        assert len({post.external_id for page in (first, second, third) for post in page.posts}) == 1

    @pytest.mark.parametrize(
        "asked",
        [
            {"route": "mailbox", "fault": "graph-4"},
            {"route": "mailbox.store", "fault": "hang"},
            {"route": "x", "fault": "renumbered"},
        ],
    )
    def test_one_that_cannot_be_had_is_refused(self, quiet: str, asked: dict[str, str]) -> None:
        assert http.post(f"{quiet}/_sandbox/faults", json=asked).status_code == 400


def written(post: Post) -> bytes:
    return letters.write(post, town().world)


def read(post: Post) -> contract.Post:
    return mailbox_mail.post(Fetched(1, written(post), None), "mail.example/INBOX")


@cache
def town() -> Town:
    """With all its letters: many times as many as there are."""
    return build_town(clock=Clock(), pace=6)


@cache
def sent() -> list[Post]:
    return list(town().newest("mailbox"))


class LetterTests:
    def test_every_letter_comes_out_as_it_was_written(self) -> None:
        posts = [post for post in sent() if not post.outlet and post.kind != "hostile"]
        assert len({post.base for post in posts}) > 50
        assert {post.lang for post in posts} == {"en", "es", "fr", "vi"}
        for post in posts:
            found = read(post)
            said = found.text.removesuffix("\n\n[1 attachment, not kept]").split()
            assert (found.title, said, found.url) == (post.title, post.text.split(), "")
            assert post.author.split()[0] not in found.text

    def test_mails_of_platforms_tell_of_a_review_with_its_link(self) -> None:
        notices = [post for post in sent() if post.outlet]
        assert {post.outlet for post in notices} == set(letters.PLATFORMS)
        for post in notices:
            found = read(post)
            assert urlsplit(found.url).hostname == f"www.{post.outlet}"
            assert " ".join(post.text.split()) in " ".join(found.text.split())

    def test_a_mail_is_the_same_each_time_it_is_asked_for(self) -> None:
        assert [written(post) for post in sent()[:40]] == [written(post) for post in sent()[:40]]

    def test_they_travel_in_many_forms(self) -> None:
        raw = b"".join(written(post) for post in sent()[:200]).lower()
        forms = (b"text/html", b"iso-8859-1", b"multipart/alternative", b"image/jpeg", b"subject: re: ")
        assert [form for form in forms if form not in raw] == []
        assert b"base64" in raw
        assert b"quoted-printable" in raw


class CertificateTests:
    def test_one_that_is_damaged_or_runs_out_is_made_anew(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "pair.pem"
        file.write_text("-----BEGIN CERTIFICATE-----\nno\n")
        first = certificate.kept(file)
        assert certificate.kept(file) == first
        monkeypatch.setattr(certificate, "RENEWED_WITH_LEFT", certificate.HOLDS_FOR)
        assert certificate.kept(file) != first
