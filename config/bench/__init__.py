"""Benchmarks: each figure beside its baseline from the same run.

reading     posts through the whole reading on one core, beside VADER alone
matching    posts against 10 to 10,000 boolean queries, beside one regular expression and a loop
pipeline    posts through match, read and store on one worker, beside a plain loop
walls       from stored to received, with many walls open, beside one
archive     the wall's pages on a large archive, beside a small one

`manage.py bench` runs this package on servers of its own. What they lean on:

posts       realistic posts, and a source that hands them out
streams     open walls, as browsers hold them
table       how figures are printed
progress    what is said meanwhile
"""

NAMES = ("reading", "matching", "pipeline", "walls", "archive")
