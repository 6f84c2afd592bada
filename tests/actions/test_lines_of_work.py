"""Lines of work by the words people use."""

from __future__ import annotations

import pytest

from actions.lines_of_work import fields_in
from tests.actions.office import Office
from tests.actions.talk import Candidate


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("uudet työpaikat sähköpostiin", []),
        ("Ilmoituksia sähköpostiini, kun myyntityötä on tarjolla", ["sales"]),
        ("sähköasentajan paikkoja", ["installation"]),
        ("jobb som elektriker", ["installation"]),
    ],
)
def test_a_finnish_mail_address_is_no_electricity(text: str, fields: list[str]) -> None:
    assert fields_in(text) == fields


@pytest.mark.parametrize(
    ("text", "key"), [("henkilöstön määrä", "company"), ("Paljonko teillä on henkilökuntaa", "company"), ("millainen henki teillä on", "values")]
)
def test_the_number_of_people_is_no_question_of_spirit(office: Office, text: str, key: str) -> None:
    assert Candidate(office, "fi").says("ask_company", text).sources == [("answer", key)]


@pytest.mark.parametrize(
    "text",
    [
        "jobb för den som bara pratar engelska",
        "en pensionär som vill jobba",
        "jag vill tillbaka till arbetslivet",
        "jobb till julen",
        "jobb som inte kräver svenska",
    ],
)
def test_not_every_word_after_som_is_a_trade(office: Office, text: str) -> None:
    assert Candidate(office, "sv").says("search_roles", text).sources


def test_a_trade_that_nobody_is_wanted_for_is_told_from_one_that_is(office: Office) -> None:
    assert Candidate(office, "sv").says("search_roles", "har ni jobb som kock?").sources == []
    assert ("role", "LV-111") in Candidate(office, "sv").says("search_roles", "jobb som sommarvikarie").sources
