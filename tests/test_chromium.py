import pytest

from tests import chromium


class FindTests:
    def test_the_chosen_program_comes_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MURMUR_CHROMIUM", "/bin/sh")
        assert chromium.find() == "/bin/sh"

    def test_a_chosen_program_that_is_missing_is_not_replaced(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MURMUR_CHROMIUM", "/nowhere/chromium")
        assert chromium.find() is None


@pytest.mark.browser
def test_a_marked_test_has_a_chromium(chromium_path: str) -> None:
    assert chromium_path


class MissingTests:
    @pytest.mark.parametrize(
        ("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)]
    )
    def test_it_is_a_skip_here_and_a_failure_in_ci(
        self,
        ci: str,
        outcome: type[BaseException],
        monkeypatch: pytest.MonkeyPatch,
        request: pytest.FixtureRequest,
    ) -> None:
        monkeypatch.setenv("MURMUR_CHROMIUM", "/nowhere/chromium")
        monkeypatch.setenv("CI", ci)
        request.node.add_marker("browser")
        with pytest.raises(outcome, match="MURMUR_CHROMIUM"):
            chromium.pytest_runtest_setup(request.node)
