"""61 idle minutes, and a restart of every process in the middle of them, change nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from api import clock, jobs
from api.accounts import sessions
from api.accounts.models import Staff
from api.app import create_app
from api.config import load_settings
from api.conversations.models import Conversation
from api.db import db
from api.handoff.hours import office_for
from tests.api.serving import wait_for
from tests.e2e.desk import Desk, morning
from tests.e2e.desk_page import DeskPage, desk_context
from tests.e2e.widget import Widget

LONG = 90_000


@dataclass
class Hours:
    """A desk whose time is passed in, and its database and queue seen from here."""

    desk: Desk
    app: Any

    def turn_to(self, moment: datetime) -> None:
        """It is this time now, and the worker does what is due."""
        self.desk.turn_to(moment)
        with self.app.app_context():
            jobs.later("handoff.silent")

    @contextmanager
    def at_the_database(self) -> Iterator[Any]:
        with self.app.app_context(), clock.at(self.desk.now):
            yield db.session

    def token(self) -> str:
        """A session of Ebba's, who reads English."""
        with self.at_the_database() as session:
            ebba = session.scalars(select(Staff).where(Staff.name == "Ebba Sandström")).one()
            ebba.language, ebba.notify = "en", {"sound": False, "desktop": False}
            token = sessions.begin(ebba, "password", "a test")
            session.commit()
            return token

    def owners(self) -> list[tuple[str, bool]]:
        """Who has each conversation, the older first: owner, and whether a person holds it."""
        with self.at_the_database() as session:
            return [(c.owner, c.staff_id is not None) for c in session.scalars(select(Conversation).order_by(Conversation.created_at))]


@pytest.fixture(scope="module")
def hours(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Hours]:
    """Gateway, assistant and worker as `make up` starts them, on a working day's morning."""
    desk = Desk(tmp_path_factory.mktemp("hours"), models)
    app = create_app(load_settings(var=desk.var, log_level="ERROR"))
    with app.app_context():
        ten = morning(office_for("stockholm", "sv"))
    desk.turn_to(ten)
    try:
        desk.start()
        desk.wait()
        yield Hours(desk, app)
    finally:
        desk.stop_all()


@pytest.fixture
def ebba(hours: Hours, browser: Browser) -> Iterator[DeskPage]:
    context = desk_context(browser, hours.desk.url, hours.token())
    context.set_default_timeout(LONG)
    yield DeskPage(context.new_page(), hours.desk.url).open()
    context.close()


@pytest.fixture
def other(browser: Browser) -> Iterator[Page]:
    """Another candidate's browser."""
    context = browser.new_context(locale="en-GB", timezone_id="Europe/Stockholm", reduced_motion="reduce")
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def asks_for_a_person(page: Page, hours: Hours, question: str, answer: str | re.Pattern[str]) -> Widget:
    """A candidate whom the assistant has told something, and who wants a person then."""
    page.goto(f"{hours.desk.url}/?language=en")
    chat = Widget(page, "en").open()
    chat.say(question)
    chat.sees(answer)
    page.get_by_role("button", name="Talk to a person").first.click()
    return chat


def opens_who_waits(ebba: DeskPage, hours: Hours) -> None:
    """The one conversation in the queue, once its row is there: the one before may stand in the list a moment longer."""

    def waiting() -> list[str]:
        with hours.at_the_database() as session:
            return [c.id for c in session.scalars(select(Conversation).where(Conversation.owner == "queue"))]

    [id_] = wait_for(waiting)
    ebba.page.locator(f"#row-{id_}").click()
    expect(ebba.page.locator(f'#talk[data-id="{id_}"]')).to_be_visible()


def lines(log: Locator, *kinds: str) -> list[str]:
    """What people and the assistant said, in order, as it stands on the page."""
    wanted = ", ".join(f".{kind} .{part}" for kind in kinds for part in ("said", "bubble"))
    return [text.strip() for text in log.locator(wanted).all_inner_texts()]


def test_idle_minutes_and_a_restart_of_everything_change_nothing(hours: Hours, ebba: DeskPage, page: Page, other: Page) -> None:
    """Whom Ebba has answered she keeps; whom she lets wait she is warned of, and loses to the queue: restart or not."""
    begun = hours.desk.now
    chat = asks_for_a_person(page, hours, "What is the salary for LV-103?", re.compile(r"50,000.62,000"))
    opens_who_waits(ebba, hours)
    ebba.press("Claim")
    chat.sees("Ebba Sandström, recruiter, has joined")
    ebba.say("Hello, I am here if there is more.")
    chat.sees("Hello, I am here if there is more.")
    waits = asks_for_a_person(other, hours, "Do you have jobs in Gothenburg?", "4 open jobs (Gothenburg)")
    opens_who_waits(ebba, hours)
    ebba.press("Claim")
    waits.sees("Ebba Sandström, recruiter, has joined")
    ebba.page.get_by_role("link", name="Mine").click()
    ebba.choose("I am here if there is more")
    ebba.page.evaluate("window.unloaded = false")

    hours.turn_to(begun + timedelta(minutes=31))
    expect(ebba.page.locator("#talk-news")).to_contain_text("still waits for your answer", timeout=LONG)
    hours.desk.stop_all()
    chat.say("Yes: may I bring my dog?")
    ebba.say("Typed while nothing runs.")
    expect(ebba.page.get_by_role("alert").filter(has_text="What you typed is still here")).to_be_visible()
    expect(ebba.page.locator("#away")).to_be_visible(timeout=LONG)
    hours.turn_to(begun + timedelta(minutes=62))
    hours.desk.start()
    hours.desk.wait()

    expect(ebba.log).to_contain_text("may I bring my dog?", timeout=LONG)
    waits.sees("Ebba Sandström has not managed to answer", timeout=LONG)
    wait_for(lambda: hours.owners() == [("recruiter", True), ("queue", False)])
    expect(ebba.state).to_contain_text("You have this conversation")
    expect(ebba.reply_box).to_have_value("Typed while nothing runs.")
    ebba.reply_box.press("Enter")
    chat.sees("Typed while nothing runs.")
    goes_on(hours, ebba, chat)
    assert ebba.page.evaluate("window.unloaded === false"), "nothing was loaded anew"


def goes_on(hours: Hours, ebba: DeskPage, chat: Widget) -> None:
    """The assistant still knows which job was talked about; nothing has been lost or doubled on either side."""
    ebba.page.locator("#hand-back > summary").click()
    ebba.page.locator("#hand-back form").get_by_role("button").click()
    chat.sees("You are talking to the assistant again")
    chat.say("And when does it start?")
    expect(chat.log.get_by_text("Backend developer (Python)")).to_have_count(2)
    said = ["What is the salary for LV-103?", "Yes: may I bring my dog?", "And when does it start?"]
    answered = ["Hello, I am here if there is more.", "Typed while nothing runs."]
    for log in (chat.log, ebba.log):
        for text in said + answered:
            expect(log.get_by_text(text, exact=True)).to_have_count(1)
    assert [text for text in lines(ebba.log, "candidate", "recruiter") if text in said + answered] == [said[0], answered[0], said[1], answered[1], said[2]]
    assert hours.owners() == [("assistant", False), ("queue", False)]
