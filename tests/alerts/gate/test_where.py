"""Nobody is asked in public where in the building they are: whoever reads along would know it too."""

import pytest

from alerts import gate

ASKED = """
Which room are you in? We will come to you.
Where are you now? Somebody will come.
What floor are you on?
Are you still here? A nurse will come.
Please tell us your location.
Tell us where you are sitting and somebody will come.
Let us know where you are.
Share your location with us.
Which entrance are you at?
Which waiting room are you in?
¿Dónde está usted?
Díganos su ubicación.
Díganos dónde se encuentra.
¿En qué piso está?
""".strip().splitlines()
NOT_ASKED = """
Waits are longer than anyone would like this evening. Any member of staff can call the person in charge.
Anyone who is waiting can ask at any desk for the nurse in charge.
If something changes while people wait, please tell any member of staff at once.
""".strip().splitlines()


@pytest.mark.parametrize("draft", ASKED)
def test_where_somebody_is_is_not_asked_in_public(draft: str) -> None:
    assert gate.check(draft, "been sitting in your ER for six hours").is_blocked


@pytest.mark.parametrize("draft", NOT_ASKED)
def test_what_is_open_to_anybody_may_be_said(draft: str) -> None:
    assert not gate.check(draft).is_blocked
