"""Benchmarks: each figure beside its baseline from the same run.

pipeline    posts through match, read and store on one worker, beside a plain loop
walls       from stored to received, with many walls open, beside one
archive     the wall's pages on a large archive, beside a small one

`manage.py bench` runs this package on servers of its own. What they lean on:

posts       realistic posts, and a source that hands them out
streams     open walls, as browsers hold them
table       how figures are printed
progress    what is said meanwhile
"""

NAMES = ("pipeline", "walls", "archive")
