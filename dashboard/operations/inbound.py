"""The one address that machines of the hospital post to. Public, and good for nothing without a signature."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from hospital.access import Permission, allow
from hospital.feeds import posting
from hospital.feeds.posting import NotSigned, Posted
from hospital.feeds.schema import Unreadable
from hospital.reporting import Outcome, Taken

TOO_LARGE = f"It has more than {posting.MOST_BYTES // 1024} kB. Send fewer reports at once."


@csrf_exempt
@allow(Permission.PUBLIC)
@require_POST
@never_cache
def status(request: HttpRequest) -> JsonResponse:
    body = request.read(posting.MOST_BYTES + 1)
    if len(body) > posting.MOST_BYTES:
        return _refused(TOO_LARGE, 413)
    said = request.headers
    posted = Posted(
        feed=said.get("X-Murmur-Feed", "").replace("\0", ""),
        timestamp=said.get("X-Murmur-Timestamp", ""),
        signature=said.get("X-Murmur-Signature", ""),
        body=body,
    )
    now = timezone.now()
    try:
        feed = posting.signed_by(posted, now)
        return _answered(posting.receive(feed, body, now))
    except NotSigned as error:
        return _refused(str(error), 401)
    except Unreadable as error:
        return _refused(str(error), 400)


def _answered(outcome: Outcome) -> JsonResponse:
    """200 if anything of it is good, so that what is good is not sent again for the sake of what is not."""
    wrong = outcome.wrong
    body = {
        "stored": outcome.stored,
        "known": outcome.known,
        "refused": len(wrong),
        "answers": list(_answers(outcome)),
    }
    return JsonResponse(body, status=422 if wrong and len(wrong) == len(outcome.answers) else 200)


def _answers(outcome: Outcome) -> Iterator[dict[str, Any]]:
    for answer in outcome.answers:
        if isinstance(answer, Taken):
            yield {"place": answer.place, "became": "stored" if answer.is_new else "known"}
        else:
            yield {"place": answer.place, "became": "refused", "error": answer.words}


def _refused(words: str, code: int) -> JsonResponse:
    return JsonResponse({"error": words}, status=code)
