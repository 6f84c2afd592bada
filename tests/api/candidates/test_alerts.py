"""Job alerts: asked for in the chat, confirmed and ended behind links in mails."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from api import clock, jobs
from api.candidates.models import JobAlert
from api.conversations.models import Effect
from api.db import db
from tests.api.assistant import FakeAssistant
from tests.api.candidate import Candidate, over_flask
from tests.api.candidates.people import EVA, Letter, add_applicant, add_role, asks_for, letters, verify

OLA = "ola@example.com"


@pytest.fixture
def visitor(client: FlaskClient) -> Candidate:
    return Candidate(over_flask(client), "en")


def ask(fake: FakeAssistant, candidate: Candidate, kind: str = "job_alert_on", **fields: Any) -> str:
    """Have the effect carried out; what the desk said."""
    fake.script = asks_for(kind, **fields)
    candidate.say("please")
    return str(candidate.seen()[-1][1])


def statuses(app: APIFlask, email: str = OLA) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(JobAlert.status).where(JobAlert.email == email).order_by(JobAlert.created_at)))


def confirmed(app: APIFlask, client: FlaskClient, fake: FakeAssistant, email: str = OLA, **wishes: Any) -> Letter:
    """A confirmed alert, by the mail that asked."""
    ask(fake, Candidate(over_flask(client), "en"), email=email, **wishes)
    letter = letters(app, email)[-1]
    assert client.post(letter.path("/alerts/confirm/")).status_code == 200
    return letter


def sweep(app: APIFlask, after: timedelta = timedelta(minutes=3)) -> None:
    with clock.at(clock.now() + after), app.app_context():
        jobs.run_now("candidates.alerts")


def news(app: APIFlask, email: str = OLA) -> list[Letter]:
    return [letter for letter in letters(app, email) if letter.subject.startswith("New job")]


def test_an_alert_waits_for_its_confirmation(app: APIFlask, client: FlaskClient, visitor: Candidate, fake_assistant: FakeAssistant) -> None:
    ask(fake_assistant, visitor, email=" Ola@Example.com", field="it", location="Malmö")
    [letter] = letters(app)
    assert (letter.recipient, statuses(app)) == (OLA, ["pending"])
    page = client.get(letter.path("/alerts/confirm/"))
    assert (page.status_code, statuses(app)) == (200, ["pending"])
    done = client.post(letter.path("/alerts/confirm/"))
    assert (done.status_code, statuses(app)) == (200, ["confirmed"])
    assert client.post(letter.path("/alerts/confirm/")).status_code == 200


def test_the_address_is_not_kept_with_the_effect(app: APIFlask, visitor: Candidate, fake_assistant: FakeAssistant) -> None:
    ask(fake_assistant, visitor, email=OLA, field="it")
    with app.app_context():
        assert db.session.scalars(select(Effect)).one().data == {"field": "it"}


def test_no_alert_without_an_address(app: APIFlask, visitor: Candidate, fake_assistant: FakeAssistant) -> None:
    for wrong in ({}, {"email": "ola"}, {"email": None}):
        assert "mail address" in ask(fake_assistant, visitor, **wrong)
    assert letters(app) == []


def test_a_confirmation_comes_within_a_week(app: APIFlask, client: FlaskClient, visitor: Candidate, fake_assistant: FakeAssistant) -> None:
    ask(fake_assistant, visitor, email=OLA)
    path = letters(app)[0].path("/alerts/confirm/")
    with clock.at(clock.now() + timedelta(days=7, minutes=1)):
        assert client.post(path).status_code == 410
    assert statuses(app) == ["pending"]


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", ["/alerts/confirm/", "/alerts/end/"])
def test_a_link_that_nobody_signed_does_nothing(
    app: APIFlask, client: FlaskClient, visitor: Candidate, fake_assistant: FakeAssistant, method: str, path: str
) -> None:
    ask(fake_assistant, visitor, email=OLA)
    own = letters(app)[0]
    other = {"/alerts/confirm/": "/alerts/end/", "/alerts/end/": "/alerts/confirm/"}[path]
    swapped = own.path(other).removeprefix(other)
    for token in ("x", "x.y.z", swapped, own.path(path).removeprefix(path) + "A"):
        answer = getattr(client, method)(path + token)
        assert (answer.status_code, answer.mimetype) == (410, "text/html")
    assert statuses(app) == ["pending"]


def test_a_stranger_cannot_have_their_words_mailed(app: APIFlask, visitor: Candidate, fake_assistant: FakeAssistant) -> None:
    """The mail goes to whatever address was typed: what stands in it must not be another's advertisement."""
    ask(fake_assistant, visitor, email=OLA, field="buy now", location="Win! https://evil.example/?a=1 <b>")
    [letter] = letters(app)
    assert "buy now" not in letter.text
    assert "evil.example" not in letter.text
    assert "<b>" not in letter.text


