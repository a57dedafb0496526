"""What one post may cost, however it is made: reading 100 ms, a row of the wall 50 ms."""

from django.test import TestCase
from django.utils import timezone

from dashboard import cards
from listening.intake import cleaned
from listening.models import Mention
from listening.queries.asked import Asked
from listening.queries.matching import Matcher
from listening.reading import analysis
from listening.reading.analysis import ToRead
from tests import base
from tests.proof.hostile import OWN
from tests.timing import seconds

READ_SECONDS = 0.1
ROW_SECONDS = 0.05
WORST = {
    **OWN,
    "shouting": "AWFUL " * 20_000,
    "but": "but " * 20_000,
    "urls": "http://http://" * 10_000,
    "semicolons": "&:;;;.;" * 10_000,
    "angles": "<" * 60_000,
    "handles": "@a " * 20_000,
    "quotes": '"' * 60_000,
    "matched": "northfield " * 6_000,
    "digits": "555-0142 " * 7_000,
}


class CostTests(TestCase):
    def setUp(self) -> None:
        analysis.SHIPPED.read(ToRead("The first reading loads the models, and it was awful."))
        self.matcher = Matcher([(1, "northfield"), (2, '"emergency room"'), (3, "northfield rude")])

    def test_no_post_takes_long_to_match_and_read(self) -> None:
        took = {name: seconds(lambda text=text: self.read(text)) for name, text in WORST.items()}  # type: ignore[misc]
        slowest = max(took, key=lambda name: took[name])
        print(f"\nmatch and read: at most {took[slowest] * 1000:.1f} ms ({slowest})")
        self.assertEqual({name: at for name, at in took.items() if at > READ_SECONDS}, {})

    def read(self, text: str) -> None:
        post, _ = cleaned(base.post(f"Northfield {text}"))
        self.matcher.find(Asked(post.text, post.title))
        analysis.SHIPPED.read(ToRead(post.text, title=post.title))

    def test_no_row_takes_long_to_render(self) -> None:
        took = {name: self.render(text) for name, text in WORST.items()}
        slowest = max(took, key=lambda name: took[name])
        print(f"\nrow: at most {took[slowest] * 1000:.1f} ms ({slowest})")
        self.assertEqual({name: at for name, at in took.items() if at > ROW_SECONDS}, {})

    def render(self, text: str) -> float:
        post, _ = cleaned(base.post(f"Northfield {text}", title=text))
        stored = base.mention(post.text, title=post.title, published_at=timezone.now())
        for hit in self.matcher.find(Asked(post.text, post.title))[:1]:
            query = base.watchlist("northfield", name=f"Watchlist {stored.pk}").queries.get()
            stored.matches.create(query=query, spans=hit.spans)
        mention = cards.for_cards(Mention.objects.filter(pk=stored.pk)).get()
        return seconds(lambda: cards.rendered(mention, is_named=True))
