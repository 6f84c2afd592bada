"""The real server with the trained model, once for all of these tests."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from nlu.evaluate import read_questions
from nlu.train import file_sha256
from tests.nlu import desk

pytestmark = pytest.mark.server


def texts(answer: dict) -> str:
    return "\n".join(reply["text"] for reply in answer["replies"])


@pytest.mark.parametrize(("language", "text"), [("sv", "Vad är lönen?"), ("fi", "Mikä on palkka?"), ("en", "What is the salary?")])
def test_a_question_on_a_roles_page_is_answered_from_the_role(talk, language, text):
    talk.new_conversation(page_role="LV-101")
    answer = talk.say(text, language)
    assert answer["intent"] == "ask_salary"
    assert "38" in texts(answer) and "45" in texts(answer)
    assert {r["language"] for r in answer["replies"]} == {language}
    assert [s["ref"] for r in answer["replies"] for s in r["sources"]] == ["LV-101"]
    assert answer["model_id"] == talk.http.get("/readyz").json()["model_id"]


INTENTS = sorted({q.intent for q in read_questions(Path("tests/nlu"), "blind")})


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
@pytest.mark.parametrize("context", [{"page_role": "LV-101"}, {"page_role": "LV-108", "verified": True}, {}], ids=["page", "verified", "anywhere"])
def test_every_intent_is_answered_in_its_language(talk, language, context):
    for intent in INTENTS:
        talk.new_conversation(**context)
        answer = talk.press(f"/{intent}", language)
        assert answer["replies"], intent
        assert {reply["language"] for reply in answer["replies"]} == {language}, intent
        assert "None" not in texts(answer) and "{" not in texts(answer), intent


def test_two_questions_are_both_answered(talk):
    talk.new_conversation(page_role="LV-101")
    answer = talk.say("Vad är lönen och när är sista ansökningsdag?")
    assert "38" in texts(answer) and "11 december" in texts(answer)


def test_two_questions_about_no_role_are_asked_back_once_and_answered_together(talk):
    answer = talk.say("Vad är lönen och när börjar jobbet?")
    assert len(answer["replies"]) == 1
    button = next(b["button"] for b in answer["replies"][0]["buttons"] if "LV-101" in b["button"])
    answer = talk.press(button)
    assert "38" in texts(answer) and "11 januari" in texts(answer)


@pytest.mark.parametrize("typed", ["/restart", '/ask_salary{"role_ref":"LV-101"}', "/session_start", "/back"])
def test_a_typed_command_has_no_effect(talk, typed):
    talk.new_conversation(page_role="LV-101")
    talk.say("Vad är lönen?")
    answer = talk.say(typed)
    kept = {e["name"]: e["value"] for e in answer["state"]["events"] if e["event"] == "slot"}
    assert kept["role_ref"] == "LV-101"
    assert not {e["event"] for e in answer["state"]["events"]} & {"restart", "rewind"}


@pytest.mark.parametrize("text", ["", "/", "🤷", "\u202eabc", "<script>alert(1)</script>", "Ω≈ç√∫˜µ≤≥÷", "'; DROP TABLE x", "a" * 2000, "?" * 2000, "\x00"])
def test_odd_text_is_answered(talk, text):
    assert talk.say(text)["replies"]


def test_an_unclear_message_is_asked_back_with_alternatives(talk):
    answer = talk.say("jobb lön team intervju test data", "sv")
    if answer["intent"] == "nlu_fallback":
        assert 2 <= len(answer["alternatives"]) <= 4
        assert answer["replies"][0]["buttons"]


def test_the_same_turn_again_says_the_same(talk):
    talk.new_conversation(page_role="LV-101")
    first, second = (talk.post(text="Vilka förmåner har ni?").json() for _ in range(2))
    assert first == second


def test_a_language_switch_is_followed(talk):
    talk.new_conversation(page_role="LV-101")
    assert talk.say("Vad är lönen?", "sv")["replies"][0]["language"] == "sv"
    assert talk.say("What about benefits?", "en")["replies"][0]["language"] == "en"


@pytest.mark.parametrize("more", ["", " Och hur ligger min ansökan till?"], ids=["alone", "with a private question"])
def test_an_earlier_pay_is_not_in_the_state(talk, more):
    answer = talk.say(f"Jag tjänar 35 000 kr idag och vill ha 40 500 kr.{more}")
    assert "mask" in [effect["kind"] for effect in answer["effects"]]
    kept = json.dumps(answer["state"], ensure_ascii=False)
    assert "Jag tjänar •" in kept
    assert not re.search(r"35[ .]?000|40[ .]?500", kept), kept


def test_the_state_stays_small(talk):
    talk.new_conversation(page_role="LV-101")
    sizes = [len(json.dumps(talk.say(text)["state"])) for _ in range(5) for text in ("Vad är lönen?", "Hur ser teamet ut?", "tack")]
    assert max(sizes) < 8000


def test_the_shared_secret_is_needed(talk):
    for header in ({"Authorization": "Bearer wrong"}, {"Authorization": ""}, {"Authorization": "Bearer sécret".encode()}):
        response = httpx.post(talk.http.base_url.join("/turn"), json={}, headers=header)
        assert (response.status_code, response.json()["type"]) == (401, "wrong-secret")


@pytest.mark.parametrize(
    "change",
    [
        {"text": None},
        {"text": "x", "button": "/greet"},
        {"text": None, "button": "/no_such_intent"},
        {"text": None, "button": "/restart"},
        {"state": {"version": 0}},
        {"language": "de"},
    ],
)
def test_a_bad_body_gets_422_with_a_sentence(talk, change):
    response = talk.post(**{"text": "hej", **change})
    assert (response.status_code, response.json()["type"]) == (422, "bad-turn")
    assert response.json()["detail"].endswith(".")


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[1]", b'{"a":' * 500])
def test_a_body_that_is_not_json_gets_422(talk, content):
    assert talk.http.post("/turn", content=content).status_code == 422


def test_no_message_text_is_logged(talk):
    talk.say("hemligt: 198001011234")
    log = talk.log.read_text()
    assert "hemligt" not in log and "1980" not in log
    assert "conv-1" in log


def test_a_wrong_hash_is_refused(tmp_path):
    archive = tmp_path / "x.tar.gz"
    archive.write_bytes(b"something else")
    environment = {**os.environ, "DESK_ASSISTANT_SECRET": "s", "DESK_ASSISTANT_PORT": str(desk.free_port()), "DESK_NLU_MODEL": str(archive)}
    for sha256, why in (("0" * 64, "not the one"), (file_sha256(archive), "not a Rasa model")):
        run = subprocess.run(
            [sys.executable, "-m", "nlu.server"], env={**environment, "DESK_NLU_MODEL_SHA256": sha256}, capture_output=True, text=True, timeout=60
        )
        assert run.returncode == 1
        assert why in run.stdout


def test_a_missing_secret_is_said_at_once():
    environment = {k: v for k, v in os.environ.items() if k != "DESK_ASSISTANT_SECRET"}
    run = subprocess.run([sys.executable, "-m", "nlu.server"], env=environment, capture_output=True, text=True, timeout=60)
    assert (run.returncode, "DESK_ASSISTANT_SECRET is not set." in run.stdout) == (2, True)


def test_an_edited_text_is_said_within_seconds_without_training_and_so_is_its_end(talk):
    office = desk.FakeGateway.office
    as_shipped = texts(talk.press("/goodbye"))
    try:
        for worded, said in (({"response": {"utter_goodbye": {"sv": "Hej då, och lycka till."}}}, "Hej då, och lycka till."), ({}, as_shipped)):
            office.worded, since = worded, time.monotonic()
            while texts(talk.press("/goodbye")) != said:
                assert time.monotonic() - since < 10
                time.sleep(0.1)
            print(f"live after {time.monotonic() - since:.1f} s")
    finally:
        office.worded = {}


def test_an_old_button_of_a_question_that_is_no_longer_taught_is_not_understood_but_no_failure(talk):
    assert talk.press("/company_no_longer_taught")["replies"]
