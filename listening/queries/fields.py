"""What is known of a post besides its words, as queries ask for it."""

import operator
from collections.abc import Callable, Iterator, Sequence

from listening.queries.found import Found
from listening.queries.tree import Field
from listening.queries.view import View

Key = tuple[str, str]

COMPARED: dict[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
VALUES: dict[str, Callable[[View], Sequence[str]]] = {
    "author": lambda view: (view.author,),
    "site": lambda view: view.hosts,
    "lang": lambda view: view.languages,
    "facility": lambda view: view.asked.facilities,
    "source": lambda view: view.sources,
    "kind": lambda view: (view.asked.kind.casefold(),),
    "stars": lambda view: (str(view.asked.rating),) if view.asked.rating else (),
}


class FieldNode:
    def __init__(self, field: Field) -> None:
        self.said = str(field)
        self._test = _test(field)

    def holds(self, view: View) -> bool:
        return self._test(view)

    def found(self, view: View) -> Sequence[Found]:
        return [Found(self.said, ())]


def _test(field: Field) -> Callable[[View], bool]:
    value = field.value
    if field.name == "stars":
        wanted = stars(field)
        return lambda view: view.asked.rating in wanted
    if field.name == "url":
        return lambda view: value in view.url
    if field.comparison == "prefix":
        return lambda view: view.author.startswith(value)
    values = VALUES[field.name]
    return lambda view: value in values(view)


def stars(field: Field) -> frozenset[int]:
    if field.comparison == "..":
        first, last = map(int, field.value.split(".."))
        return frozenset(range(first, last + 1))
    compare = COMPARED[field.comparison]
    return frozenset(number for number in range(1, 6) if compare(number, int(field.value)))


def keys(field: Field) -> frozenset[Key]:
    """Of which one must be true of a post that the field is true of."""
    if field.name == "stars":
        return frozenset(("stars", str(number)) for number in stars(field))
    if field.name == "url":
        return frozenset({("url", "")})
    if field.comparison == "prefix":
        return frozenset({("author*", field.value)})
    return frozenset({(field.name, field.value)})


Tried = dict[frozenset[bytes], list[int]]


class Index:
    """Which queries to try, by what is known of a post. Fields that no query is found by cost nothing."""

    def __init__(self, tried: dict[Key, Tried]) -> None:
        self._tried = {key: list(found.items()) for key, found in tried.items()}
        names = {name for name, _ in tried}
        self._values = [(name, VALUES[name]) for name in sorted(names) if name in VALUES]
        self._has_urls = "url" in names
        self._lengths = sorted({len(value) for name, value in tried if name == "author*"})

    def candidates(self, view: View) -> Iterator[tuple[frozenset[bytes], list[int]]]:
        tried = self._tried
        for name, values in self._values:
            for value in values(view):
                yield from tried.get((name, value), ())
        if self._has_urls and view.asked.url:
            yield from tried["url", ""]
        for length in self._lengths:
            yield from tried.get(("author*", view.author[:length]), ())
