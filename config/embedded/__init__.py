"""PostgreSQL and Valkey for a machine that has only Python, and everything else beside them.

`start` is the sequence that `manage.py up` runs. It leans on:

places      where data, keys and sockets live under the data directory
lock        one Murmur a data directory
binaries    where the two servers' programs are
accounts    who PostgreSQL runs as when we are root, which it refuses to be
postgres, valkey    each server: prepare, run, wait until it answers
programs    our own processes: web, workers, beat, sandbox
supervisor  starts, restarts and stops all of them, and prints what they say
"""


class CannotStart(Exception):
    """Something only a person can put right, said in words for that person."""
