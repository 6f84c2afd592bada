"""Proving an address by a mailed code, as the assistant asks for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from api import clock
from api.candidates.models import Verification
from api.candidates.service import NoAddress, address
from api.db import db
from api.outbox.models import Mail
from tests.api.assistant import FakeAssistant, reply
from tests.api.candidate import Candidate, over_flask
from tests.api.candidates.people import EVA, add_applicant, asks_for, candidate_id, conversation, letters

Seen = list[tuple[str, str]]


@pytest.fixture
def eva(app: APIFlask, client: FlaskClient) -> Candidate:
    """A visitor, and an application by Eva Nord that they may or may not know of."""
    add_applicant(app)
    return Candidate(over_flask(client))


def start(fake: FakeAssistant, candidate: Candidate, email: str = EVA) -> Seen:
    fake.script = asks_for("verification_start", email=email)
    before = len(candidate.seen())
    candidate.say("min adress")
    return candidate.seen()[before:]


def confirm(fake: FakeAssistant, candidate: Candidate, code: str) -> str:
    """Give a code; what the assistant was told of it."""
    fake.script = asks_for("verification_confirm", code=code)
    candidate.say("koden")
    return str(fake.bodies[-1]["button"])


def not_the(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_the_right_code_makes_the_conversation_the_candidates(app: APIFlask, eva: Candidate, fake_assistant: FakeAssistant) -> None:
    start(fake_assistant, eva)
    [letter] = letters(app)
    assert (letter.recipient, letter.language) == (EVA, "sv")
    assert confirm(fake_assistant, eva, letter.code) == "/external_verified"
    row = conversation(app, eva.id)
    assert (row.candidate_id, row.verified_by) == (candidate_id(app), "mail")
    assert fake_assistant.bodies[-1]["context"]["verified"] is True
    assert eva.seen()[-1][1].startswith("Event /external_verified")


def test_the_event_is_not_shown(app: APIFlask, eva: Candidate, fake_assistant: FakeAssistant) -> None:
    start(fake_assistant, eva)
    confirm(fake_assistant, eva, letters(app)[0].code)
    assert not [m for m in eva.history()["messages"] if m["text"] == "" or m["sender"] == "system" and "external" in m["text"]]


def test_an_unknown_address_gets_the_same_answer_and_no_mail(app: APIFlask, client: FlaskClient, eva: Candidate, fake_assistant: FakeAssistant) -> None:
    known = start(fake_assistant, eva)
    stranger = Candidate(over_flask(client))
    unknown = start(fake_assistant, stranger, "nobody@example.com")
    assert known == unknown
    assert [letter.recipient for letter in letters(app)] == [EVA]
    assert [confirm(fake_assistant, stranger, "000000") for _ in range(5)] == ["/external_code_wrong"] * 4 + ["/external_code_expired"]


def test_an_unknown_address_takes_the_same_statements(app: APIFlask, client: FlaskClient, eva: Candidate, fake_assistant: FakeAssistant) -> None:
    """The same work in the database, statement by statement, is what can be promised of time in a test."""
    ran: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda c, cursor, statement, *rest: ran.append(statement))

    def statements(email: str) -> list[str]:
        candidate = Candidate(over_flask(client))
        ran.clear()
        start(fake_assistant, candidate, email)
        return [statement for statement in ran if "FROM assistants" not in statement]  # asked once a second, for whichever turn comes then

    assert statements(EVA) == statements("nobody@example.com")


def test_an_address_is_found_however_it_is_written(app: APIFlask, eva: Candidate, fake_assistant: FakeAssistant) -> None:
    start(fake_assistant, eva, " Eva.NORD@example.com ")
    assert [letter.recipient for letter in letters(app)] == [EVA]


def test_what_is_no_address_is_said_to_be_none(app: APIFlask, eva: Candidate, fake_assistant: FakeAssistant) -> None:
    for wrong in ("eva", "", "eva@", "a@b@c", "x" * 300 + "@example.com", "e\u0000va@example.com"):
        assert start(fake_assistant, eva, wrong)[-1][0] == "system"
    assert letters(app) == []


@pytest.mark.parametrize(
    "wrong", ["eva@\ud800.com", "\ud800@example.com", "eva@exa\x00mple.com", "eva@.com", "eva nord@example.com", "eva@example.com\nBcc: all"]
)
def test_no_address_comes_through_that_could_not_be_stored_or_mailed(wrong: str) -> None:
    with pytest.raises(NoAddress):
        address(wrong)


def test_a_sixth_try_is_refused_even_with_the_right_code(app: APIFlask, eva: Candidate, fake_assistant: FakeAssistant) -> None:
    start(fake_assistant, eva)
    code = letters(app)[0].code
    outcomes = [confirm(fake_assistant, eva, not_the(code)) for _ in range(5)]
    assert outcomes == ["/external_code_wrong"] * 4 + ["/external_code_expired"]
    assert confirm(fake_assistant, eva, code) == "/external_code_expired"
    assert conversation(app, eva.id).candidate_id is None


def test_the_fifth_try_may_be_right(app: APIFlask, eva: Candidate, fake_assistant: FakeAssistant) -> None:
    start(fake_assistant, eva)
    code = letters(app)[0].code
    for _ in range(4):
        confirm(fake_assistant, eva, not_the(code))
    assert confirm(fake_assistant, eva, code) == "/external_verified"


@pytest.mark.parametrize(("minutes", "outcome"), [(9, "/external_verified"), (10, "/external_code_expired"), (600, "/external_code_expired")])
def test_a_code_is_valid_for_ten_minutes(app: APIFlask, eva: Candidate, fake_assistant: FakeAssistant, minutes: int, outcome: str) -> None:
    now = clock.now()
    with clock.at(now):
        start(fake_assistant, eva)
    with clock.at(now + timedelta(minutes=minutes)):
        assert confirm(fake_assistant, eva, letters(app)[0].code) == outcome


def test_only_the_newest_code_counts(app: APIFlask, eva: Candidate, fake_assistant: FakeAssistant) -> None:
    start(fake_assistant, eva)
    start(fake_assistant, eva)
    first, second = (letter.code for letter in letters(app))
    assert confirm(fake_assistant, eva, first) == "/external_code_wrong"
    assert confirm(fake_assistant, eva, second) == "/external_verified"


def test_a_new_code_gives_no_new_life_to_the_old_one(app: APIFlask, eva: Candidate, fake_assistant: FakeAssistant) -> None:
    """When the newest is used up, the ones before it stay dead."""
    start(fake_assistant, eva)
    start(fake_assistant, eva)
    first, second = (letter.code for letter in letters(app))
    for _ in range(5):
        confirm(fake_assistant, eva, not_the(second))
    assert confirm(fake_assistant, eva, first) == "/external_code_expired"


def test_a_code_works_once(app: APIFlask, eva: Candidate, fake_assistant: FakeAssistant) -> None:
    start(fake_assistant, eva)
    code = letters(app)[0].code
    confirm(fake_assistant, eva, code)
    assert confirm(fake_assistant, eva, code) == "/external_code_expired"


def test_a_code_of_another_conversation_is_worth_nothing(app: APIFlask, client: FlaskClient, eva: Candidate, fake_assistant: FakeAssistant) -> None:
    thief = Candidate(over_flask(client))
    start(fake_assistant, eva)
    code = letters(app)[0].code
    assert confirm(fake_assistant, thief, code) == "/external_code_expired"
    start(fake_assistant, thief, "nobody@example.com")
    assert confirm(fake_assistant, thief, code) in ("/external_code_wrong",)
    assert conversation(app, thief.id).candidate_id is None


def test_a_conversation_gets_three_codes_an_hour(app: APIFlask, eva: Candidate, fake_assistant: FakeAssistant) -> None:
    now = clock.now()
    with clock.at(now):
        said = [start(fake_assistant, eva)[-1][1] for _ in range(4)]
    assert said[0] == said[1] == said[2] != said[3]
    assert len(letters(app)) == 3
    with clock.at(now + timedelta(minutes=61)):
        assert start(fake_assistant, eva)[-1][1] == said[0]


def test_the_limit_of_a_conversation_tells_nothing_of_addresses(client: FlaskClient, eva: Candidate, fake_assistant: FakeAssistant) -> None:
    known = [start(fake_assistant, eva) for _ in range(4)]
    stranger = Candidate(over_flask(client))
    assert known == [start(fake_assistant, stranger, "nobody@example.com") for _ in range(4)]


def test_a_candidate_is_mailed_five_codes_an_hour_and_nobody_can_tell(
    app: APIFlask, client: FlaskClient, eva: Candidate, fake_assistant: FakeAssistant
) -> None:
    said = {start(fake_assistant, Candidate(over_flask(client)))[-1] for _ in range(7)}
    assert len(said) == 1
    assert len(letters(app)) == 5


def test_codes_are_not_kept_in_clear(app: APIFlask, eva: Candidate, fake_assistant: FakeAssistant) -> None:
    start(fake_assistant, eva)
    code = letters(app)[0].code
    with app.app_context():
        row = db.session.scalars(select(Verification)).one()
        assert code not in (row.code_hash, row.id)
        assert len(row.code_hash) == 64


def test_a_code_may_be_written_in_groups(app: APIFlask, eva: Candidate, fake_assistant: FakeAssistant) -> None:
    start(fake_assistant, eva)
    code = letters(app)[0].code
    assert confirm(fake_assistant, eva, f" {code[:3]} {code[3:]}.") == "/external_verified"


def test_another_candidates_applications_do_not_stay_in_the_assistants_mind(app: APIFlask, eva: Candidate, fake_assistant: FakeAssistant) -> None:
    add_applicant(app, "A-2", "ola@example.com", "Ola Ek")
    for email in (EVA, "ola@example.com"):
        start(fake_assistant, eva, email)
        confirm(fake_assistant, eva, letters(app, email)[-1].code)
        first_sight = fake_assistant.bodies[-1]
    assert first_sight["button"] == "/external_verified"
    assert first_sight["state"] is None
    assert conversation(app, eva.id).candidate_id == candidate_id(app, "ola@example.com")


def test_who_says_to_be_somebody_else_is_nobody_again(app: APIFlask, eva: Candidate, fake_assistant: FakeAssistant) -> None:
    start(fake_assistant, eva)
    confirm(fake_assistant, eva, letters(app)[-1].code)
    fake_assistant.script = asks_for("verification_end")
    eva.say("jag är inte Eva")
    row = conversation(app, eva.id)
    assert (row.candidate_id, row.verified_at, row.verified_by, row.reply_mail) == (None, None, None, None)
    fake_assistant.script = lambda body: reply()
    eva.say("hur går det?")
    assert fake_assistant.bodies[-1]["context"]["verified"] is False
    fake_assistant.script = asks_for("verification_end")
    eva.say("jag är inte Eva")
    assert conversation(app, eva.id).candidate_id is None


@pytest.mark.parametrize(("language", "word"), [("sv", "kod"), ("fi", "koodi"), ("en", "code")])
def test_the_mail_speaks_the_conversations_language(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, language: str, word: str) -> None:
    add_applicant(app)
    candidate = Candidate(over_flask(client), language)
    fake_assistant.script = asks_for("verification_start", email=EVA)
    candidate.say("123")
    [letter] = letters(app)
    assert letter.language == language
    assert word in letter.subject.lower() + letter.text.lower()


def test_an_unknown_address_leaves_no_trace_of_itself(app: APIFlask, eva: Candidate, fake_assistant: FakeAssistant) -> None:
    start(fake_assistant, eva, "nobody@example.com")
    with app.app_context():
        assert "nobody@example.com" not in [m.recipient for m in db.session.scalars(select(Mail))]
        assert db.session.scalars(select(Verification)).one().candidate_id is None
