"""Proving an address through the API, for clients with a form of their own."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from api.candidates.service import start_verification
from api.conversations.service import lock
from api.db import db, is_sqlite
from tests.api.assistant import FakeAssistant
from tests.api.candidate import Answer, Candidate, over_flask
from tests.api.candidates.people import EVA, add_applicant, candidate_id, conversation, letters


@pytest.fixture
def eva(app: APIFlask, client: FlaskClient) -> Candidate:
    add_applicant(app)
    return Candidate(over_flask(client))


def start(candidate: Candidate, email: str = EVA) -> Answer:
    return candidate.ask("POST", "verification", json={"email": email})


def confirm(candidate: Candidate, code: str) -> Answer:
    return candidate.ask("POST", "verification/confirm", json={"code": code})


def test_the_right_code_is_taken_and_the_assistant_goes_on(app: APIFlask, eva: Candidate, fake_assistant: FakeAssistant) -> None:
    assert start(eva).status == 202
    answer = confirm(eva, letters(app)[0].code)
    assert (answer.status, answer.json["status"]) == (200, "answered")
    assert conversation(app, eva.id).candidate_id == candidate_id(app)
    assert [b["button"] for b in fake_assistant.bodies] == ["/external_verified"]
    assert fake_assistant.bodies[0]["context"]["verified"] is True
    assert eva.seen()[-1] == ("assistant", "Echo: /external_verified")


def test_a_recruiters_conversation_is_proven_without_the_assistant(app: APIFlask, eva: Candidate, fake_assistant: FakeAssistant) -> None:
    eva.want_person()
    start(eva)
    answer = confirm(eva, letters(app, EVA)[0].code)
    assert (answer.status, answer.json["status"]) == (200, "with_recruiter")
    assert conversation(app, eva.id).candidate_id == candidate_id(app)
    assert fake_assistant.bodies == []


def test_the_answer_is_the_same_for_an_unknown_address(app: APIFlask, client: FlaskClient, eva: Candidate) -> None:
    known, unknown = start(eva), start(Candidate(over_flask(client)), "nobody@example.com")
    assert (known.status, known.text) == (unknown.status, unknown.text)
    assert len(letters(app)) == 1


def test_wrong_tries_count_although_they_are_refused(app: APIFlask, eva: Candidate) -> None:
    start(eva)
    code = letters(app)[0].code
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    answers = [confirm(eva, wrong) for _ in range(5)]
    assert [a.status for a in answers] == [422] * 5
    assert [a.json["type"] for a in answers] == ["/problems/code-wrong"] * 4 + ["/problems/code-expired"]
    assert confirm(eva, code).json["type"] == "/problems/code-expired"


def test_too_many_codes_are_refused(eva: Candidate) -> None:
    assert [start(eva).status for _ in range(4)] == [202, 202, 202, 429]


def test_a_candidate_is_mailed_five_codes_an_hour_also_if_all_are_asked_for_at_once(app: APIFlask, client: FlaskClient, eva: Candidate) -> None:
    crowd = [Candidate(over_flask(client)) for _ in range(8)]
    together = threading.Barrier(len(crowd))

    def ask(candidate: Candidate) -> int:
        with app.test_client() as browser:
            together.wait()
            return browser.post(f"{candidate.path}/verification", json={"email": EVA}, headers=candidate.headers).status_code

    with ThreadPoolExecutor(len(crowd)) as threads:
        assert list(threads.map(ask, crowd)) == [202] * 8
    assert len(letters(app, EVA)) == 5


@pytest.mark.parametrize(("email", "others"), [(EVA, EVA), ("nobody@example.com", "nobody@example.com"), ("nobody@example.com", EVA)])
def test_who_asks_for_a_code_while_another_does_waits_whether_the_address_is_known_or_not(
    app: APIFlask, client: FlaskClient, eva: Candidate, email: str, others: str
) -> None:
    """If only known ones let others wait, many requests at once would tell which are known."""
    first, second = (Candidate(over_flask(client)).id for _ in range(2))
    asked = threading.Event()

    def ask() -> None:
        with app.app_context():
            start_verification(lock(second), email)
            db.session.commit()
            asked.set()

    with ThreadPoolExecutor(1) as threads, app.app_context():
        start_verification(lock(first), others)
        other = threads.submit(ask)
        waited = not asked.wait(0.5 if email == others or is_sqlite() else 20)
        db.session.commit()
        other.result(20)
        assert waited == (email == others or is_sqlite()), "SQLite has one writer at a time"


@pytest.mark.parametrize("body", [{}, {"email": "eva"}, {"email": 7}, {"email": EVA, "more": 1}, {"email": "x" * 300 + "@example.com"}, {"email": "a@\x00.se"}])
def test_what_is_no_address_is_refused(eva: Candidate, body: dict[str, object]) -> None:
    assert eva.ask("POST", "verification", json=body).status == 422


@pytest.mark.parametrize("address", ["\ud800@example.com", "eva@\ud800.com", "eva@exa\u0000mple.com", "eva@" + "ä" * 200 + ".com", "å@example.com"])
def test_an_odd_address_breaks_nothing(client: FlaskClient, eva: Candidate, address: str) -> None:
    body = json.dumps({"email": address})  # in ASCII: half a character as a client may send it
    answer = client.post(f"{eva.path}/verification", data=body, content_type="application/json", headers=eva.headers)
    assert answer.status_code in (202, 422)


@pytest.mark.parametrize("body", [{}, {"code": ""}, {"code": 123456}, {"code": "1" * 13}])
def test_what_is_no_code_is_refused(eva: Candidate, body: dict[str, object]) -> None:
    assert eva.ask("POST", "verification/confirm", json=body).status == 422


@pytest.mark.parametrize("route", ["verification", "verification/confirm"])
def test_anothers_conversation_is_not_there(client: FlaskClient, eva: Candidate, route: str) -> None:
    other = Candidate(over_flask(client))
    body = {"email": EVA} if route == "verification" else {"code": "123456"}
    assert eva.ask("POST", route, json=body, headers=other.headers).status == 404
    assert client.post(f"{eva.path}/{route}", json=body).status_code == 401
