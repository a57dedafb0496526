"""What `manage.py up` is told by the environment."""

import os
from dataclasses import dataclass
from pathlib import Path

from environs import Env, EnvError, validate

from config.embedded import CannotStart
from config.embedded.processes import ROOT

FIRST_PORT = 8000


@dataclass(frozen=True)
class Options:
    var: Path
    host: str
    port: int | None  # None: the first free one from FIRST_PORT on
    has_sandbox: bool
    sandbox_port: int
    postgres_programs: str
    valkey_program: str
    database_url: str
    redis_url: str
    secret_key: str


def read() -> Options:
    """Reads every variable, then names all that are wrong at once."""
    env = Env(eager=False)
    is_port = validate.Range(min=0, max=65_535)
    port = env.int("MURMUR_PORT", default=None, validate=validate.Range(min=1, max=65_535))
    database_url = env.str("DATABASE_URL", default="")
    options = Options(
        var=Path(os.path.abspath(env.str("MURMUR_VAR", default="") or ROOT / "var")),
        host=env.str("MURMUR_HOST", default="127.0.0.1"),
        port=port,
        has_sandbox=env.bool("MURMUR_SANDBOX", default=not database_url),
        sandbox_port=env.int("MURMUR_SANDBOX_PORT", default=0, validate=is_port),
        postgres_programs=env.str("MURMUR_PG_BIN", default=""),
        valkey_program=env.str("MURMUR_VALKEY_BIN", default=""),
        database_url=database_url,
        redis_url=env.str("REDIS_URL", default=""),
        secret_key=env.str("SECRET_KEY", default=""),
    )
    try:
        env.seal()  # type: ignore[no-untyped-call]
    except EnvError as error:
        raise CannotStart(f"The environment holds a value that cannot be used: {error}") from error
    return options
