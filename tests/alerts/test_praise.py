"""Cards of thanks: what is read from a post, and that nothing of its author is left. Pure."""

import re

import pytest

from alerts import praise
from alerts.praise import Author
from tests.listening.reading.identifiers.test_cases import TOLD, read
from tests.proof.hostile import OWN

EMMA = Author("quietriver884", "Emma Featherstone")
SIGNED = (
    "{text}\nEmma Featherstone",
    "{text} (@quietriver884)",
    "I am EMMA  FEATHERSTONE. {text}",
    "{text} - ｅｍｍａ f\u0065\u0301atherstone",
    "quiet\u200briver884 says: {text}",
    "{text} Find me: https://social.example/@QuietRiver884 or emma.featherstone@mail.example",
    "<b>Emma</b> {text} <i title='Featherstone'>x</i>",
)


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("Huge thanks to the 4 West nurses", ["4 West"]),
        ("the ER doctor and the front desk were great", ["Emergency department", "Front desk"]),
        ("Ward 7b and the ICU saved him", ["Ward 7B", "Intensive care"]),
        ("Everyone on the 5th floor!", ["5th floor"]),
        ("Gracias a la gente de urgencias", ["Emergency department"]),
        ("The Heart Center is the best", ["Heart Center"]),
        ("Ed was kind, or so we think", []),
        ("They were all so kind", []),
    ],
)
def test_the_unit_is_read_from_the_text(text: str, units: list[str]) -> None:
    assert praise.units(text, ["Heart Center"]) == units


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Nurse Kim held my hand.", ["Kim"]),
        ("Thank you Dr. Alvarez!", []),
        ("Gracias a la doctora Alvarez", []),
        ("The surgeon Demetrius Katz and Grace Lopez RN were great.", ["Demetrius", "Grace"]),
        ("Dr. Grace Lopez is the best", ["Grace"]),
        ("My daughter Wilhelmina got better.", []),
        ("Our nurse Emma was an angel.", []),  # she may be the author
    ],
)
def test_staff_are_named_by_first_name_only(text: str, names: list[str]) -> None:
    assert praise.first_names(text, EMMA) == names


def test_the_card_keeps_the_one_first_name_that_was_confirmed() -> None:
    text = "The surgeon Demetrius Katz and Grace Lopez RN saved my son Jacob. Call 555-0143."
    said = praise.card(text, EMMA, "Grace")
    assert said == "The surgeon [staff name] and Grace RN saved my son [name]. Call [phone]."
    assert "Grace" not in praise.card(text, EMMA)


@pytest.mark.parametrize("signed", SIGNED)
def test_no_card_carries_its_author(signed: str) -> None:
    said = praise.card(signed.format(text="The 4 West nurses were so kind."), EMMA)
    assert not praise.leads_to(said, EMMA)
    assert not re.search(r"emma|featherst|quiet|river884|social|mail\.", said, re.IGNORECASE)
    assert "4 West nurses were so kind" in said


@pytest.mark.parametrize("line", TOLD)
def test_no_card_carries_what_tells_of_anybody(line: str) -> None:
    text, secrets = read(line)
    names = praise.first_names(text, EMMA)
    for first_name in ("", *names[:1]):
        said = praise.card(f"{text}\nEmma Featherstone, @quietriver884", EMMA, first_name)
        for kind, secret in secrets:
            left = (
                secret.replace(first_name, "", 1).strip() if kind == "staff_name" and first_name else secret
            )
            if len(left) > 2:
                assert not re.search(rf"(?<!\w){re.escape(left)}(?!\w)", said), said
        assert not praise.leads_to(said, EMMA)


@pytest.mark.parametrize("name", OWN)
def test_no_hostile_text_keeps_its_author(name: str) -> None:
    text = OWN[name][:20_000]
    for said in (f"{text}\nEmma Featherstone", f"@quietriver884 {text}", f"Emma {text} Featherstone"):
        card = praise.card(said, EMMA)
        assert not praise.leads_to(card, EMMA)
        assert len(card) <= praise.LONGEST_WORDS + 2


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        ("Dr. Alvarez was rude.", "[doctor] was rude."),
        ("Nurse Kim ignored us, and I told nurse Beth.", "[nurse] ignored us, and I told [nurse]."),
        ("Grace Lopez RN rolled her eyes.", "[nurse] RN rolled her eyes."),
        ("Sarah in radiology was cold.", "[staff member] in radiology was cold."),
        ("Marcus the paramedic yelled. Call 555-0143.", "[paramedic] the paramedic yelled. Call [phone]."),
        ("The surgeon Demetrius Katz never came.", "The surgeon [doctor] never came."),
        ("Talk with Dr. Alvarez about room 12", "Talk with [doctor] about room 12"),
        ("More chairs in the waiting room", "More chairs in the waiting room"),
    ],
)
def test_a_complaint_names_staff_by_their_role(text: str, stripped: str) -> None:
    assert praise.to_role(text) == stripped


@pytest.mark.parametrize("line", [line for line in TOLD if "{staff_name:" in line])
def test_no_name_of_staff_is_left_in_a_complaint(line: str) -> None:
    text, secrets = read(line)
    said = praise.to_role(text)
    for _, secret in secrets:
        assert not re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", said), said
