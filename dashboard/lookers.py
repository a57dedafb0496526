"""What a person at a desk looks at: their deck, as far as their rights reach, narrowed by the address."""

from collections.abc import Mapping

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import Http404

from dashboard import choices, decks
from dashboard.faces import Face
from dashboard.looking import Looker
from dashboard.models import Deck
from dashboard.standing import EVERYDAY
from dashboard.wall_filters import WallFilter
from hospital.access import Permission, Reach

HIGHEST_ID = 2**63 - 1


def at_wall(user: AbstractBaseUser | AnonymousUser, deck: str, params: Mapping[str, str]) -> Looker | None:
    """None for one who may not see the wall; 404 for what does not exist for them."""
    reach = Reach(user)
    if not reach.can(Permission.SEE_WALL):
        return None
    wanted = choices.offered(reach.facility_ids(Permission.SEE_WALL)).read(params)
    return looking(reach, deck_named(user, deck) if deck else None, wanted)


def looking(reach: Reach, deck: Deck | None, wanted: WallFilter) -> Looker:
    """A big screen shows the columns that stand for everybody."""
    slots = decks.slots(deck) if deck and not wanted.is_big_screen else EVERYDAY
    return Looker(
        reach.facility_ids(Permission.SEE_WALL),
        slots,
        Face.SCREEN if wanted.is_big_screen else Face.DESK,
        wanted,
        case_facility_ids=reach.facility_ids(Permission.SEE_CASES),
    )


def deck_named(user: AbstractBaseUser | AnonymousUser, slug: str) -> Deck:
    deck = Deck.objects.seen_by(user).filter(slug=slug).first()
    if deck is None:
        raise Http404("There is no such deck.")
    return deck


def deck_with(user: AbstractBaseUser | AnonymousUser, column: str) -> Deck:
    """The deck of a column, by its name in the page."""
    number = column.removeprefix("c")
    if not (number.isascii() and number.isdigit()):
        raise Http404("There is no such column.")
    deck = Deck.objects.seen_by(user).filter(columns=min(int(number[:19]), HIGHEST_ID)).first()
    if deck is None:
        raise Http404("There is no such column.")
    return deck
