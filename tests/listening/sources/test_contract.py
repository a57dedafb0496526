"""What every adapter must do, whichever network it reads."""

import os
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django import forms

import listening.sources
from listening.sources import contract
from listening.sources.contract import (
    AuthFailed,
    BadPayload,
    Connection,
    Forbidden,
    QuotaExhausted,
    RateLimited,
    SendUnknown,
    SourceError,
    Unavailable,
)
from tests import recorded
from tests.listening.sources.cases import CASES, QUERIES, REPLYING, Case
from tests.recorded import answering, serving
from tests.timing import PATIENCE

every_adapter = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name or case.kind)
every_replying = pytest.mark.parametrize("case", REPLYING, ids=lambda case: case.kind)
RESET = int(datetime.now(UTC).timestamp()) + 120

FAULTS = [
    ("429 with the time of its end", answering(429, x_rate_limit_reset=str(RESET)), RateLimited),
    ("429 with a wait", answering(429, retry_after="120"), RateLimited),
    ("429 with a date", answering(429, retry_after="Wed, 21 Oct 2026 07:28:00 GMT"), RateLimited),
    ("429 with nothing", answering(429), RateLimited),
    ("429 with half of Reddit's headers", answering(429, x_ratelimit_remaining="0"), RateLimited),
    ("usage cap", answering(429, b'{"detail": "Usage cap exceeded: Monthly product cap"}'), QuotaExhausted),
    ("402", answering(402, b'{"detail": "no credits"}'), QuotaExhausted),
    (
        "403 for a quota",
        answering(403, b'{"error": {"errors": [{"reason": "quotaExceeded"}]}}'),
        QuotaExhausted,
    ),
    ("401", answering(401, www_authenticate='Bearer error="invalid_token"'), AuthFailed),
    ("401 without a reason", answering(401), AuthFailed),
    ("403", answering(403), Forbidden),
    ("403 with a page", answering(403, b"<html>no</html>", content_type="text/html"), Forbidden),
    ("404", answering(404), Forbidden),
    ("410", answering(410), Forbidden),
    ("400", answering(400, b'{"errors": [{"message": "no"}]}'), BadPayload),
    ("400 with a list", answering(400, b"[1]"), BadPayload),
    ("500", answering(500), Unavailable),
    ("503 with a page", answering(503, b"<html>sorry</html>", content_type="text/html"), Unavailable),
    ("a page with 200", answering(200, b"<html>hello</html>", content_type="text/html"), BadPayload),
    ("half a JSON", answering(200, b'{"data": [{"id": "1"'), BadPayload),
    ("an empty body", answering(200, b""), BadPayload),
    ("null", answering(200, b"null"), BadPayload),
    ("a number", answering(200, b"17"), BadPayload),
    ("an unasked encoding", answering(200, b"{}", content_encoding="br"), BadPayload),
    ("half an answer", recorded.truncating, Unavailable),
    ("a lost connection", recorded.dropping, Unavailable),
]


