"""Every text exists in three languages, says the same facts, and is really spoken."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from actions import texts
from tests.actions.office import Office
from tests.actions.talk import Candidate

ROOT = Path(__file__).resolve().parents[2]
FIELD = re.compile(r"\{(\w+)\}")
TABLES = ("utter_words", "utter_titles", "utter_buttons")
# Names that the actions put together: utter_status_{status}.
PUT_TOGETHER = {
    "utter_role_remote_": ("none", "hybrid", "full"),
    "utter_status_": ("active", "rejected", "hired", "withdrawn"),
    "utter_part_line_": ("active", "rejected", "hired", "withdrawn"),
    "utter_erase_": ("sure", "done"),
    "utter_export_": ("sure", "done"),
}


def code() -> str:
    return "\n".join(file.read_text("utf-8") for file in sorted((ROOT / "actions").glob("*.py")))


def spoken_in_code() -> set[str]:
    whole = set(re.findall(r"utter_[a-z_]+[a-z]", code()))
    return whole | {start + end for start, ends in PUT_TOGETHER.items() for end in ends}


@pytest.mark.parametrize("name", sorted(texts.responses()))
def test_text_is_complete_and_has_the_same_fields_in_each_language(name: str) -> None:
    by_language = texts.responses()[name]
    assert set(by_language) == set(texts.LANGUAGES)
    assert all(by_language[language]["text"].strip() for language in texts.LANGUAGES)
    fields = [set(FIELD.findall(by_language[language]["text"])) for language in texts.LANGUAGES]
    assert fields[0] == fields[1] == fields[2]


@pytest.mark.parametrize("table", TABLES)
def test_table_has_the_same_words_in_each_language(table: str) -> None:
    keys = [set(texts.variation(table, language)["custom"]) for language in texts.LANGUAGES]
    assert keys[0] == keys[1] == keys[2]
    assert all(isinstance(key, str) for key in keys[0]), "YAML reads yes, no and on as true and false"
    assert all(word.strip() for language in texts.LANGUAGES for word in texts.variation(table, language)["custom"].values())


def test_every_text_is_spoken_by_an_action() -> None:
    assert set(texts.responses()) - spoken_in_code() == set()


def test_every_text_that_an_action_speaks_exists() -> None:
    asked_for = {name for name in spoken_in_code() if not name.endswith(("_remote", "_status", "_line"))}
    assert asked_for - set(texts.responses()) - {"utter_message"} == set()


def test_texts_story_lists_exactly_the_texts() -> None:
    """It is what lets validation see the texts as used."""
    story = yaml.safe_load((ROOT / "stories" / "texts.yml").read_text("utf-8"))
    listed = [step["action"] for step in story["stories"][0]["steps"]]
    assert sorted(listed) == sorted(texts.responses())


def test_every_question_has_a_title() -> None:
    intents = {
        intent
        for file in (ROOT / "nlu" / "domain").glob("*.yml")
        for intent in yaml.safe_load(file.read_text("utf-8")).get("intents") or []
    }  # fmt: skip
    untitled = {"greet", "goodbye", "thank", "affirm", "deny", "chitchat", "out_of_scope", "nlu_fallback"}
    events = {"external_verified", "external_code_wrong", "external_code_expired"}
    assert {intent for intent in intents if texts.title(intent, "sv")} == intents - untitled - events


def test_no_form_finds_a_text_named_after_its_slot() -> None:
    """Rasa would speak `utter_ask_<slot>` by itself, and the question would come twice."""
    slots = {
        slot
        for file in (ROOT / "nlu" / "domain").glob("*.yml")
        for form in (yaml.safe_load(file.read_text("utf-8")).get("forms") or {}).values()
        for slot in form["required_slots"]
    }  # fmt: skip
    assert not {f"utter_ask_{slot}" for slot in slots} & set(texts.responses())


def test_exclamation_marks_stand_only_in_greetings() -> None:
    loud = {name for name, each in texts.responses().items() for v in each.values() if "!" in v["text"]}
    assert loud <= {"utter_greet"}


def test_brackets_in_an_ad_do_not_look_like_unfilled_fields(office: Office) -> None:
    office.role("LV-101")["texts"]["en"]["requirements"] = "You know a[0] from a10[1] and {braces}."
    heard = Candidate(office, "en", page="LV-101").says("ask_requirements", "?")
    assert "0[" not in heard.text and "{braces}" in heard.text
