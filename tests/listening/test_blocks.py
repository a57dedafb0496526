from django.test import SimpleTestCase

from listening.blocks import Block, Blocks, Seen, site_of, sites_of
from listening.queries.asked import Asked

BLOCKS = Blocks.of(
    [
        Block(1, author_id=7),
        Block(2, site="larkmoor.example"),
        Block(3, expression='"north edge"'),
        Block(4, expression='("north ed") AND "band"', facility_id=5),
        Block(5, author_id=8, facility_id=5),
    ]
)


def block(text: str = "", url: str = "", **fields: int) -> int | None:
    return BLOCKS.block(Seen(Asked(text, url=url), **fields))


class BlockTests(SimpleTestCase):
    def test_each_kind_finds_what_it_is_for(self) -> None:
        for found, expected in (
            (block("anything", author_id=7), 1),
            (block("anything", author_id=9), None),
            (block(url="https://www.larkmoor.example/a"), 2),
            (block(url="https://news.Larkmoor.example:8080/a"), 2),
            (block(url="https://notlarkmoor.example/"), None),
            (block(url="https://larkmoor.example.evil.example/"), None),
            (block("The NORTH\nEDGE of town"), 3),
            (block("north wedge"), None),
            (block("north ed, the band", facility_id=5), 4),
            (block("north ed, the band", facility_id=6), None),
            (block("north ed, the band"), None),
            (block("north edge", author_id=8, facility_id=5), 3),
            (block("hi", author_id=8, facility_id=6), None),
        ):
            self.assertEqual(found, expected)

    def test_nothing_is_left_out_where_nothing_is_said(self) -> None:
        self.assertIsNone(Blocks().block(Seen(Asked("north edge"), author_id=7)))

    def test_sites_of_odd_addresses(self) -> None:
        for url, expected in (
            ("", ""),
            ("https://[", ""),
            ("javascript:alert(1)", ""),
            ("https://WWW.A.example./x", "a.example"),
            ("https://u:p@a.example@b.example/", "b.example"),
        ):
            self.assertEqual(site_of(url), expected)
        self.assertEqual(sites_of("https://a.b.c.example/"), ["a.b.c.example", "b.c.example", "c.example"])
        self.assertLessEqual(len(sites_of(f"https://{'a.' * 900}example/")), 8)
