"""What a candidate sees of a person's help, in a browser: typing, seen, files, mail, the way back, and the rating."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import delete, select

from api import clock, jobs
from api.accounts.models import Staff
from api.app import create_app
from api.candidates.models import Feedback
from api.config import load_settings
from api.conversations.models import Conversation
from api.db import db
from api.demo import load
from api.handoff import attachments, claims, presence, replies
from api.migrations.run import upgrade
from api.outbox.models import Mail
from tests.api.assistant import FakeAssistant
from tests.api.candidate import new_client_id
from tests.api.serving import served

PHONE = {"width": 390, "height": 844}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 4000


@dataclass
class Desk:
    """The gateway in this process, and a recruiter who works with its services."""

    app: Any
    url: str = ""
    staff_id: str = ""

    @property
    def id(self) -> str:
        """The one conversation."""
        with self.app.app_context():
            return db.session.scalars(select(Conversation.id)).one()

    def _do(self, what: Any, *arguments: Any) -> Any:
        id_ = self.id
        with self.app.app_context():
            done = what(db.session.get_one(Staff, self.staff_id), id_, *arguments)
            db.session.commit()
            return done

    def claim(self) -> None:
        self._do(claims.claim)

    def resolve(self) -> None:
        self._do(claims.resolve)

    def hand_back(self) -> None:
        self._do(claims.hand_back)

    def says(self, text: str, *files: str) -> int:
        ids = [self._do(attachments.store, name, io.BytesIO(PNG)).id for name in files]
        return int(self._do(replies.reply, new_client_id(), text, ids).seq)

    def does(self, doing: str) -> None:
        id_ = self.id
        with self.app.app_context():
            presence.set(id_, self.staff_id, doing)
            db.session.commit()

    def reads(self) -> None:
        id_ = self.id
        with self.app.app_context():
            presence.seen(id_, "staff", 10_000)
            db.session.commit()

    def conversation(self) -> Conversation:
        id_ = self.id
        with self.app.app_context():
            return db.session.get_one(Conversation, id_)

    def candidate(self) -> str | None:
        id_ = self.id
        with self.app.app_context():
            return next((here.doing for here in presence.others(id_, self.staff_id) if here.who == presence.CANDIDATE), None)

    def mails(self, recipient: str) -> list[str]:
        with self.app.app_context():
            return list(db.session.scalars(select(Mail.text).where(Mail.recipient == recipient).order_by(Mail.created_at)))

    def sweep(self) -> None:
        with self.app.app_context():
            jobs.run_now("candidates.answered")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The gateway with the demo's roles and a recruiter."""
    assistant = FakeAssistant()
    app = create_app(
        load_settings(env="demo", var=tmp_path_factory.mktemp("person"), database_url="", rate_limit="off", assistant_url=assistant.url, log_level="ERROR")
    )
    found = Desk(app)
    with app.app_context():
        upgrade()
        load.load()
        staff = Staff(name="Greta Holm", email="greta@lumivik.example")
        db.session.add(staff)
        db.session.commit()
        found.staff_id = staff.id
    with served(app) as url:
        found.url = url
        app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"public_url": url})
        yield found
    assistant.close()


@pytest.fixture
def desk(running: Desk) -> Iterator[Desk]:
    """Before anybody has said anything."""
    yield running
    with running.app.app_context():
        db.session.execute(delete(Conversation))
        db.session.execute(delete(Mail))
        db.session.commit()


@pytest.fixture
def waiting(desk: Desk, page: Page) -> Page:
    """A candidate who has asked for a person."""
    page.goto(f"{desk.url}/roles/LV-101?language=sv")
    page.get_by_role("button", name="Fråga oss").click()
    say(page, "Kan någon hjälpa mig?")
    expect(log(page)).to_contain_text("Echo: Kan någon hjälpa mig?")
    page.get_by_role("button", name="Prata med en person").click()
    expect(panel(page)).to_contain_text("Väntar på en rekryterare")
    return page


def panel(page: Page) -> Any:
    return page.locator(".panel")


def log(page: Page) -> Any:
    return page.get_by_role("log")


