"""What a person at a desk looks at: their deck, as far as their rights reach, narrowed by the address."""

from collections.abc import Mapping

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import Http404

from dashboard import choices, decks
from dashboard.faces import Face
from dashboard.looking import Looker
from dashboard.models import Deck
from dashboard.standing import EVERYDAY
from hospital.access import Permission, Reach

HIGHEST_ID = 2**63 - 1


def at_wall(user: AbstractBaseUser | AnonymousUser, deck: str, params: Mapping[str, str]) -> Looker | None:
    """None for one who may not see the wall; 404 for what does not exist for them."""
    reach = Reach(user)
    if not reach.can(Permission.SEE_WALL):
        return None
    facility_ids = reach.facility_ids(Permission.SEE_WALL)
    wanted = choices.offered(facility_ids).read(params)
    if wanted.is_big_screen:
        return Looker(facility_ids, EVERYDAY, Face.SCREEN, wanted)
    slots = decks.slots(deck_named(user, deck)) if deck else EVERYDAY
    return Looker(facility_ids, slots, Face.DESK, wanted)


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
