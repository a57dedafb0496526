from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from hospital.access import Permission, allow


@allow(Permission.PUBLIC)
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    # The supervisor knows its own child by this, and not an old one that still holds the port.
    return HttpResponse("ok\n", content_type="text/plain", headers={"X-Murmur-Run": settings.MURMUR_RUN_ID})
