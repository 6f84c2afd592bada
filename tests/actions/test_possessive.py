"""Names that end in an s take no other one."""

from __future__ import annotations

import pytest

from actions import overlay, texts
from actions.possessive import fitted
from tests.actions.office import Office
from tests.actions.talk import Candidate


@pytest.mark.parametrize(
    ("language", "text", "name", "said"),
    [
        ("sv", "{company}s kontor", "Norden", "Nordens kontor"),
        ("sv", "{company}s kontor", "Hus", "Hus kontor"),
        ("sv", "{company}s kontor", "SAS", "SAS kontor"),
        ("sv", "{company}s kontor", "Max", "Max kontor"),
        ("sv", "{company}s kontor", "Schulz", "Schulz kontor"),
        ("sv", "hos {company}som", "Hus", "hos Hussom"),
        ("en", "{company}'s office", "Norden", "Norden's office"),
        ("en", "{company}'s office", "James", "James' office"),
        ("en", "{company}’s office", "James", "James’ office"),
        ("en", "{company}'s office", "Max", "Max's office"),
        ("en", "two {company}s", "James", "two Jamess"),
        ("fi", "({company}):n toimisto", "Hus", "(Hus):n toimisto"),
    ],
)
def test_the_genitive_fits_the_name(language: str, text: str, name: str, said: str) -> None:
    assert fitted(text, language, {"company": name}).format(company=name) == said


def test_a_number_and_a_name_that_is_not_given_are_left_alone() -> None:
    assert fitted("{count}s {company}s", "sv", {"count": 7}) == "{count}s {company}s"


def test_it_is_so_in_the_assistants_own_sentences_and_in_those_of_admins(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.company["name"] = "Hus"
    del office.answers["verify_offer"]
    assert "Hus mejl kommer från" in Candidate(office, "sv").says("verify_offer", "jag har fått ett skumt erbjudande").text
    assert "Hus egen domän" in Candidate(office, "sv").says("verify_offer", "mejlet kom från ebba@lumivik.example").text
    monkeypatch.setattr(overlay, "_texts", {"response": {"utter_part_mail_comes_from": {"sv": "{company}s post kommer från {domains}."}}})
    assert texts.sentence("utter_part_mail_comes_from", "sv", company="Hus", domains="x") == "Hus post kommer från x."
