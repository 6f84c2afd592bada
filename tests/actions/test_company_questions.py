"""Questions and wordings that come from the studio: answered and spoken without code or training."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from actions import gateway, overlay, texts
from tests.actions.office import Office, in_each
from tests.actions.talk import Candidate

DOG = "company_dog"
TITLES = in_each("Hund på jobbet", "Koira töihin", "Dogs at work")


@pytest.fixture(autouse=True)
def nothing_worded() -> Iterator[None]:
    overlay.use({})
    yield
    overlay.use({})


@pytest.fixture
def worded(office: Office) -> Callable[..., None]:
    """Lets the assistant read these texts as it does in the background."""

    def read(**kinds: Any) -> None:
        async def once() -> None:
            gateway.use(office.gateway())
            await overlay.refresh()

        office.worded = kinds
        asyncio.run(once())

    return read


def test_a_taught_question_is_answered_with_its_source_and_buttons(office: Office, language: str) -> None:
    office.answers[DOG] = ["en", "sv", "fi"]
    heard = Candidate(office, language).says(DOG, "får jag ta med min hund till jobbet?")
    assert heard.text == f"About {DOG} in {language}."
    assert heard.sources == [("answer", DOG)]
    assert {"/search_roles", "/request_human"} == set(heard.buttons.values())


def test_a_taught_question_without_an_answer_is_offered_to_a_recruiter(office: Office) -> None:
    candidate = Candidate(office, "sv")
    heard = candidate.says(DOG, "får jag ta med min hund?")
    assert heard.names == ["utter_company_unknown"]
    sent = candidate.says("affirm", "ja tack").effects
    assert [(e["kind"], e["topic"], e["question"]) for e in sent] == [("ask_recruiter", DOG, "får jag ta med min hund?")]


def test_did_you_mean_offers_a_taught_question_by_its_title(office: Office, language: str, worded: Callable[..., None]) -> None:
    office.answers[DOG] = ["en", "sv", "fi"]
    ranking = [("nlu_fallback", 0.3), (DOG, 0.29), ("ask_benefits", 0.2)]
    candidate = Candidate(office, language)
    assert "/company_dog" not in candidate.says("nlu_fallback", "hundar?", 0.3, ranking).buttons.values()
    worded(question_title={DOG: TITLES})
    candidate = Candidate(office, language)
    assert candidate.says("nlu_fallback", "hundar?", 0.3, ranking).buttons[TITLES[language]] == "/company_dog"
    assert candidate.says("affirm", "ja", 0.9).sources == [("answer", DOG)]
    assert candidate.presses("/company_dog").sources == [("answer", DOG)]


def test_texts_are_said_as_admins_have_worded_them(worded: Callable[..., None]) -> None:
    before = texts.word("recruiter", "en"), texts.button("person", "sv"), texts.title("ask_salary", "fi")
    worded(word={"recruiter": {"en": "our recruiter"}}, button={"person": {"sv": "Prata med oss"}}, title={"ask_salary": {"fi": "Paljonko maksetaan"}})
    assert (texts.word("recruiter", "en"), texts.button("person", "sv")) == ("our recruiter", "Prata med oss")
    assert texts.title("ask_salary", "fi") == "Paljonko maksetaan"
    assert texts.word("recruiter", "sv") == "rekryteraren"  # another language stays
    worded()
    assert (texts.word("recruiter", "en"), texts.button("person", "sv"), texts.title("ask_salary", "fi")) == before


def test_a_wording_with_a_field_that_nothing_fills_is_said_as_shipped(worded: Callable[..., None]) -> None:
    worded(response={"utter_part_moment": {"en": "{day}, {time_of_day}", "sv": "{day} klockan {clock}"}})
    assert texts.sentence("utter_part_moment", "en", day="Friday", clock="14:00") == "Friday at 14:00"
    assert texts.sentence("utter_part_moment", "sv", day="fredag", clock="14.00") == "fredag klockan 14.00"


@pytest.mark.parametrize("nonsense", [None, [], {"word": []}, {"word": {"recruiter": {"en": 3}}}, {"word": {"recruiter": None}}])
def test_nonsense_from_the_gateway_leaves_the_last_known_texts(worded: Callable[..., None], nonsense: Any) -> None:
    worded(word={"recruiter": {"en": "Ebba"}})
    overlay.use(nonsense)
    assert texts.word("recruiter", "en") == "Ebba"


def test_while_the_gateway_is_away_the_last_known_texts_count_and_then_the_new_ones(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlay, "EVERY", 0.01)

    async def through_an_outage() -> list[str]:
        gateway.use(office.gateway())
        office.worded = {"word": {"recruiter": {"en": "Ebba"}}}
        keeping = asyncio.create_task(overlay.keep_fresh())
        said = []
        for down, word in ((False, "Ebba"), (True, "Tomas"), (False, "Tomas")):
            office.down, office.worded = down, {"word": {"recruiter": {"en": word}}}
            await asyncio.sleep(0.1)
            said.append(texts.word("recruiter", "en"))
        keeping.cancel()
        return said

    assert asyncio.run(through_an_outage()) == ["Ebba", "Ebba", "Tomas"]
