"""The lexicon: staff and the assistant read it alike."""

from __future__ import annotations

from api.config import ROOT
from api.examples import lexicon, near, suggestions
from api.examples.corpus import Corpus, Row, StudioData, effective
from api.examples.folding import fold, words_of
from api.examples.shipped import CONCEPTS, shipped
from nlu.components.concepts import Lexicon


def test_staff_see_the_concepts_that_the_assistant_sees() -> None:
    theirs = Lexicon.read(ROOT / CONCEPTS)
    ours = lexicon.Lexicon((concept, item) for concept, _, item in shipped().concepts)
    texts = [text for _, text in shipped().by_key.values()][::80]
    assert all(ours.find(text) == theirs.find(words_of(text)) for text in texts)
    assert ours.find("Vad är lönen i timmen?") >= {"salary", "hourly_pay"}


def test_wordings_are_one_whatever_their_case_and_punctuation() -> None:
    assert fold("  Vad är  LÖNEN?! ") == fold("vad är lönen") == "vad är lönen"
    assert fold("??") == "??"
    long = "sana " * 500
    assert len(fold(long)) <= 220 and fold(long) != fold(long + "x")


def test_near_doubles_share_their_telling_words() -> None:
    said = [
        ("ask_team", "what kind of team is it"),
        ("ask_assessment", "what kind of test is it"),
        ("ask_team", "how big is the team"),
        ("ask_company", "how big is the teams"),
    ]
    said += [("greet", f"hello number {n} is it") for n in range(40)]
    held = Corpus({("en", fold(text)): Row("en", fold(text), text, intent, True) for intent, text in said}, StudioData())
    assert [(pair.row.text, pair.other.intent) for pair in near.pairs(held, "ask_team")] == []
    held = effective(shipped(), StudioData())
    row = held.of("ask_salary", "en")[0]
    held.rows["en", "x"] = Row("en", row.key, row.text, "ask_benefits", False)
    assert near.pairs(held, "ask_benefits")[0].other == row


def test_close_messages_are_those_of_the_same_language_that_are_not_there_yet() -> None:
    logged = [("en", "can my dog come to work"), ("en", "Can I bring my dog to the office"), ("sv", "får hunden följa med"), ("en", "where is the office")]
    found = suggestions.close_messages({"en": ["can i bring my dog to the office", "may my dog come to work"]}, logged)
    assert found == {"sv": [], "fi": [], "en": ["can my dog come to work"]}
