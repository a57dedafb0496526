import json

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from dashboard import visits
from hospital.access import Permission, allow


@allow(Permission.SEE_WALL)
@require_GET
@never_cache
def here(request: HttpRequest) -> HttpResponse:
    """Somebody is at this wall. Not said by a press: a session that is over takes no wall away."""
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    back = visits.note(request.user, at=timezone.now())
    told = {"came-back": {"at": back.at.timestamp(), "said": back.said}} if back else {}
    return HttpResponse(headers={"HX-Trigger": json.dumps(told)} if told else {})
