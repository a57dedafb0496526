"""A review of Trustpilot, read into what the contract knows. Addresses and order numbers are never read."""

from typing import Any

from listening.sources.contract import Post, Written
from listening.sources.reading import identifier, mapping, moment, text


def page_of(id: str) -> str:
    return f"https://www.trustpilot.com/reviews/{id}"


def review(item: Any, unit: str) -> Post:
    found = mapping(item, "the review")
    consumer = mapping(found.get("consumer") or {}, "the reviewer")
    created_at, updated_at = moment(found.get("createdAt")), moment(found.get("updatedAt"))
    stars, id = found.get("stars"), identifier(found, "id")
    is_edited = updated_at is not None and created_at is not None and updated_at > created_at
    return Post(
        external_id=id,
        text=text(found, "text"),
        title=text(found, "title"),
        url=page_of(id),
        author_id=text(consumer, "id"),
        author_name=text(consumer, "displayName"),
        published_at=created_at or updated_at,
        edited_at=updated_at if is_edited else None,
        kind="review",
        rating=stars if isinstance(stars, int) and not isinstance(stars, bool) and 1 <= stars <= 5 else None,
        language=text(found, "language"),
        facility_hint=unit,
        replied=ours(found) is not None,
    )


def ours(item: Any) -> Written | None:
    """The hospital's answer to it; None where there is none."""
    found = mapping(item, "the review")
    id = identifier(found, "id")
    if found.get("companyReply") is None:
        return None
    answer = mapping(found["companyReply"], "the answer")
    at = moment(answer.get("updatedAt")) or moment(answer.get("createdAt"))
    return Written(f"{id}/reply", text(answer, "text", required=True), page_of(id), at, id)
