"""The rules of X's filtered stream: what is asked for, set by what is missing and what is no longer wanted.

Rules belong to the project, which other programs may use as well: only those that carry our tag are touched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import tweepy

from listening.sources import search, x
from listening.sources.contract import BadPayload, Listening

TAG = "murmur"
NO_REPOSTS = " -is:retweet"
LONGEST = 1024
AT_ONCE = 100
SYNTAX = replace(x.SYNTAX, longest=LONGEST - len(NO_REPOSTS) - 2)  # and two brackets


def written(queries: Sequence[Listening]) -> list[str]:
    """The fewest rules that together find whatever any of the queries can find."""
    return [f"({text}){NO_REPOSTS}" for text in search.searches(queries, SYNTAX)]


def settle(client: tweepy.StreamingClient, wanted: Sequence[str]) -> None:
    """Let these rules stand, and of ours no others. What is not wanted goes first: there may be no room."""
    standing = _standing(client.get_rules().json())
    ours = [rule for rule in standing if rule.get("tag") == TAG and rule.get("value") not in wanted]
    if ours:
        client.delete_rules([str(rule["id"]) for rule in ours])
    there = {rule.get("value") for rule in standing}
    rules = [tweepy.StreamRule(value=value, tag=TAG) for value in wanted if value not in there]
    for begin in range(0, len(rules), AT_ONCE):
        _taken(client.add_rules(rules[begin : begin + AT_ONCE]).json())


def _standing(answer: Any) -> list[Mapping[str, Any]]:
    listed = answer.get("data", []) if isinstance(answer, Mapping) else None
    if not isinstance(listed, list) or not all(
        isinstance(rule, Mapping) and rule.get("id") for rule in listed
    ):
        raise BadPayload("X answered with something that is no list of rules.", raw=str(answer))
    return listed


def _taken(answer: Any) -> None:
    """A rule that is there already is as good as one that is taken."""
    errors = answer.get("errors", []) if isinstance(answer, Mapping) else None
    if not isinstance(errors, list):
        raise BadPayload("X answered with something that is no list of rules.", raw=str(answer))
    wrong = [
        each for each in errors if not (isinstance(each, Mapping) and "uplicate" in str(each.get("title")))
    ]
    if wrong:
        raise BadPayload(
            f"X does not accept {len(wrong)} of the rules made of the watchlists.", raw=str(wrong)
        )
