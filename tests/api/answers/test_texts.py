"""The wordings of admins: in versions, by time, over what is shipped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from api import clock
from api.accounts.models import Staff
from api.answers import history, queries, shipped, texts
from api.answers.checks import check
from api.answers.models import TextVersion
from api.answers.overview import EXPECTED
from api.answers.service import save_answer
from api.audit.models import AuditEntry
from api.audit.service import SYSTEM
from api.config import ROOT
from api.conversations.greeting import greeting
from api.db import db
from api.errors import Conflict, Invalid, NotFound

SPRING, SUMMER, AUTUMN = (datetime(2027, month, 1, 8, tzinfo=UTC) for month in (4, 6, 9))
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def in_spring(context: APIFlask) -> Iterator[None]:
    with clock.at(SPRING):
        yield


@pytest.fixture
def ebba(context: APIFlask) -> Staff:
    staff = Staff(name="Ebba Sandström", email="ebba@lumivik.example", access="admin")
    db.session.add(staff)
    db.session.flush()
    return staff


def goodbye(language: str = "sv") -> str | None:
    return texts.current("response", "utter_goodbye", language)


def test_a_text_is_worded_in_the_languages_given_and_stays_as_shipped_in_the_others(ebba: Staff) -> None:
    as_shipped = goodbye("fi")
    made = texts.save(ebba, "response", "utter_goodbye", {"sv": "  Hej då.\r\nVi hörs. "})
    assert (goodbye("sv"), goodbye("fi")) == ("Hej då.\nVi hörs.", as_shipped)
    assert texts.overrides(clock.now()) == {"response": {"utter_goodbye": {"sv": "Hej då.\nVi hörs."}}}
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.actor_id, entry.action, entry.subject_id, entry.data["language"]) == (ebba.id, "text.saved", str(made[0].id), "sv")


def test_saving_what_is_said_already_makes_no_version(ebba: Staff) -> None:
    as_shipped = shipped.shipped()["response", "utter_goodbye"].texts
    assert not texts.save(ebba, "response", "utter_goodbye", dict(as_shipped))
    texts.save(ebba, "response", "utter_goodbye", {"sv": "Vi hörs."})
    assert not texts.save(ebba, "response", "utter_goodbye", {"sv": "Vi hörs.", "fi": as_shipped["fi"]})
    texts.save(ebba, "response", "utter_goodbye", {"sv": as_shipped["sv"]})
    assert [v.text for v in db.session.scalars(select(TextVersion).order_by(TextVersion.id))] == ["Vi hörs.", None]
    assert (goodbye(), texts.overrides(clock.now())) == (as_shipped["sv"], {})


def test_a_campaign_wins_while_it_runs_and_a_mended_usual_text_does_not_push_it_aside(ebba: Staff) -> None:
    texts.save(ebba, "answer", "internship", {"sv": "Det vanliga."})
    campaign = texts.save(ebba, "answer", "internship", {"sv": "Sök sommarjobb nu!"}, SUMMER, AUTUMN)[0]
    texts.save(ebba, "answer", "internship", {"sv": "Det vanliga, rättat."})
    for at, text, since in ((SPRING, "Det vanliga, rättat.", SPRING), (SUMMER, "Sök sommarjobb nu!", SUMMER), (AUTUMN, "Det vanliga, rättat.", SPRING)):
        with clock.at(at):
            assert texts.current("answer", "internship", "sv") == text
            found = queries.answer("internship", "fi")
            assert (found["text"], found["language"], datetime.fromisoformat(found["as_of"])) == (text, "sv", since)
    with clock.at(SUMMER + DAY):  # whoever writes during the campaign means now
        texts.save(ebba, "answer", "internship", {"sv": "Fullt i år."})
        assert texts.current("answer", "internship", "sv") == "Fullt i år."
    assert campaign.valid_until == AUTUMN


def test_a_campaign_is_ended_or_called_off(ebba: Staff) -> None:
    first = texts.save(ebba, "response", "utter_goodbye", {"sv": "Glad sommar!"}, SUMMER, AUTUMN)[0]
    second = texts.save(ebba, "response", "utter_goodbye", {"sv": "God höst!"}, AUTUMN)[0]
    texts.end(ebba, second.id)
    with clock.at(SUMMER + DAY):
        assert goodbye() == "Glad sommar!"
        texts.end(ebba, first.id)
        assert goodbye() == shipped.shipped()["response", "utter_goodbye"].texts["sv"]
        with pytest.raises(Conflict):
            texts.end(ebba, first.id)
    with clock.at(AUTUMN + DAY):
        assert goodbye() != "God höst!"


def test_an_earlier_version_counts_again_when_it_is_asked_for(ebba: Staff) -> None:
    first = texts.save(ebba, "button", "person", {"en": "Talk to us"})[0]
    texts.save(ebba, "button", "person", {"en": "Call us"})
    again = texts.revert(ebba, first.id)
    assert again and texts.current("button", "person", "en") == "Talk to us"
    assert texts.revert(ebba, first.id) is None


def test_a_confirmed_answer_is_as_of_then(ebba: Staff) -> None:
    save_answer("benefits", {"sv": "Förmåner.", "fi": "Edut."}, SPRING - DAY, SYSTEM)
    texts.confirm(ebba, "answer", "benefits", "fi")
    assert datetime.fromisoformat(queries.answer("benefits", "fi")["as_of"]) == SPRING
    assert datetime.fromisoformat(queries.answer("benefits", "sv")["as_of"]) == SPRING - DAY
    assert queries.every("fi") == [{"key": "benefits", "title": "", "text": "Edut."}]


def test_an_answer_that_no_file_brings_is_there_as_long_as_it_is_worded(ebba: Staff) -> None:
    texts.save(ebba, "answer", "company_dog", {"sv": "Ja, på kontoren.", "fi": "Kyllä, toimistoille.", "en": "Yes, in the offices."})
    texts.save(ebba, "question_title", "company_dog", {"sv": "Hund på jobbet"})
    assert queries.answer("company_dog", "fi")["text"] == "Kyllä, toimistoille."
    assert texts.overrides(clock.now()) == {"question_title": {"company_dog": {"sv": "Hund på jobbet"}}}
    assert queries.every("fi") == [{"key": "company_dog", "title": "Hund på jobbet", "text": "Kyllä, toimistoille."}]
    texts.save(ebba, "answer", "company_dog", dict.fromkeys(("sv", "fi", "en")))
    with pytest.raises(NotFound):
        queries.answer("company_dog", "sv")


@pytest.mark.parametrize(
    ("kind", "key", "text", "said"),
    [
        ("response", "utter_goodbye", "Hej {name}", "{name}"),
        ("response", "utter_which_role", "Vilket {jobb?", "( )"),
        ("response", "utter_from_ad", "{title.__class__} {words}{note}", "( )"),
        ("response", "utter_goodbye", "   ", "empty"),
        ("button", "person", "x" * 61, "60"),
        ("answer", "benefits", "Vi på {title} {nope} har det bra.", "{nope}, {title}"),
        ("answer", "benefits", "Hej {Förnamn}, läs mer.", "There is no field {Förnamn} here. This text has no fields."),
        ("answer", "benefits", "Läs {mer.", "( )"),
        ("question_title", "company_dog", "Hund hos {company}", "{company}"),
        ("button", "person", "Ask {contact}", "{contact}"),
        ("response", "greeting", "Hej! Jag heter {name} och jobbar på {company}.", "AI"),
    ],
)
def test_a_wording_that_cannot_be_is_refused_with_the_reason(ebba: Staff, kind: str, key: str, text: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        texts.save(ebba, kind, key, {"sv": text})
    assert said in str(refused.value.sentence)
    assert not db.session.scalars(select(TextVersion)).first()


def test_fields_left_out_are_told_of() -> None:
    assert check("response", "utter_detail_unknown", "Det vet jag inte. Ska jag fråga {contact}?").missing == ("title",)


def test_what_is_shipped_and_what_the_demo_company_says_is_never_refused() -> None:
    for text in shipped.shipped().values():
        assert not [found for wording in text.texts.values() if (found := check(text.kind, text.key, wording)).wrong or found.missing]
    answers = {file.stem: json.loads(file.read_text("utf-8"))["texts"] for file in (ROOT / "demo" / "answers").glob("*.json")}
    assert len(answers) >= len(EXPECTED)
    assert not [key for key, by_language in answers.items() for wording in by_language.values() if check("answer", key, wording).wrong]


def test_unknown_texts_languages_and_times_that_are_over_are_refused(ebba: Staff) -> None:
    for kind, key in (("response", "utter_nothing"), ("poem", "utter_goodbye"), ("answer", "Not a key")):
        with pytest.raises(NotFound):
            texts.save(ebba, kind, key, {"sv": "Hej"})
    with pytest.raises(Invalid):
        texts.save(ebba, "response", "utter_goodbye", {"de": "Tschüs"})
    with pytest.raises(Invalid):
        texts.save(ebba, "response", "utter_goodbye", {"sv": "Hej"}, SPRING, SPRING - DAY)


def test_a_part_of_a_sentence_keeps_its_blanks(ebba: Staff) -> None:
    texts.save(ebba, "response", "utter_part_closed", {"sv": "Jobbet är stängt."})
    assert texts.current("response", "utter_part_closed", "sv") == " Jobbet är stängt."


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("Talk to us now", "Talk to Ebba now", "Talk to [us>Ebba] now"),
        ("Frågan är skickad till oss.", "Jag har skickat din fråga till oss.", "[Frågan är skickad>Jag har skickat din fråga] till oss."),
        ("", "Hej.", "[>Hej.]"),
        ("Sommarjobb annonseras varje vinter.", "Sök nu till sommaren!", "[Sommarjobb annonseras varje vinter.>Sök nu till sommaren!]"),
        ("Hej.", "Hej.", "Hej."),
    ],
)
def test_a_difference_is_shown_word_by_word(before: str, after: str, shown: str) -> None:
    found = "".join({"same": words, "gone": f"[{words}>", "new": f"+{words}]"}[kind] for kind, words in history.changes(before, after))
    assert found.replace(">+", ">").replace("+", "[>") == shown


def test_the_first_message_of_a_conversation_is_worded_too(ebba: Staff) -> None:
    assert greeting("fi", False)[0].startswith("Hei! Olen Lumi, tekoälyavustaja")
    texts.save(ebba, "response", "greeting", {"fi": "Moi, olen {name}, tekoäly."})
    assert greeting("fi", False)[0] == "Moi, olen Lumi, tekoäly."
    assert "Lumivik" in greeting("sv", True)[0]
