import stat
from pathlib import Path

import pytest

from config.embedded import CannotStart, ports
from config.embedded.lock import Lock
from config.embedded.places import Places, read_keys, socket_folder


def made(folder: Path) -> Places:
    places = Places(folder / "var")
    places.make()
    return places


class SocketFolderTests:
    def test_a_short_path_holds_the_sockets_itself(self) -> None:
        assert socket_folder(Path("/srv/murmur/var/run")) == Path("/srv/murmur/var/run")

    def test_a_long_path_gets_a_short_one_and_the_same_each_time(self, tmp_path: Path) -> None:
        deep = Path("/srv") / ("deep" * 30)
        short = Path("/tmp") / f"mt-{tmp_path.name[:20]}"  # noqa: S108
        short.mkdir()
        try:
            folder = socket_folder(deep, temporary=short)
            assert folder is not None
            assert folder.parent == short
            assert socket_folder(deep, temporary=short) == folder
            folder.rmdir()
        finally:
            short.rmdir()

    def test_a_folder_that_is_a_link_is_not_trusted(self, tmp_path: Path) -> None:
        deep = Path("/srv") / ("deep" * 30)
        short = Path("/tmp") / f"mt-{tmp_path.name[:20]}"  # noqa: S108
        short.mkdir()
        try:
            first = socket_folder(deep, temporary=short)
            assert first is not None
            first.rmdir()
            first.symlink_to(tmp_path)
            second = socket_folder(deep, temporary=short)
            assert second not in (None, first)
            first.unlink()
            assert second is not None
            second.rmdir()
        finally:
            short.rmdir()

    def test_where_every_path_is_long_a_port_must_do(self) -> None:
        deep = Path("/srv") / ("deep" * 30)
        assert socket_folder(deep, temporary=deep) is None


class KeysTests:
    def test_they_are_made_once_and_for_us_alone(self, tmp_path: Path) -> None:
        places = made(tmp_path)
        keys = read_keys(places)
        assert read_keys(places) == keys
        assert stat.S_IMODE(places.keys.stat().st_mode) == 0o600
        assert len(set(keys.values())) == len(keys)

    def test_a_database_without_its_keys_is_refused(self, tmp_path: Path) -> None:
        places = made(tmp_path)
        places.postgres.mkdir()
        with pytest.raises(CannotStart, match=r"keys\.json"):
            read_keys(places)


class LockTests:
    def test_the_second_is_told_where_the_first_is(self, tmp_path: Path) -> None:
        first, second = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")
        first.take()
        first.say({"pid": 4711, "address": "http://127.0.0.1:8000"})
        with pytest.raises(CannotStart, match=r"already running here at http://127\.0\.0\.1:8000 .*4711"):
            second.take()


class PortsTests:
    def test_a_taken_port_is_passed_over_or_named(self) -> None:
        import socket

        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            assert ports.first_free("127.0.0.1", port) > port
            with pytest.raises(CannotStart, match=f"port {port} .*MURMUR_PORT"):
                ports.must_be_free("127.0.0.1", port, "MURMUR_PORT")

    def test_an_address_for_everyone_is_reached_from_here(self) -> None:
        assert ports.address("0.0.0.0", 8000) == "http://127.0.0.1:8000"  # noqa: S104
        assert ports.address("::", 8000) == "http://[::1]:8000"
