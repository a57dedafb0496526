"""X's filtered stream: its rules, and what they find, a line a post."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import ids, query
from sandbox.answers import json_answer, json_of
from sandbox.post import Post
from sandbox.telling import Manner, Streams, streaming
from sandbox.x import PROBLEMS, Refused, check_in, invalid, tweets
from sandbox.x_shapes import includes

MOST_RULES = 1000
LONGEST_RULE = 1024
LIFE_EVERY = 20.0
Rules = dict[str, dict[str, str]]


def rules_of(request: Request) -> Rules:
    found: Rules = request.app.state.x_rules
    return found


async def standing(request: Request) -> Response:
    headers, rules = check_in(request, "rules"), list(rules_of(request).values())
    data = {"data": rules} if rules else {}
    return json_answer({**data, "meta": {"sent": "now", "result_count": len(rules)}}, headers=headers)


async def change(request: Request) -> Response:
    headers, asked = check_in(request, "change-rules"), await json_of(request)
    if isinstance(asked, dict) and isinstance(asked.get("add"), list):
        return json_answer(added(rules_of(request), asked["add"]), 201, headers)
    wanted = asked.get("delete", {}).get("ids") if isinstance(asked, dict) else None
    if not isinstance(wanted, list):
        raise invalid("add", "", "exactly one of add and delete must be there")
    deleted = [id for id in wanted if rules_of(request).pop(str(id), None)]
    summary = {"deleted": len(deleted), "not_deleted": len(wanted) - len(deleted)}
    return json_answer({"meta": {"sent": "now", "summary": summary}}, headers=headers)


def added(rules: Rules, asked: list[Any]) -> dict[str, Any]:
    if len(rules) + len(asked) > MOST_RULES:
        raise Refused(422, {"title": "RulesCapExceeded", "type": f"{PROBLEMS}/rule-cap"})
    made, errors = [], []
    for each in asked:
        value, title = str(each.get("value", "")), ""
        if any(rule["value"] == value for rule in rules.values()):
            title = "DuplicateRule"
        elif not is_valid(value):
            title = "UnprocessableEntity"
        if title:
            errors.append({"value": value, "title": title, "type": f"{PROBLEMS}/invalid-rules"})
            continue
        rule = {"id": str(ids.order_at(1_767_225_600_000) + len(rules) + 1), "value": value}
        while rule["id"] in rules:
            rule["id"] = str(int(rule["id"]) + 1)
        rules[rule["id"]] = rule | ({"tag": str(each["tag"])} if each.get("tag") else {})
        made.append(rules[rule["id"]])
    summary = {"created": len(made), "not_created": len(errors), "valid": len(made), "invalid": len(errors)}
    answer: dict[str, Any] = {"data": made, "meta": {"sent": "now", "summary": summary}}
    return answer | ({"errors": errors} if errors else {})


def is_valid(value: str) -> bool:
    try:
        return 0 < len(value) <= LONGEST_RULE and query.parse(value, query.X_OPERATORS)[1]
    except query.BadQuery:
        return False


def issue(status: int, detail: str, kind: str) -> Refused:
    said = {"title": "ConnectionException", "detail": detail, "connection_issue": kind}
    return Refused(status, {**said, "type": f"{PROBLEMS}/streaming-connection"})


async def stream(request: Request) -> Response:
    check_in(request, "stream")
    streams: Streams = request.app.state.streams
    if streams.open["x"]:
        detail = "This stream is currently at the maximum allowed connection limit."
        raise issue(429, detail, "TooManyConnections")
    if not rules_of(request):
        raise issue(409, "Rules must be configured before connecting.", "RuleConfigurationIssue")

    def line(post: Post) -> bytes:
        matching = [
            {"id": rule["id"], "tag": rule.get("tag", "")}
            for rule in rules_of(request).values()
            if query.parse(rule["value"], query.X_OPERATORS)[0](post)
        ]
        if not matching:
            return b""
        said = {"data": tweets(request, [post])[0], **includes(request, [post]), "matching_rules": matching}
        return json.dumps(said).encode() + b"\r\n"

    # An edit is another post there; that one was deleted is not told.
    manner = Manner("x", b"\r\n", LIFE_EVERY, posted=line, edited=lambda _: b"", deleted=lambda _: b"")
    return streaming(request, manner, media_type="application/json")


routes = [
    Route("/2/tweets/search/stream/rules", standing, name="x.rules"),
    Route("/2/tweets/search/stream/rules", change, methods=["POST"], name="x.change-rules"),
    Route("/2/tweets/search/stream", stream, name="x.stream"),
]
