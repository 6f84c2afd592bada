"""Mails: written with what they are about, sent once by whoever claims them first, tried again when it fails."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from apiflask import APIFlask
from sqlalchemy import func, select, update

from api import clock, jobs
from api.db import db
from api.outbox.models import Mail
from api.outbox.service import queue_mail, queue_nothing
from tests.api.conftest import MakeApp
from tests.api.serving import work


class Mailbox:
    """A mail server's handler: takes what it gets, or answers as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[list[str], EmailMessage]] = []
        self.answer = "250 OK"
        self.taking = threading.Event()
        self.taking.set()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taking.wait(5)
        if self.answer.startswith("250"):
            self.got.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return self.answer


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    """A running mail server and its address."""
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, f"smtp://127.0.0.1:{port}"
    controller.stop()


def queue(app: APIFlask, dedupe: str = "test:1", **mail: str) -> None:
    values = {"recipient": "aino@example.com", "subject": "Hej", "text": "Hej Aino", "language": "sv"} | mail
    with app.app_context():
        queue_mail(values["recipient"], values["subject"], values["text"], values["language"], dedupe)
        db.session.commit()


def deliver(app: APIFlask, after: timedelta = timedelta(0)) -> None:
    with clock.at(clock.now() + after), app.app_context():
        jobs.run_now("outbox.deliver")


def mails(app: APIFlask) -> list[Mail]:
    with app.app_context():
        found = list(db.session.scalars(select(Mail).order_by(Mail.created_at)))
        db.session.expunge_all()
        return found


