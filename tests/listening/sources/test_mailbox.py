"""What every adapter must do, for the one that speaks IMAP: the contract's cases that make sense there."""

import socket
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from hospital import guard
from listening.sources import adapter_for, contract, mailbox_line, mailbox_mail
from listening.sources.contract import (
    AuthFailed,
    BadPayload,
    Connection,
    Forbidden,
    Page,
    RateLimited,
    SourceError,
    Target,
    Unavailable,
)
from listening.sources.mailbox_line import Fetched
from listening.sources.reading import Odd
from sandbox import certificate
from sandbox.misdelivery import drop, hanging, saying
from tests import mailserver
from tests.mailserver import TAKEN_AT, Box, at, serving
from tests.timing import PATIENCE

MAILBOX = adapter_for("mailbox")


def letter(
    subject: str = "Waiting", body: str = "Five hours in the hall, and nobody came.", **headers: str
) -> str:
    known = {
        "From": "Pat Quill <pat@home.example>",
        "Subject": subject,
        "Date": "Fri, 20 Nov 2026 03:04:05 +0100",
        "Message-ID": f"<{abs(hash((subject, body)))}@home.example>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines = [f"{name}: {value}" for name, value in known.items() if value]
    return "\r\n".join([*lines, "", body.replace("\n", "\r\n")])


def connection(mails: Box, **options: Any) -> Connection:
    own = mailserver.pair().certificate.decode()
    given = {"server": "localhost", "port": mails.port, "folder": "INBOX", "certificate": own, **options}
    secrets = {"username": mails.user, "password": "username-and-password"}
    return Connection(given, secrets, may_reach_private=True)


def fetch(mails: Box, cursor: dict[str, Any] | None = None, **options: Any) -> Page:
    return MAILBOX.fetch(connection(mails, **options), (), cursor or {})


class ReadingTests:
    def test_each_mail_is_one_post_and_nothing_is_changed_there(self) -> None:
        with serving(letter(), letter("Thanks", "The night nurse sat with us for an hour.")) as folder:
            page = fetch(folder)
        assert [post.title for post in page.posts] == ["Waiting", "Thanks"]
        assert page.posts[0].text == "Five hours in the hall, and nobody came."
        assert page.posts[0].published_at == datetime(2026, 11, 20, 2, 4, 5, tzinfo=UTC)
        assert (page.cursor, page.has_more) == ({"validity": 7, "uid": 2}, False)
        words = " ".join(folder.asked)
        assert "EXAMINE" in words
        assert "BODY.PEEK" in words
        assert not any(word in words for word in ("STORE", "SELECT", "EXPUNGE"))

    def test_who_sent_it_is_nowhere_in_it(self) -> None:
        with serving(letter()) as folder:
            post = fetch(folder).posts[0]
        assert "pat" not in repr(post).lower()
        assert (post.author_id, post.author_handle, post.author_name) == ("", "", "")

    def test_pages_go_on_where_the_last_one_ended(self) -> None:
        with serving(*(letter(str(number)) for number in range(45))) as folder:
            titles, pages = [], 0
            cursor: dict[str, Any] = {}
            while True:
                page = fetch(folder, cursor)
                titles += [post.title for post in page.posts]
                cursor, pages = dict(page.cursor), pages + 1
                if not page.has_more:
                    break
        assert (titles, pages) == ([str(number) for number in range(45)], 3)

    def test_the_last_mails_are_asked_for_again_and_keep_their_ids(self) -> None:
        with serving(letter("one"), letter("two")) as folder:
            first = fetch(folder)
            folder.add(letter("three"))
            second = fetch(folder, dict(first.cursor))
        assert [post.title for post in second.posts] == ["one", "two", "three"]
        assert {post.external_id for post in first.posts} < {post.external_id for post in second.posts}

    def test_a_folder_that_is_numbered_anew_is_read_again(self) -> None:
        with serving(letter("one"), letter("two")) as folder:
            first = fetch(folder)
            folder.numbering = 8
            second = fetch(folder, dict(first.cursor))
        assert "SEARCH SINCE" in " ".join(folder.asked[-4:])
        assert second.cursor == {"validity": 8, "uid": 2}
        assert "numbered anew" in second.gap
        assert [post.external_id for post in first.posts] == [post.external_id for post in second.posts]

    def test_an_empty_folder_and_one_with_nothing_new_are_fine(self) -> None:
        with serving() as folder:
            page = fetch(folder)
            assert (page.posts, page.cursor) == ([], {"validity": 7, "uid": 0})
            assert fetch(folder, {"validity": 7, "uid": 40}).cursor == {"validity": 7, "uid": 40}

    def test_of_a_huge_mail_its_beginning_is_read(self) -> None:
        with serving(letter(body="A long wait.\n" + "x" * 3_000_000), letter("next")) as folder:
            page = fetch(folder)
        assert page.posts[0].text.startswith("A long wait.")
        assert len(page.posts[0].text) < 300_000
        assert page.posts[1].title == "next"

    def test_a_date_that_is_missing_is_when_the_server_took_it_and_one_to_come_is_left_to_the_pipeline(
        self,
    ) -> None:
        with serving(
            letter(Date=""), letter(Date="never"), letter(Date="Fri, 20 Nov 2099 03:04:05 +0000")
        ) as folder:
            dates = [post.published_at for post in fetch(folder).posts]
        assert dates == [TAKEN_AT, TAKEN_AT, datetime(2099, 11, 20, 3, 4, 5, tzinfo=UTC)]

    def test_a_mail_with_nothing_in_it_costs_only_itself(self) -> None:
        with serving(letter("", ""), b"", b"\x00\xff" * 50, letter()) as folder:
            page = fetch(folder)
        assert page.posts[-1].title == "Waiting"
        assert len(page.posts) + len(page.unreadable) == 4
        assert page.unreadable


FAULTS = [
    ("a wrong password", at("LOGIN", saying("TAG NO [AUTHENTICATIONFAILED] no\r\n")), AuthFailed),
    ("a refusal without a reason", at("LOGIN", saying("TAG NO no\r\n")), AuthFailed),
    ("a server that is busy", at("LOGIN", saying("TAG NO [UNAVAILABLE] later\r\n")), Unavailable),
    ("too many at once", at("LOGIN", saying("TAG NO [LIMIT] too many\r\n")), RateLimited),
    ("a farewell", at("LOGIN", saying("* BYE going down\r\n")), Unavailable),
    ("a lost connection", at("LOGIN", drop), Unavailable),
    ("a line cut in two", at("UID FETCH", mailserver.cutting), Unavailable),
    ("no folder", at("EXAMINE", saying("TAG NO none\r\n")), Forbidden),
    ("garbage", at("UID SEARCH", saying("<html>hello</html>\r\n")), BadPayload),
    ("numbers that are none", at("UID SEARCH", saying("* SEARCH a b\r\nTAG OK\r\n")), BadPayload),
    ("a bad command", at("UID FETCH", saying("TAG BAD what\r\n")), BadPayload),
    ("a refused search", at("UID SEARCH", saying("TAG NO what\r\n")), BadPayload),
    ("a mail of a gigabyte", at("UID FETCH", saying("* 1 FETCH (BODY[] {1000000000}\r\n")), BadPayload),
    ("a line without an end", at("UID FETCH", saying("* " + "a" * 2_000_000)), BadPayload),
]  # fmt: skip


class FaultTests:
    @pytest.mark.parametrize(
        ("fault", "kind"), [fault[1:] for fault in FAULTS], ids=[each[0] for each in FAULTS]
    )
    def test_faults_are_told_apart(self, fault: mailserver.Fault, kind: type[SourceError]) -> None:
        with serving(letter(), goes_wrong=fault) as folder, pytest.raises(kind) as caught:
            fetch(folder)
        assert "username-and-password" not in caught.value.message
        assert sum("LOGIN" in asked for asked in folder.asked) <= 1

    @pytest.mark.parametrize("word", ["CAPABILITY", "LOGIN", "EXAMINE", "UID FETCH"])
    @pytest.mark.parametrize("act", [hanging(30), mailserver.dripping], ids=["silence", "drip"])
    def test_no_server_can_hold_it(self, word: str, act: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(contract, "CALL_SECONDS", 0.6)
        with serving(letter(), goes_wrong=at(word, act)) as folder:
            started = time.monotonic()
            with pytest.raises(Unavailable):
                fetch(folder)
            assert time.monotonic() - started < PATIENCE

    def test_it_reads_no_more_than_it_must(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(contract, "MAX_BODY_BYTES", 200_000)
        with (
            serving(letter(), goes_wrong=at("UID SEARCH", mailserver.endless)) as folder,
            pytest.raises(BadPayload),
        ):
            fetch(folder)

    @pytest.mark.parametrize(
        ("greeting", "kind"),
        [(b"* BYE no\r\n", Unavailable), (b"HTTP/1.1 400\r\n", BadPayload), (b"\xff\xfe\r\n", BadPayload)],
    )
    def test_a_strange_greeting_is_told(self, greeting: bytes, kind: type[SourceError]) -> None:
        with serving(greeting=greeting) as folder, pytest.raises(kind):
            fetch(folder)

    def test_a_certificate_that_nobody_vouches_for_gets_no_password(self) -> None:
        another = certificate.made().certificate.decode()
        with serving(letter()) as folder, pytest.raises(Forbidden, match="certificate"):
            fetch(folder, certificate=another)
        assert folder.asked == []

    def test_a_certificate_in_the_options_counts_for_the_sandbox_alone(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(mailbox_line, "_refuse_private", lambda addresses, port: None)
        with serving(letter()) as folder, pytest.raises(Forbidden, match="certificate"):
            MAILBOX.fetch(replace(connection(folder), may_reach_private=False), (), {})
        assert folder.asked == []

    def test_the_sandbox_s_certificate_holds_for_the_sandbox_s_names_alone(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(guard, "resolve", lambda host, port, seconds: ["127.0.0.1"])
        with serving(letter()) as folder:
            assert len(fetch(folder, server="127.0.0.1").posts) == 1
            with pytest.raises(Forbidden, match="certificate"):
                fetch(folder, server="imap.hospital.example")

    def test_without_the_sandbox_s_certificate_nothing_private_is_reached(self) -> None:
        with serving(letter()) as folder, pytest.raises(Forbidden, match="is not read"):
            fetch(folder, certificate="")
        assert folder.asked == []

    def test_a_server_that_never_shakes_hands_cannot_hold_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(contract, "CALL_SECONDS", 0.6)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            folder = Box(port=silent.getsockname()[1])
            started = time.monotonic()
            with pytest.raises(Unavailable):
                fetch(folder)
            assert time.monotonic() - started < PATIENCE

    def test_nobody_listening_is_told(self) -> None:
        with serving() as folder:
            pass
        with pytest.raises(Unavailable):
            fetch(folder)

    def test_nothing_private_is_reached(self) -> None:
        for port, said in ((993, "private network"), (25, "Port 25 is not read")):
            given = Connection({"server": "localhost", "port": port}, {"username": "a", "password": "b"})
            with pytest.raises(Forbidden, match=said):
                MAILBOX.fetch(given, (), {})

    def test_a_missing_secret_is_told_before_it_calls(self) -> None:
        with serving() as folder:
            with pytest.raises(AuthFailed):
                MAILBOX.fetch(Connection(connection(folder).options, {}, may_reach_private=True), (), {})
            assert folder.asked == []

    @pytest.mark.parametrize("folder_name", ["IN\r\nBOX", "Pöst", "a\x00"])
    def test_nothing_is_slipped_into_a_command(self, folder_name: str) -> None:
        with serving(letter()) as folder, pytest.raises(AuthFailed):
            fetch(folder, folder=folder_name)
        assert folder.asked == []

    def test_it_takes_no_reply(self) -> None:
        with pytest.raises(Forbidden):
            MAILBOX.reply(Connection({}, {}), Target("1"), "Sorry.")

    def test_its_form_takes_a_server_by_its_name(self) -> None:
        given = {"port": 993, "folder": "INBOX", "days_back": 7}
        assert MAILBOX.OptionsForm({**given, "server": "imap.mail.example"}).is_valid()
        for server in ("https://imap.mail.example", "a b", "user@host", "", "-x"):
            assert not MAILBOX.OptionsForm({**given, "server": server}).is_valid()

    def test_its_docstring_is_a_manual(self) -> None:
        module = __import__("listening.sources.mailbox", fromlist=["adapter"])
        headings = ("Reads:", "Keys", "Limits:", "Replies:", "Cursor:")
        assert [heading for heading in headings if f"\n{heading}" not in (module.__doc__ or "")] == []


SAID = "I waited five hours for my father."


class MailTests:
    @pytest.mark.parametrize(
        "below",
        [
            "On Fri, 20 Nov 2026 at 03:04, Front Desk <desk@northfield.example> wrote:\n> Dear Pat",
            "On Fri, 20 Nov 2026 at 03:04, Front Desk\n<desk@northfield.example> wrote:\n\nDear Pat",
            "Am 20.11.2026 um 03:04 schrieb Front Desk:\n> Guten Tag",
            "El vie, 20 nov 2026, Front Desk escribió:\n> Hola",
            "-----Original Message-----\nFrom: desk",
            "________________________________\nFrom: Front Desk\nSent: Friday",
            "From: Front Desk <desk@northfield.example>\nSent: Friday\nTo: Pat\n\nDear Pat",
            "> Dear Pat\n> we are sorry",
            "-- \nPat Quill\n555-0142",
        ],
    )
    def test_what_it_answers_is_cut_away(self, below: str) -> None:
        assert mailbox_mail.cut(f"{SAID}\n\n{below}\n") == SAID

    @pytest.mark.parametrize(
        "said",
        [
            "FYI\n\n-----Original Message-----\nFrom: Pat\nI waited five hours.",
            "> all of it is quoted",
            "On Friday I wrote to you about the bill, and nothing came back from anybody at all.",
            "From: the car park to the ward took an hour.",
        ],
    )
    def test_what_is_passed_on_or_only_looks_so_stays(self, said: str) -> None:
        assert mailbox_mail.cut(said) == said

    def read(self, raw: str) -> Any:
        return mailbox_mail.post(Fetched(1, raw.encode(), None), "mail.example/INBOX")

    def test_html_becomes_words(self) -> None:
        raw = letter(body="<p>Cold &amp; late<br>food<script>alert(1)</script></p>", Content_Type="text/html")
        assert self.read(raw).text == "Cold & late\nfood"

    def test_the_plain_part_is_taken_and_attachments_are_counted(self) -> None:
        body = (
            "--b\nContent-Type: text/html\n\n<b>Markup</b>\n--b\nContent-Type: text/plain\n\nPlain words.\n"
            "--b\nContent-Type: image/png\nContent-Disposition: attachment; filename=x.png\n\nAAAA\n"
            "--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=c.txt\n\nchart\n--b--\n"
        )
        post = self.read(letter(body=body, Content_Type='multipart/mixed; boundary="b"'))
        assert post.text == "Plain words.\n\n[2 attachments, not kept]"

    def test_a_notice_of_a_platform_is_kept_whole_with_its_link(self) -> None:
        body = (
            "New review!\n> Two stars. Long wait.\nhttps://evil.example/x https://biz.yelp.com/r/17?a=1 bye"
        )
        post = self.read(letter(body=body, From="Yelp <no-reply@notify.yelp.com>"))
        assert post.url == "https://biz.yelp.com/r/17?a=1"
        assert "> Two stars." in post.text
        imposter = self.read(letter(body=body, From="Yelp <x@yelp.com.evil.example>"))
        assert (imposter.url, "> Two stars." in imposter.text) == ("", True)

    def test_an_answer_knows_what_it_answers(self) -> None:
        first = self.read(letter(Message_ID="<a@x.example>"))
        answer = self.read(letter("Re: AW: Waiting", In_Reply_To="<a@x.example>"))
        assert (answer.parent_id, answer.title) == (first.external_id, "Waiting")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("Subject", "=?utf-8?B?////?="),
            ("Subject", "=?no-such-charset?Q?x?="),
            ("Content-Type", "text/plain; charset=no-such"),
            ("Content-Type", "multipart/mixed"),
            ("Content-Type", 'multipart/mixed; boundary=""'),
            ("Content-Type", "message/rfc822"),
            ("Content-Transfer-Encoding", "base64"),
            ("Content-Transfer-Encoding", "quoted-printable"),
            ("Date", "Fri, 99 Nov 99999 99:99:99 +9999"),
            ("From", "<<<>>>@@"),
            ("Message-ID", "\x00"),
        ],
    )
    def test_no_odd_header_breaks_it(self, name: str, value: str) -> None:
        try:
            assert self.read(letter(**{name.replace("-", "_"): value})).external_id
        except Odd as odd:
            pytest.fail(str(odd))

    def test_a_mail_in_mails_in_mails_ends(self) -> None:
        body = "words"
        for level in range(200):
            body = f'Content-Type: multipart/mixed; boundary="b{level}"\n\n--b{level}\n{body}\n--b{level}--'
        assert self.read(f"Subject: Deep\n{body}").title == "Deep"
