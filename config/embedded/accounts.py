"""Who PostgreSQL runs as: it refuses to be root.

1. We are not root: as ourselves.
2. The data belongs to an ordinary account already: as that one.
3. As `nobody`, who is given the data directory. Where it cannot read the programs (a clone in root's
   home), they are copied beside the data.
4. Where `nobody` cannot reach the data either: still as root, but in a user namespace where root's number
   is another, which is all PostgreSQL looks at.
5. Where namespaces are forbidden (some containers): the data goes to a directory that `nobody` can reach.
"""

import ctypes
import hashlib
import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.embedded import CannotStart

CLONE_NEWUSER = 0x10000000
NOBODY = 65534
# Where data goes that `nobody` must reach and `var` will not let it.
ELSEWHERE = Path("/var/lib")


@dataclass(frozen=True)
class Account:
    user: int | None = None
    group: int | None = None
    is_namespaced: bool = False

    def popen_arguments(self) -> dict[str, Any]:
        if self.user is None:
            return {}
        return {"user": self.user, "group": self.group, "extra_groups": []}

    def before_exec(self) -> None:
        """Runs in the child, between fork and exec."""
        if self.is_namespaced:
            enter_namespace()

    def own(self, path: Path) -> None:
        """Gives a file, or a directory with all in it, to this account."""
        if os.geteuid() != 0:
            return
        user, group = (0, 0) if self.user is None else (self.user, self.group or 0)
        for folder, _, files in os.walk(path):
            for name in (folder, *(os.path.join(folder, file) for file in files)):
                if os.lstat(name).st_uid != user:
                    os.lchown(name, user, group)
        if path.is_file():
            os.chown(path, user, group)


def enter_namespace() -> None:
    """From now on this process, root outside, sees itself as `nobody`."""
    user, group = os.geteuid(), os.getegid()
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{NOBODY} {user} 1"),
        ("gid_map", f"{NOBODY} {group} 1"),
    ):
        Path("/proc/self", name).write_text(line)


def choose(data: Path, programs: Path) -> tuple[Account, Path, Path]:
    """Who to be, and where data and programs are for them: (account, data, programs)."""
    if os.geteuid() != 0:
        return Account(), data, programs
    account = _owner_of(data) or _nobody()
    if data.is_symlink():
        return account, *_elsewhere(account, data, programs)
    data.parent.mkdir(parents=True, exist_ok=True)
    if can(account, "-x", data.parent):
        return account, data, _readable(account, programs, data.with_name("pg-programs"))
    if namespaces_work():
        return Account(is_namespaced=True), data, programs
    return account, *_elsewhere(account, data, programs)


def _owner_of(data: Path) -> Account | None:
    if not data.exists() or (found := data.stat()).st_uid == 0:
        return None
    return Account(found.st_uid, found.st_gid)


def _nobody() -> Account:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return Account(NOBODY, NOBODY)
    return Account(entry.pw_uid, entry.pw_gid)


def can(account: Account, test: str, path: Path) -> bool:
    """Asks as that account itself: permissions have more corners than one wants to work out."""
    return _works(account, ["/bin/sh", "-c", f'test {test} "$0"', str(path)])


def _works(account: Account, command: list[str]) -> bool:
    try:
        done = subprocess.run(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            preexec_fn=account.before_exec if account.is_namespaced else None,
            **account.popen_arguments(),
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def namespaces_work() -> bool:
    return sys.platform == "linux" and _works(Account(is_namespaced=True), ["/bin/sh", "-c", "exit 0"])


def _readable(account: Account, programs: Path, copy: Path) -> Path:
    """The programs themselves if the account can run them, else a copy that it can."""
    if _works(account, [str(programs / "postgres"), "--version"]):
        return programs
    tree = programs.parent.parent
    libraries = tree.with_name(f"{tree.name}.libs")
    if not libraries.is_dir():
        raise CannotStart(f"PostgreSQL does not run as root, and the account nobody may not run {programs}.")
    copied = copy / tree.name / programs.relative_to(tree)
    if not _works(account, [str(copied / "postgres"), "--version"]):
        shutil.rmtree(copy, ignore_errors=True)
        # The programs find their libraries by a path relative to themselves.
        for source in (tree, libraries):
            shutil.copytree(source, copy / source.name, ignore=shutil.ignore_patterns("*.py", "include"))
    return copied


def _elsewhere(account: Account, data: Path, programs: Path) -> tuple[Path, Path]:
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:8]
    home = data.resolve() if data.is_symlink() else ELSEWHERE / f"murmur-{digest}" / "pg"
    home.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    if not data.is_symlink():
        data.symlink_to(home)
    if not can(account, "-x", home.parent):
        raise CannotStart(
            f"PostgreSQL does not run as root, the account nobody can enter neither {data.parent} nor "
            f"{home.parent}, and user namespaces are forbidden here. Start Murmur as an ordinary user, or "
            "set MURMUR_VAR to a directory that other accounts may enter."
        )
    return home, _readable(account, programs, home.with_name("pg-programs"))