def test_pages_are_plain_secret_and_strict(app: APIFlask, client: FlaskClient, visitor: Candidate, fake_assistant: FakeAssistant) -> None:
    ask(fake_assistant, visitor, email=OLA, location="<script>alert(1)</script>")
    page = client.get(letters(app)[0].path("/alerts/confirm/"))
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert OLA not in page.text
    styles = client.get("/pages.css")
    assert (styles.status_code, styles.mimetype) == (200, "text/css")


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_pages_speak_the_language_of_the_alert(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, language: str) -> None:
    ask(fake_assistant, Candidate(over_flask(client), language), email=OLA)
    page = client.get(letters(app)[0].path("/alerts/confirm/"), headers={"Accept-Language": "de"})
    assert f'<html lang="{language}">' in page.text


def test_a_new_role_is_told_once_to_those_whom_it_suits(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    confirmed(app, client, fake_assistant, field="it", location="malmö")
    confirmed(app, client, fake_assistant, "sales@example.com", field="sales")
    confirmed(app, client, fake_assistant, "umea@example.com", location="Umeå")
    add_role(app)
    for _ in range(3):
        sweep(app)
    [letter] = news(app)
    assert "Operations engineer (Malmö)" in letter.text
    assert "http://desk.test/roles/NV-1" in letter.text
    assert news(app, "sales@example.com") == news(app, "umea@example.com") == []


def test_alerts_of_summer_jobs_and_internships_tell_of_those_alone(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    asked = confirmed(app, client, fake_assistant, employment_type="summer")
    assert "Summer job" in asked.text
    assert "Summer job" in client.get(asked.path("/alerts/end/")).text
    confirmed(app, client, fake_assistant, "both@example.com", employment_type="summer", field="sales")
    confirmed(app, client, fake_assistant, "intern@example.com", employment_type="internship")
    confirmed(app, client, fake_assistant, "earlier@example.com", field="internship")
    add_role(app, "NV-1", employment_type="permanent", field="it", url="https://jobs.example/plain")
    add_role(app, "NV-2", employment_type="summer", field="it", url="https://jobs.example/summer")
    add_role(app, "NV-3", employment_type="temporary", field="internship", url="https://jobs.example/line")
    add_role(app, "NV-4", employment_type="internship", field="it", url="https://jobs.example/kind")
    sweep(app)
    told = {email: [name for name in ("plain", "summer", "line", "kind") for mail in news(app, email) if f"jobs.example/{name}" in mail.text]
            for email in (OLA, "both@example.com", "intern@example.com", "earlier@example.com")}  # fmt: skip
    assert told == {OLA: ["summer"], "both@example.com": [], "intern@example.com": ["line", "kind"], "earlier@example.com": ["line", "kind"]}


def test_an_alert_of_remote_work_tells_of_that_alone(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    asked = confirmed(app, client, fake_assistant, remote=True)
    assert "Remote" in asked.text
    add_role(app, "NV-1", remote="none", url="https://jobs.example/office")
    add_role(app, "NV-2", remote="full", url="https://jobs.example/anywhere")
    add_role(app, "NV-3", remote="hybrid", url="https://jobs.example/partly")
    sweep(app)
    told = " ".join(mail.text for mail in news(app))
    assert [name for name in ("office", "anywhere", "partly") if f"jobs.example/{name}" in told] == ["anywhere", "partly"]


def test_an_alert_of_an_unknown_kind_is_about_any(app: APIFlask, visitor: Candidate, fake_assistant: FakeAssistant) -> None:
    ask(fake_assistant, visitor, email=OLA, employment_type="buy now")
    [letter] = letters(app)
    assert "buy now" not in letter.text and "all our jobs" in letter.text


def test_roles_that_were_there_before_are_no_news(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    add_role(app)
    confirmed(app, client, fake_assistant)
    sweep(app)
    assert news(app) == []


def test_roles_that_come_together_are_one_mail(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    confirmed(app, client, fake_assistant)
    for number in (1, 2, 3):
        add_role(app, f"NV-{number}", url=f"https://jobs.example/{number}")
    sweep(app, timedelta(minutes=1))
    assert news(app) == []
    sweep(app)
    [letter] = news(app)
    assert [f"https://jobs.example/{n}" in letter.text for n in (1, 2, 3)] == [True] * 3


def test_a_role_is_told_of_when_it_opens(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    confirmed(app, client, fake_assistant)
    add_role(app, status="paused")
    sweep(app)
    assert news(app) == []
    add_role(app)
    sweep(app)
    assert len(news(app)) == 1


@pytest.mark.parametrize("state", [{"status": "closed"}, {"closes_on": "2020-01-01"}])
def test_a_role_that_is_over_is_not_told_of(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, state: dict[str, str]) -> None:
    confirmed(app, client, fake_assistant)
    add_role(app, **state)
    sweep(app)
    assert news(app) == []


def test_a_pending_alert_is_told_nothing(app: APIFlask, visitor: Candidate, fake_assistant: FakeAssistant) -> None:
    ask(fake_assistant, visitor, email=OLA)
    add_role(app)
    sweep(app)
    assert news(app) == []


def test_remote_work_suits_every_place(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    confirmed(app, client, fake_assistant, location="Umeå")
    add_role(app, remote="full")
    sweep(app)
    assert len(news(app)) == 1


def test_a_batch_left_half_told_is_told_to_its_end_and_nobody_twice(
    app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.candidates import tasks

    addresses = [f"p{n}@example.com" for n in range(5)]
    for address in addresses:
        confirmed(app, client, fake_assistant, address)
    add_role(app)
    monkeypatch.setattr(tasks, "AT_ONCE", 2)
    told, real = [], tasks._tell_some

    def dies_in_the_middle(batch: str, after: str) -> str | None:
        if told:
            raise RuntimeError("the worker stopped")
        told.append(1)
        return real(batch, after)

    monkeypatch.setattr(tasks, "_tell_some", dies_in_the_middle)
    with pytest.raises(RuntimeError):
        sweep(app)
    assert sum(len(news(app, a)) for a in addresses) == 2
    monkeypatch.setattr(tasks, "_tell_some", real)
    for minutes in (10, 20):
        sweep(app, timedelta(minutes=minutes))
    assert [len(news(app, a)) for a in addresses] == [1] * 5


def test_every_mail_has_a_way_out(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    confirmed(app, client, fake_assistant)
    add_role(app)
    sweep(app)
    for letter in letters(app, OLA):
        assert client.get(letter.path("/alerts/end/")).status_code == 200
    path = news(app)[0].path("/alerts/end/")
    assert statuses(app) == ["confirmed"]
    assert (client.post(path).status_code, statuses(app)) == (200, ["ended"])
    assert client.post(path).status_code == 200
    add_role(app, "NV-2")
    sweep(app)
    assert len(news(app)) == 1


def test_an_ended_alert_is_not_confirmed_by_its_old_link(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    letter = confirmed(app, client, fake_assistant)
    client.post(letter.path("/alerts/end/"))
    assert client.post(letter.path("/alerts/confirm/")).status_code == 410
    assert statuses(app) == ["ended"]


def test_the_proven_address_is_ended_at_once(app: APIFlask, client: FlaskClient, visitor: Candidate, fake_assistant: FakeAssistant) -> None:
    add_applicant(app)
    confirmed(app, client, fake_assistant, EVA)
    confirmed(app, client, fake_assistant, EVA, field="it")
    confirmed(app, client, fake_assistant, OLA)
    verify(app, visitor.id)
    ask(fake_assistant, visitor, "job_alert_off")
    assert (statuses(app, EVA), statuses(app, OLA)) == (["ended", "ended"], ["confirmed"])


def test_any_other_address_is_asked_by_mail(app: APIFlask, client: FlaskClient, visitor: Candidate, fake_assistant: FakeAssistant) -> None:
    confirmed(app, client, fake_assistant, OLA)
    confirmed(app, client, fake_assistant, OLA, field="it")
    ask(fake_assistant, visitor, "job_alert_off", email=OLA)
    assert statuses(app) == ["confirmed", "confirmed"]
    letter = letters(app, OLA)[-1]
    client.get(letter.path("/alerts/end/"))
    assert statuses(app) == ["confirmed", "confirmed"]
    client.post(letter.path("/alerts/end/"))
    assert statuses(app) == ["ended", "ended"]


def test_ending_says_the_same_for_an_unknown_address(app: APIFlask, client: FlaskClient, visitor: Candidate, fake_assistant: FakeAssistant) -> None:
    confirmed(app, client, fake_assistant)
    before = len(letters(app))
    known = ask(fake_assistant, visitor, "job_alert_off", email=OLA)
    assert known == ask(fake_assistant, visitor, "job_alert_off", email="nobody@example.com")
    assert len(letters(app)) == before + 1


def test_nobody_is_pestered(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    said = {ask(fake_assistant, Candidate(over_flask(client), "en"), email=OLA) for _ in range(6)}
    assert (len(said), len(letters(app, OLA))) == (1, 3)
    assert statuses(app) == ["pending"]


def test_a_conversation_writes_to_five_addresses_an_hour(app: APIFlask, visitor: Candidate, fake_assistant: FakeAssistant) -> None:
    for n in range(8):
        ask(fake_assistant, visitor, email=f"p{n}@example.com")
    assert len(letters(app)) == 5