@every_adapter
class AdapterTests:
    def test_its_docstring_is_a_manual(self, case: Case) -> None:
        module = __import__(f"listening.sources.{case.kind}", fromlist=["adapter"])
        headings = ("Reads:", "Keys", "Limits:", "Replies:", "Cursor:")
        assert [heading for heading in headings if f"\n{heading}" not in (module.__doc__ or "")] == []

    def test_its_form_takes_its_own_first_values(self, case: Case) -> None:
        form = case.adapter.OptionsForm
        assert issubclass(form, forms.Form)
        first = {name: field.initial for name, field in form.base_fields.items() if field.initial}
        others = {name: case.options.get(name, "x") for name in form.base_fields}
        filled = form({**case.options, **others, **first})
        assert filled.is_valid(), filled.errors

    @pytest.mark.parametrize(
        ("address", "is_fine"),
        [("http://sandbox:8000", True), ("https://api.example", True), ("file:///etc", False), ("x", False)],
    )
    def test_its_form_takes_web_addresses_only(self, case: Case, address: str, is_fine: bool) -> None:
        form = case.adapter.OptionsForm({"api_url": address})
        if "api_url" in form.fields:
            assert ("api_url" not in form.errors) == is_fine

    def test_it_reads_its_recording(self, case: Case) -> None:
        with serving(case.recording) as server:
            page = case.fetch(server)
        assert len(page.posts) >= 3
        assert len({post.external_id for post in page.posts}) == len(page.posts)
        assert page.unreadable, "the recording holds items that cannot be read"
        assert all(post.published_at is None or post.published_at.tzinfo for post in page.posts)
        assert not page.has_more

    def test_it_changes_neither_the_cursor_nor_the_options_it_is_given(self, case: Case) -> None:
        with serving(case.recording * 2) as server:
            connection = case.connection(server)
            before = (dict(connection.options), {"kept": True})
            case.adapter.fetch(connection, QUERIES, before[1])
        assert (connection.options, before[1]) == (before[0], {"kept": True})

    def test_it_says_what_secret_is_missing_before_it_calls(self, case: Case) -> None:
        with serving(case.recording) as server:
            connection = Connection(case.connection(server).options, {}, may_reach_private=True)
            if case.secrets and case.adapter.sheet.needs_key:
                with pytest.raises(AuthFailed):
                    case.adapter.fetch(connection, QUERIES, {})
                assert server.asked == []

    def test_it_refuses_a_private_address(self, case: Case) -> None:
        with serving(case.recording) as server:
            open_ended = case.connection(server)
            with pytest.raises(Forbidden):
                case.adapter.fetch(Connection(open_ended.options, open_ended.secrets), QUERIES, {})
        assert server.asked == []

    @pytest.mark.parametrize(("fault", "kind"), [fault[1:] for fault in FAULTS], ids=[f[0] for f in FAULTS])
    def test_it_tells_faults_apart_asks_once_and_never_sleeps(
        self, case: Case, fault: recorded.Fault, kind: type[SourceError], no_sleep: None
    ) -> None:
        with serving(case.recording) as server:
            server.fault = fault
            with pytest.raises(kind) as caught:
                case.fetch(server)
        assert len(server.calls()) == 1
        assert "value" not in caught.value.message
        assert server.url not in caught.value.message

    def test_it_keeps_a_believable_wait(self, case: Case) -> None:
        with serving(case.recording) as server:
            server.fault = answering(429, retry_after="120")
            before = datetime.now(UTC)
            with pytest.raises(RateLimited) as caught:
                case.fetch(server)
        assert caught.value.retry_at is not None
        assert timedelta(seconds=119) < caught.value.retry_at - before < timedelta(seconds=125)

    @pytest.mark.parametrize("fault", [recorded.hanging, recorded.dripping], ids=["silence", "drip"])
    def test_no_server_can_hold_it(
        self, case: Case, fault: recorded.Fault, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(contract, "CALL_SECONDS", 0.6)
        with serving(case.recording) as server:
            server.fault = fault
            started = time.monotonic()
            with pytest.raises(Unavailable):
                case.fetch(server)
            assert time.monotonic() - started < PATIENCE

    def test_it_reads_no_more_than_it_must(self, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(contract, "MAX_BODY_BYTES", 200_000)
        with serving(case.recording) as server:
            server.fault = recorded.endless
            with pytest.raises(BadPayload):
                case.fetch(server)

    def test_it_asks_nothing_of_its_surroundings(self, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setitem(os.environ, name, "http://127.0.0.1:9")
        with serving(case.recording) as server:
            assert case.fetch(server).posts


@every_replying
class ReplyTests:
    def test_it_sends_once_and_names_what_was_made(self, case: Case) -> None:
        assert case.replied
        assert case.target
        with serving([case.replied], before=case.before) as server:
            sent = case.adapter.reply(case.connection(server), case.target, "Sorry to hear that.")
        assert sent.external_id
        assert [asked.method for asked in server.calls()] == [case.replied["request"]["method"]]
        assert b"Sorry" in server.calls()[0].body

    @pytest.mark.parametrize(
        "fault",
        [recorded.dropping, recorded.truncating, answering(500), answering(503), answering(200, b"<html>")],
        ids=["drop", "half an answer", "500", "503", "a page with 200"],
    )
    def test_what_may_have_arrived_is_unknown_and_never_sent_again(
        self, case: Case, fault: recorded.Fault, no_sleep: None
    ) -> None:
        assert case.replied
        assert case.target
        with serving([case.replied], before=case.before) as server:
            server.fault = fault
            with pytest.raises(SendUnknown):
                case.adapter.reply(case.connection(server), case.target, "Sorry to hear that.")
        assert len(server.calls()) == 1

    def test_no_answer_in_time_is_unknown(self, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
        assert case.replied
        assert case.target
        monkeypatch.setattr(contract, "CALL_SECONDS", 1.0)
        with serving([case.replied], before=case.before) as server:
            server.fault = recorded.hanging
            with pytest.raises(SendUnknown):
                case.adapter.reply(case.connection(server), case.target, "Sorry to hear that.")
        assert len(server.calls()) == 1

    @pytest.mark.parametrize(
        ("status", "kind"),
        [(400, BadPayload), (401, AuthFailed), (402, QuotaExhausted), (403, Forbidden), (429, RateLimited)],
    )
    def test_a_clear_refusal_is_not_unknown(self, case: Case, status: int, kind: type[SourceError]) -> None:
        assert case.replied
        assert case.target
        with serving([case.replied], before=case.before) as server:
            server.fault = answering(status)
            with pytest.raises(kind):
                case.adapter.reply(case.connection(server), case.target, "Sorry to hear that.")
        assert len(server.calls()) == 1

    def test_nothing_is_sent_where_nobody_listens(self, case: Case) -> None:
        assert case.replied
        assert case.target
        with serving([]) as server:
            connection = case.connection(server)
        with pytest.raises(Unavailable):
            case.adapter.reply(connection, case.target, "Sorry to hear that.")


class FinderTests:
    def test_it_finds_every_adapter_by_itself(self) -> None:
        assert set(listening.sources.adapters()) >= {case.kind for case in CASES}

    def test_it_names_the_kinds_there_are(self) -> None:
        with pytest.raises(KeyError, match=r"there are .*google, .*reddit, .*rss, .*x"):
            listening.sources.adapter_for("telegraph")

    def test_no_two_adapters_share_a_name(self) -> None:
        labels = sorted(adapter.label for adapter in listening.sources.adapters().values())
        assert all(first != second for first, second in pairwise(labels))
