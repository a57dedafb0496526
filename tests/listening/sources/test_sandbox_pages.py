"""Review pages against the review site of the sandbox."""

from sandbox.serving import running_sandbox
from tests.listening.sources.town import CORPUS, Town, town

__all__ = ["town"]


def test_the_reviews_of_a_page_and_of_its_next_ones_arrive(town: Town) -> None:
    many = [
        {"network": "pages", "facility": "west", "text": f"Kind nurses {n}", "rating": 4} for n in range(45)
    ]
    written = {found["id"] for found in town.do("posts", posts=many)["posts"]}
    arrived = {key.rpartition("/")[2]: post for key, post in town.posts("pages").items()}
    reviews = {key: post for key, post in arrived.items() if post.kind == "review"}
    assert reviews.keys() == written
    assert {(post.rating, post.author_name) for post in reviews.values()} == {(4, "a_passer_by")}
    assert town.posts("pages") == {}  # not asked more often than every ten minutes


def test_a_page_of_a_living_town_is_read_whole() -> None:
    with running_sandbox(corpus=CORPUS) as url:
        town = Town(url)
        arrived = {
            key.rpartition("/")[2] for key, each in town.posts("pages").items() if each.kind == "review"
        }
        assert len(arrived) > 10
        assert arrived == set(town.ledger()["served"]["pages"])
