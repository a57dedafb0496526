from unittest import mock

from django.test import TestCase

from listening import intake, sorting
from listening.reading import languages
from listening.sources.contract import Post
from tests import base


def found(post: Post) -> list[int]:
    arrival = intake.accept(post, sorting.listener_for(base.source()), base.NOW)
    return [hit.query_id for hit in arrival.hits]


class AcceptTests(TestCase):
    def asked(self, line: str) -> int:
        return base.watchlist(line).queries.get().pk

    def test_a_post_is_found_by_what_is_known_besides_its_words(self) -> None:
        base.facility(name="Northfield Hospital", slug="north-ed")
        line = (
            'facility:north-ed lang:es stars:<3 author:ana* source:fake kind:review ("mala espera" OR horas)'
        )
        query_id = self.asked(line)
        post = base.post(
            "Cinco horas en Northfield Hospital y nadie explica nada de la espera",
            author_handle="Ana_Invented",
            rating=2,
            kind="review",
        )
        self.assertEqual(found(post), [query_id])
        self.assertEqual(found(base.post("Cinco horas en otra parte", rating=2, kind="review")), [])

    def test_no_language_is_guessed_where_no_query_asks(self) -> None:
        self.asked("northfield")
        with mock.patch.object(languages, "read") as read:
            found(base.post("Northfield otra vez"))
        read.assert_not_called()
