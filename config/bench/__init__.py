"""Benchmarks: each figure beside its baseline from the same run.

reading     posts through the whole reading on one core, beside VADER alone
matching    posts against 10 to 10,000 boolean queries, beside one regular expression and a loop
pipeline    posts through match, read and store on one worker, beside a plain loop
walls       from stored to received, with many walls open, beside a server with a subscription for each
archive     the wall's pages and its search on a large archive, beside a small one
previews    what query lines would find in a large archive, beside a small one

`manage.py bench` runs this package on servers of its own. What they lean on:

posts       realistic posts, and a source that hands them out
filling     a large archive, quickly
streams     open walls, as browsers hold them
plain       the server that one would write first
table       how figures are printed
progress    what is said meanwhile
"""

import argparse

MENTIONS = 1_000_000
NAMES = ("reading", "matching", "pipeline", "walls", "archive", "previews")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], metavar="|".join(NAMES))
    parser.add_argument("--small", action="store_true", help="less of everything: shows only that it runs")
    parser.add_argument("--mentions", type=int, default=MENTIONS, help="so many in the archive")