def say(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Skriv ett meddelande").fill(text)
    page.keyboard.press("Enter")


def test_a_person_joins_types_reads_and_answers_with_a_file(desk: Desk, waiting: Page) -> None:
    desk.claim()
    expect(panel(waiting).get_by_role("heading")).to_have_text("Greta Holm")
    expect(log(waiting)).to_contain_text(re.compile("Greta Holm"))
    desk.does("typing")
    expect(waiting.get_by_text("Greta Holm skriver")).to_be_attached()
    desk.says("Här är schemat.", "schema.png")
    expect(log(waiting).locator("li.recruiter b")).to_have_text("Greta Holm, rekryterare")
    with waiting.expect_download() as saved:
        waiting.get_by_role("button", name=re.compile("schema.png.*5 kB")).click()
    assert saved.value.suggested_filename == "schema.png"
    assert saved.value.path().read_bytes() == PNG
    expect(waiting.get_by_text("Läst", exact=True)).to_have_count(0)
    expect(waiting.get_by_text("Greta Holm skriver")).to_be_hidden()
    say(waiting, "Tack, då ses vi")
    expect(log(waiting).locator("li.candidate:not(.pending)")).to_have_count(2)
    desk.reads()
    expect(waiting.get_by_text("Läst", exact=True)).to_be_visible()
    assert desk.conversation().candidate_seen_seq >= 5


def test_the_recruiter_sees_the_candidate_type_and_look(desk: Desk, waiting: Page) -> None:
    desk.claim()
    expect(panel(waiting).get_by_role("heading")).to_have_text("Greta Holm")
    with waiting.expect_request(re.compile("/typing$")):
        waiting.get_by_role("textbox", name="Skriv ett meddelande").press_sequentially("Hej")
    waiting.wait_for_timeout(300)
    assert desk.candidate() == "typing"


def test_an_answer_is_told_by_mail_and_its_link_opens_the_conversation_on_another_device(desk: Desk, waiting: Page, browser: Browser) -> None:
    waiting.get_by_role("button", name="Säg till med mejl").click()
    field = waiting.get_by_role("textbox", name="Din mejladress")
    expect(field).to_be_focused()
    field.fill("elin@example.com")
    field.press("Enter")
    expect(panel(waiting)).to_contain_text("Du får ett mejl när en rekryterare har svarat.")
    assert desk.conversation().reply_mail == "elin@example.com"
    desk.claim()
    waiting.goto("about:blank")
    desk.says("Ja, jag kan.")
    with clock.at(clock.now() + timedelta(minutes=3)):
        desk.sweep()
        (text,) = desk.mails("elin@example.com")
        link = next(line for line in text.splitlines() if "#reply=" in line)
        goes_on_elsewhere(browser, link)
    with clock.at(clock.now() + timedelta(minutes=9)):
        desk.sweep()
        assert len(desk.mails("elin@example.com")) == 1
        waiting.goto(f"{desk.url}/roles/LV-101?language=sv")
        expect(log(waiting)).to_contain_text("Vad bra, tack!")


def goes_on_elsewhere(browser: Browser, link: str) -> None:
    telephone = browser.new_context(viewport=PHONE, locale="sv-SE", has_touch=True, is_mobile=True)
    try:
        page = telephone.new_page()
        page.goto(link)
        expect(log(page)).to_contain_text("Ja, jag kan.")
        say(page, "Vad bra, tack!")
        expect(log(page).locator("li.candidate:not(.pending)").last).to_contain_text("Vad bra, tack!")
        page.reload()
        expect(log(page).locator("li.candidate").last).to_contain_text("Vad bra, tack!")
    finally:
        telephone.close()


def test_a_dead_link_starts_a_new_conversation_and_says_so(desk: Desk, page: Page) -> None:
    page.goto(f"{desk.url}/chat?language=sv#reply=nonsense.nonsense.nonsense")
    expect(panel(page)).to_contain_text("Den förra konversationen är avslutad")
    say(page, "hej")
    expect(log(page)).to_contain_text("Echo: hej")


def test_help_is_rated_by_one_tap_and_words_if_they_like(desk: Desk, waiting: Page) -> None:
    desk.claim()
    desk.says("Ja.")
    desk.resolve()
    expect(panel(waiting)).to_contain_text("Avslutad")
    group = waiting.get_by_role("group", name=re.compile("Hur bra hjälp"))
    group.get_by_role("button", name="4").click()
    words = waiting.get_by_role("textbox", name="Tack. Vill du berätta varför?")
    expect(words).to_be_focused()
    words.fill("Snabbt och vänligt")
    words.press("Enter")
    expect(panel(waiting)).to_contain_text("Tack, det hjälper oss.")
    expect(group).to_have_count(0)
    waiting.reload()
    expect(panel(waiting)).to_contain_text("Avslutad")
    expect(group).to_have_count(0)
    with desk.app.app_context():
        (kept,) = db.session.scalars(select(Feedback)).all()
        assert (kept.score, kept.comment) == (4, "Snabbt och vänligt")


def test_the_conversation_is_mailed_from_the_menu(desk: Desk, waiting: Page) -> None:
    waiting.get_by_role("button", name="Fler val").click()
    waiting.get_by_role("button", name="Mejla konversationen till mig").click()
    field = waiting.get_by_role("textbox", name="Din mejladress")
    field.fill("elin@example.com")
    waiting.get_by_role("button", name="Skicka").first.click()
    expect(panel(waiting)).to_contain_text("Ett mejl är på väg till dig.")
    assert "#reply=" in desk.mails("elin@example.com")[0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_anybodys_way(desk: Desk, waiting: Page, scheme: Any) -> None:
    """axe-core on each new state of the chat."""
    waiting.emulate_media(color_scheme=scheme)
    states = [
        lambda: waiting.get_by_role("button", name="Säg till med mejl").click(),
        lambda: (desk.claim(), desk.says("Här är det.", "schema.png"), desk.does("typing")),
        lambda: desk.resolve(),
        lambda: waiting.get_by_role("button", name="4", exact=True).click(),
    ]
    shown = [waiting.get_by_role("textbox", name="Din mejladress"), waiting.get_by_role("button", name=re.compile("schema.png")), waiting.locator(".scores")]
    for enter, there in zip(states, [*shown, waiting.get_by_role("textbox", name="Tack. Vill du berätta varför?")], strict=True):
        enter()
        expect(there).to_be_visible()
        found = Axe().run(waiting)
        assert found.violations_count == 0, found.generate_report()
