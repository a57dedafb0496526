"""What is in a language that the rules do not know goes to somebody who reads it, never through."""

import pytest

from tests.alerts.gate.drafts import check, drafts, verdict

FOREIGN = {
    "French": "Merci pour votre message. Nous lisons chaque commentaire.",
    "Vietnamese": "C\u1ea3m \u01a1n b\u1ea1n \u0111\u00e3 chia s\u1ebb v\u1edbi ch\u00fang t\u00f4i.",
    "short Vietnamese": "C\u1ea3m \u01a1n b\u1ea1n.",
    "Haitian Creole": "M\u00e8si pou mesaj ou. Nou li tout k\u00f2mant\u00e8 yo ak anpil atansyon.",
    "Haitian Creole without marks": "Nou li tout mesaj yo ak anpil atansyon.",
    "Portuguese": "Obrigado pela mensagem, lemos todos os coment\u00e1rios.",
    "Tagalog": "Salamat po sa inyong mensahe.",
    "Chinese": "\u8b1d\u8b1d\u60a8\u7684\u7559\u8a00\u3002",
    "Russian": "\u0421\u043f\u0430\u0441\u0438\u0431\u043e \u0437\u0430 \u043e\u0442\u0437\u044b\u0432.",
}
MIXED = {
    "French": "Votre op\u00e9ration s'est bien pass\u00e9e.",
    "Vietnamese": "B\u1ea1n \u0111\u00e3 n\u1eb1m vi\u1ec7n \u1edf \u0111\u00e2y.",
    "Haitian Creole": "Nou regr\u00e8t sa ki te rive manman ou.",
    "Haitian Creole without marks": "Nou kontan operasyon an te byen pase.",
}


@pytest.mark.parametrize("language", FOREIGN)
def test_it_is_marked_as_not_checked(language: str) -> None:
    said = check(FOREIGN[language])
    assert (said.word, [each.rule for each in said.reasons]) == ("warn", ["not-checked"])


@pytest.mark.parametrize("before", ["Thank you for your note. ", "Gracias por escribirnos. "])
@pytest.mark.parametrize("language", MIXED)
def test_one_sentence_of_it_is_enough(language: str, before: str) -> None:
    assert "not-checked" in {each.rule for each in check(before + MIXED[language]).reasons}


def test_behind_a_comma_it_does_not_pass() -> None:
    assert verdict("Thank you for your note, nou kontan operasyon an te byen pase.") != "pass"


def test_english_and_spanish_are_read_and_may_be_mixed() -> None:
    assert verdict("Gracias por escribirnos. Thank you for your note.") == "pass"
    unread = [
        draft.text
        for name in ("given", "drafts", "unseen")
        for draft in drafts(name)
        if draft.expected == "safe"
        and "not-checked" in {each.rule for each in check(draft.text, draft.post, *draft.thread).reasons}
    ]
    assert unread == []
