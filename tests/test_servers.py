from pathlib import Path

from config.embedded.lock import Lock
from config.embedded.throwaway import remove_abandoned


def test_only_what_nobody_holds_is_removed(tmp_path: Path) -> None:
    for name in ("murmur-tests-dead", "murmur-tests-alive", "other"):
        (tmp_path / name / "var").mkdir(parents=True)
        (tmp_path / name / "var" / "lock").touch()
    alive = Lock(tmp_path / "murmur-tests-alive" / "var" / "lock")
    alive.take()
    remove_abandoned(tmp_path)
    assert sorted(folder.name for folder in tmp_path.iterdir()) == ["murmur-tests-alive", "other"]
