"""Who wrote what is stored: no more than the network shows beside the post."""

from collections.abc import Iterable

from listening import bulk
from listening.intake import Arrival
from listening.models import Author


def key_of(arrival: Arrival) -> tuple[str, str]:
    return arrival.network, arrival.post.author_id or arrival.post.author_handle


def store(arrivals: Iterable[Arrival]) -> dict[tuple[str, str], int]:
    """Ids of the authors by network and their id there; new ones are stored, new handles taken over."""
    posts = {key_of(each): each.post for each in arrivals if key_of(each)[1]}
    if not posts:
        return {}
    values = [(*key, post.author_handle, post.author_name) for key, post in sorted(posts.items())]
    bulk.write(
        "INSERT INTO listening_author AS author (network, external_id, handle, name) VALUES %s "
        "ON CONFLICT (network, external_id) DO UPDATE SET handle = EXCLUDED.handle, name = EXCLUDED.name "
        "WHERE (author.handle, author.name) IS DISTINCT FROM (EXCLUDED.handle, EXCLUDED.name)",
        values,
    )
    stored = Author.objects.filter(
        network__in={network for network, _ in posts}, external_id__in=[key for _, key in posts]
    )
    return {(network, key): pk for network, key, pk in stored.values_list("network", "external_id", "pk")}