def test_a_mail_arrives_whole_and_with_the_right_headers(make_app: MakeApp, mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    app = make_app(smtp_url=url, mail_from="Lumivik <desk@lumivik.example>")
    text = "Hei Aino,\n\nkoodisi on 123456. Säästä se. 💚\n.\n..piste\n" + "å" * 2000
    queue(app, subject="Koodisi — älä jaa sitä", text=text, language="fi")
    deliver(app)
    [(recipients, mail)] = box.got
    assert recipients == ["aino@example.com"]
    assert (mail["To"], mail["From"], mail["Subject"]) == ("aino@example.com", "Lumivik <desk@lumivik.example>", "Koodisi — älä jaa sitä")
    assert mail["Content-Language"] == "fi"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@lumivik.example>")
    assert abs(mail["Date"].datetime.replace(tzinfo=UTC) - clock.now()) < timedelta(minutes=1)
    assert mail.get_content().replace("\r\n", "\n").strip() == text.strip()
    [kept] = mails(app)
    assert (kept.status, kept.attempts, kept.error) == ("sent", 1, None)
    assert kept.sent_at is not None


def test_two_workers_that_race_send_a_mail_once(make_app: MakeApp, mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    apps = [make_app(smtp_url=url) for _ in range(2)]
    for n in range(4):
        queue(apps[0], f"test:{n}", subject=f"Mail {n}")
    together = threading.Barrier(4)

    def worker(n: int) -> None:
        together.wait()
        deliver_now(apps[n % 2])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(worker, range(4)))
    assert sorted(m["Subject"] for _, m in box.got) == ["Mail 0", "Mail 1", "Mail 2", "Mail 3"]
    assert {m.status for m in mails(apps[0])} == {"sent"}


def deliver_now(app: APIFlask) -> None:
    with app.app_context():
        jobs.run_now("outbox.deliver")


def test_what_is_sent_is_not_sent_again(make_app: MakeApp, mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    app = make_app(smtp_url=url)
    queue(app)
    for hours in (0, 0, 1, 100):
        deliver(app, timedelta(hours=hours))
    assert len(box.got) == 1


def test_the_same_reason_mails_once(app: APIFlask) -> None:
    queue(app, "handoff:1", subject="Först")
    queue(app, "handoff:1", subject="Igen")
    queue(app, "handoff:2", subject="En annan")
    assert [m.subject for m in mails(app)] == ["Först", "En annan"]


def test_a_mail_of_a_transaction_that_failed_is_never_sent(app: APIFlask) -> None:
    with app.app_context():
        queue_mail("aino@example.com", "Hej", "Hej", "sv", "test:1")
        db.session.rollback()
        deliver(app)
        assert db.session.scalar(select(func.count()).select_from(Mail)) == 0
    assert work(app) == 0


def test_the_commit_wakes_the_worker(app: APIFlask) -> None:
    queue(app)
    assert work(app) == 1
    assert [m.status for m in mails(app)] == ["kept"]


def test_a_refusal_is_tried_again_ever_more_patiently_for_about_two_days(make_app: MakeApp, mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    app = make_app(smtp_url=url)
    box.answer = "451 Not now"
    start = clock.now()
    with clock.at(start):
        queue(app)
    moment, waits = start, []
    while (mail := mails(app)[0]).status == "due" and len(waits) < 40:
        moment, before = max(mail.due_at, moment), moment
        waits.append((moment - before).total_seconds())
        with clock.at(moment):
            deliver_now(app)
    assert mail.status == "failed"
    assert mail.error == "SMTPDataError"
    assert waits[1:] == sorted(waits[1:])
    assert 30 <= waits[1] <= 300
    assert max(waits) <= 6 * 3600
    assert timedelta(hours=36) <= moment - start <= timedelta(hours=60)
    assert box.got == []


def test_a_mail_arrives_once_the_server_is_back(make_app: MakeApp, mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    app = make_app(smtp_url=url)
    box.answer = "421 Busy"
    queue(app)
    deliver(app)
    box.answer = "250 OK"
    deliver(app)
    assert box.got == [], "not before its time"
    deliver(app, timedelta(minutes=5))
    assert len(box.got) == 1


def test_a_server_that_is_away_is_no_error_of_ours(make_app: MakeApp) -> None:
    app = make_app(smtp_url="smtp://127.0.0.1:1")
    queue(app)
    deliver(app)
    [mail] = mails(app)
    assert (mail.status, mail.attempts, mail.error) == ("due", 1, "ConnectionRefusedError")


@pytest.fixture
def mute() -> Iterator[tuple[list[socket.socket], str]]:
    """A server that takes calls and hangs up without a word: whom it took, and its address."""
    calls: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with contextlib.suppress(OSError):  # closed below
                while True:
                    calls.append(server.accept()[0])
                    calls[-1].close()

        thread = threading.Thread(target=answer)
        thread.start()
        yield calls, f"smtp://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_a_server_out_of_reach_is_asked_once_and_no_other_mail_loses_a_try(make_app: MakeApp, mute: tuple[list[socket.socket], str]) -> None:
    calls, url = mute
    app, start = make_app(smtp_url=url), clock.now()
    with clock.at(start):
        for n in range(60):  # more than a round takes
            queue(app, f"test:{n}")
        deliver_now(app)
        deliver_now(app)
    assert len(calls) == 1
    found = sorted(((m.attempts, m.due_at - start, m.error) for m in mails(app)), key=str)
    assert found == [(0, timedelta(seconds=30), None)] * 59 + [(1, timedelta(minutes=1), "SMTPServerDisconnected")]
    with clock.at(start + timedelta(seconds=40)):
        deliver_now(app)
    assert len(calls) == 2
    assert sorted(m.attempts for m in mails(app)) == [0] * 58 + [1, 1]


def test_what_waited_for_a_server_out_of_reach_arrives_once_it_is_back(make_app: MakeApp, mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    away, app = make_app(smtp_url="smtp://127.0.0.1:1"), make_app(smtp_url=url)
    start = clock.now()
    with clock.at(start):
        for n in range(3):
            queue(app, f"test:{n}")
        deliver_now(away)
        deliver_now(app)
    assert box.got == [], "not before their time"
    with clock.at(start + timedelta(minutes=5)):
        deliver_now(app)
    assert len(box.got) == 3


def test_a_refusal_lets_the_others_go_on(make_app: MakeApp, mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    app = make_app(smtp_url=url)
    box.answer = "451 Not now"
    for n in range(3):
        queue(app, f"test:{n}")
    deliver(app)
    assert [m.attempts for m in mails(app)] == [1, 1, 1]


def test_the_claim_of_a_worker_that_died_expires(make_app: MakeApp, mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    app = make_app(smtp_url=url)
    queue(app)
    with app.app_context():  # what a claim leaves behind
        db.session.execute(update(Mail).values(due_at=clock.now() + timedelta(minutes=2), attempts=1))
        db.session.commit()
    deliver(app)
    assert box.got == []
    deliver(app, timedelta(minutes=3))
    assert len(box.got) == 1


def test_the_demo_keeps_mails_for_its_mailbox_page(app: APIFlask) -> None:
    queue(app)
    deliver(app)
    [mail] = mails(app)
    assert (mail.status, mail.error) == ("kept", None)
    assert mail.sent_at is not None


def test_the_stand_in_for_an_unknown_address_is_never_sent(make_app: MakeApp, mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    app = make_app(smtp_url=url)
    with app.app_context():
        queue_nothing("verification:1")
        db.session.commit()
    deliver(app)
    assert box.got == []


ATTACKS = {
    "subject": "Hej\r\nBcc: alla@example.com\r\n\r\nSpam",
    "subject with other line ends": "Hej\nBcc: alla@example.com\u2028Bcc: b@example.com\x0bBcc: c@example.com\x85X: y",
}


@pytest.mark.parametrize("subject", ATTACKS.values(), ids=ATTACKS.keys())
def test_a_subject_cannot_add_headers(make_app: MakeApp, mailbox: tuple[Mailbox, str], subject: str) -> None:
    box, url = mailbox
    app = make_app(smtp_url=url)
    queue(app, subject=subject)
    deliver(app)
    [(recipients, mail)] = box.got
    assert recipients == ["aino@example.com"]
    assert mail["Bcc"] is None
    assert mail["X"] is None
    assert mail.get_content().strip() == "Hej Aino"
    assert mail["Subject"].startswith("Hej Bcc: ")


WRONG_RECIPIENTS = ["aino@example.com\r\nBcc: alla@example.com", "aino@example.com\nBcc: alla@example.com", "äno@exämple.com", ""]


@pytest.mark.parametrize("recipient", WRONG_RECIPIENTS)
def test_a_recipient_that_is_none_harms_no_other_mail(make_app: MakeApp, mailbox: tuple[Mailbox, str], recipient: str) -> None:
    """An ATS may send anything as a recruiter's address."""
    box, url = mailbox
    app = make_app(smtp_url=url)
    queue(app, "test:wrong", recipient=recipient)
    queue(app, "test:right", recipient="eva@example.com")
    deliver(app)
    arrived = [(recipients, mail["Bcc"]) for recipients, mail in box.got if "eva@example.com" in recipients]
    assert arrived == [(["eva@example.com"], None)]
    assert all("alla@example.com" not in recipients for recipients, _ in box.got)
    for hours in (1, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 220, 240, 260, 280, 300, 320, 340):
        deliver(app, timedelta(hours=hours))
    assert {m.status for m in mails(app)} <= {"sent", "failed"}
