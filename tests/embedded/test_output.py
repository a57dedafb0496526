import io
from datetime import UTC, datetime

from config.embedded.output import Lines, Output

NOON = datetime(2026, 3, 2, 12, 0, 5, tzinfo=UTC)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class OutputTests:
    def test_each_line_has_the_time_and_a_name_of_fixed_width(self) -> None:
        stream = io.StringIO()
        output = Output(stream)
        output.line("web", "hello", now=NOON)
        output.line("postgres", "ready", now=NOON)
        assert stream.getvalue() == "12:00:05 web      | hello\n12:00:05 postgres | ready\n"

    def test_there_is_colour_only_on_a_terminal(self) -> None:
        terminal = Terminal()
        Output(terminal).line("web", "hello", now=NOON)
        assert "\x1b[32mweb" in terminal.getvalue()

    def test_valkeys_own_time_is_left_out(self) -> None:
        stream = io.StringIO()
        Output(stream).line("valkey", "123:M 02 Mar 2026 12:00:05.123 * Saved", now=NOON)
        assert stream.getvalue() == "12:00:05 valkey   | Saved\n"

    def test_a_reader_who_has_gone_is_noticed(self) -> None:
        stream = io.StringIO()
        output = Output(stream)
        stream.close()
        output.line("web", "hello", now=NOON)
        assert output.is_closed


class LinesTests:
    def test_lines_are_put_together_however_they_were_cut(self) -> None:
        lines = Lines()
        assert lines.feed("caf\u00e9\nha".encode()[:4]) == []
        assert lines.feed("caf\u00e9\nha".encode()[4:]) == ["caf\u00e9"]
        assert lines.feed(b"lf\n") == ["half"]

    def test_a_line_without_an_end_is_not_kept_for_ever(self) -> None:
        lines = Lines()
        assert lines.feed(b"x" * 20_000) == ["x" * 20_000]
