"""Pretend networks on one loopback port: X, Reddit, Google Business Profile, news feeds, and quieter sites.

The real clients poll it over HTTP. Whatever it says is a function of a seed and the clock, so a restart says
the same again; what was asked of it (replies, injected posts, edits, storms) is kept in a journal file.

world      the invented health system        basepost   the hand-written posts it draws on
rhythm     when people post                  decks      which base post comes when
wording    how a base post comes out         writer     one finished post
stream     all generated posts of a time     town       what exists now: stream, journal, deletions
x, reddit, google, rss   what each network answers       control, page   what a tester sees and presses
sites      the review sites and comment threads, each with a module of its own for what it answers
"""
