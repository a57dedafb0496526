"""What the reply rules say, by the version that is stored with every reply."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from alerts import gate
from alerts.gate import GateDown, rules
from alerts.gate.reasons import BLOCK
from hospital.access import Permission, allow


@allow(Permission.SEE_CASES)
@require_GET
def policy(request: HttpRequest) -> HttpResponse:
    """Each rule once, what stops a reply before what a person ticks."""
    try:
        said = {(rule.verdict, rule.id, rule.why): rule for rule in rules.shipped()}
    except GateDown:
        said = {}
    ordered = sorted(said.values(), key=lambda rule: (-rule.verdict, rule.id))
    told = [(rule, rule.id.replace("-", " ").capitalize(), rule.verdict == BLOCK) for rule in ordered]
    return render(request, "policy.html", {"rules": told, "version": gate.POLICY})
