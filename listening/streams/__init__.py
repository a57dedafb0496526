"""Sources that tell by themselves, from an open connection to the wall.

1. running     one thread a source, as long as the process lives
2. stretches   who listens: a Poll row is held for a minute at a time, with the lease that polls have
3. listening   open, read, store, come back: one thin loop
4. connecting  what to do next, and when to come back: pure
5. filling     what was said while nobody listened, where the network lists it elsewhere: pure
6. batches     what was told since the last store: what nobody wants is only counted

A batch is a page of its Poll row and goes through `ingest.take_in` like any other: rows, cursor and counts
in one transaction. So the row's conservation line is true after each batch, a process that is killed repeats
what it had not stored, and what it had stored is unchanged. A row a batch would be 170,000 rows a day.
"""
