"""The gateway and the desk's pages for browser tests: one candidate with the chat on a role's page, recruiters in browsers of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import delete, select

from api import jobs
from api.accounts import sessions
from api.accounts.models import Staff
from api.app import create_app
from api.config import load_settings
from api.conversations.models import Conversation
from api.db import db
from api.demo import load
from api.handoff.hours import office_for
from api.migrations.run import upgrade
from tests.api.assistant import FakeAssistant, reply
from tests.api.candidate import Candidate, over_http
from tests.api.serving import served
from tests.e2e.desk import morning
from tests.e2e.desk_page import DeskPage, desk_context
from tests.e2e.widget import Widget

EBBA, PRIYA = "Ebba Sandström", "Priya Raman"


@dataclass
class Gateway:
    """The gateway in this process."""

    app: Any
    assistant: FakeAssistant
    url: str = ""
    errors: list[str] = field(default_factory=list)

    def token(self, name: str, **notify: bool) -> str:
        """A session of one of the demo's staff, who reads English."""
        with self.app.app_context():
            staff = db.session.scalars(select(Staff).where(Staff.name == name)).one()
            staff.language, staff.notify = "en", {"sound": False, "desktop": False} | notify
            token = sessions.begin(staff, "password", "a test")
            db.session.commit()
            return token

    def candidate(self, *texts: str, language: str = "en", person: bool = True) -> Candidate:
        """A candidate who has said this, and waits for a person."""
        found = Candidate(over_http(self.url), language, role="LV-101")
        for text in texts:
            found.say(text)
        if person:
            found.want_person()
        return found

    def row(self, id_: str) -> Conversation:
        with self.app.app_context():
            return db.session.get_one(Conversation, id_)

    def morning(self) -> datetime:
        """A time at which the office in Stockholm is open, and will be for hours."""
        with self.app.app_context():
            return morning(office_for("stockholm", "sv"))

    def work(self, job: str) -> None:
        """What the worker does every ten seconds."""
        with self.app.app_context():
            jobs.run_now(job)

    def only(self) -> Conversation:
        """The only conversation there is."""
        with self.app.app_context():
            return db.session.scalars(select(Conversation)).one()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    assistant = FakeAssistant()
    app = create_app(
        load_settings(env="demo", var=tmp_path_factory.mktemp("desk"), database_url="", rate_limit="off", assistant_url=assistant.url, log_level="ERROR")
    )
    with app.app_context():
        upgrade()
        load.load()
        db.session.commit()
    with served(app) as url:
        yield Gateway(app, assistant, url)
    assistant.close()


@pytest.fixture
def gateway(running: Gateway) -> Iterator[Gateway]:
    """Before anybody has said anything."""
    running.assistant.script = lambda body: reply(f"Echo: {body.get('text') or body.get('button')}", language="en", intent="ask_pay")
    yield running
    with running.app.app_context():
        db.session.execute(delete(Conversation))
        db.session.commit()


Opens = Callable[..., DeskPage]


@pytest.fixture
def opens(gateway: Gateway, browser: Browser) -> Iterator[Opens]:
    """Opens the desk for a recruiter in a browser of their own; a script error or a breach of the policy fails the test."""
    contexts = []

    def open_desk(name: str = EBBA, path: str = "/desk/", notify: dict[str, bool] | None = None, **options: Any) -> DeskPage:
        context = desk_context(browser, gateway.url, gateway.token(name, **(notify or {})), **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: gateway.errors.append(f"{name}: {error}"))
        page.on("console", lambda said: gateway.errors.append(f"{name}: {said.text}") if "Security Policy" in said.text else None)
        return DeskPage(page, gateway.url).open(path)

    yield open_desk
    for context in contexts:
        context.close()
    found, gateway.errors = gateway.errors, []
    assert found == []


@pytest.fixture
def chat(gateway: Gateway, page: Page) -> Widget:
    """A candidate's open chat in English."""
    page.goto(f"{gateway.url}/roles/LV-101?language=en")
    return Widget(page, "en").open()
