"""Benchmarks: each figure beside its baseline from the same run.

pipeline    posts through match, read and store on one worker, beside a plain loop
walls       from stored to received, with many walls open, beside one
archive     the wall's pages on a large archive, beside a small one
table       how figures are printed
"""
