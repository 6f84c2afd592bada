"""The desk in browsers: one candidate with the chat on a role's page, two recruiters, in front of the real gateway."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import delete, select

from api import clock, jobs
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
from tests.api.candidates.people import verify
from tests.api.serving import served, wait_for
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.desk import morning
from tests.e2e.desk_page import DeskPage, desk_context
from tests.e2e.test_pages import PICTURES, faults
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


def test_from_escalation_to_hand_back_without_a_reload(gateway: Gateway, opens: Opens, chat: Widget) -> None:
    ebba, priya = opens(), opens(PRIYA)
    expect(ebba.page.locator("#rows .empty")).to_contain_text("Nobody waits")
    ebba.page.evaluate("window.unloaded = false")
    chat.say("What is the pay?")
    chat.sees("Echo: What is the pay?")
    chat.choose("Talk to a person")
    expect(ebba.row("What is the pay?").or_(ebba.row("Asked for a person"))).to_be_visible(timeout=8000)
    expect(priya.row("Asked for a person")).to_be_visible(timeout=8000)
    expect(ebba.page).to_have_title("(1) Inbox – Lumivik")
    ebba.choose("Asked for a person")
    expect(ebba.page.locator("#summary")).to_contain_text("What is the pay?")
    priya.choose("Asked for a person")
    expect(ebba.page.locator("#presence")).to_contain_text("Priya Raman looks")
    ebba.press("Claim")
    expect(ebba.state).to_contain_text("You have this conversation")
    chat.sees("Ebba Sandström, recruiter, has joined")
    expect(priya.state).to_contain_text("Ebba Sandström has this conversation")
    expect(ebba.state).to_contain_text("Reply due")
    ebba.say("38,000 to 44,000 kronor a month.")
    expect(ebba.state).not_to_contain_text("Reply due")
    chat.sees("38,000 to 44,000 kronor a month.")
    expect(priya.log).to_contain_text("38,000 to 44,000 kronor a month.")
    chat.say("Thank you, and when do I hear more?")
    expect(ebba.log).to_contain_text("when do I hear more?")
    ebba.press("Hand back")
    ebba.page.get_by_label("A last word").fill("Lumi helps you from here.")
    ebba.page.locator("#hand-back").get_by_role("button", name="Hand back").last.click()
    expect(ebba.state).to_contain_text("answers. You read along")
    chat.sees("Lumi helps you from here.")
    gateway.assistant.bodies.clear()
    chat.say("Hello again")
    chat.sees("Echo: Hello again")
    assert gateway.assistant.bodies[0]["state"] == {"turns": 1}, "the assistant goes on with what it knew"
    expect(ebba.log).to_contain_text("Echo: Hello again")
    assert ebba.page.evaluate("window.unloaded === false"), "nothing was loaded anew"
    assert ebba.log.get_by_text("Lumi helps you from here.", exact=True).count() == 1, "nothing stands there twice"


def test_of_two_who_claim_at_once_one_is_told_who_was_first(gateway: Gateway, opens: Opens) -> None:
    gateway.candidate("Hello?")
    ebba, priya = opens(), opens(PRIYA)
    for recruiter in (ebba, priya):
        recruiter.choose("Asked for a person")
        expect(recruiter.page.get_by_role("button", name="Claim")).to_be_visible()
    # Priya's page does not hear of it in time.
    priya.page.route("**/live*", lambda route: route.abort())
    ebba.press("Claim")
    expect(ebba.state).to_contain_text("You have this conversation")
    priya.press("Claim")
    expect(priya.page.get_by_role("alert").filter(has_text="Ebba Sandström has this conversation already.")).to_be_visible()
    assert gateway.only().staff_id is not None
    priya.page.unroute("**/live*")


def test_who_takes_over_while_the_assistant_computes_is_not_talked_over(gateway: Gateway, opens: Opens, chat: Widget) -> None:
    chat.say("Hello")
    chat.sees("Echo: Hello")
    asked, goes_on = threading.Event(), threading.Event()

    def compute(body: dict[str, Any]) -> dict[str, Any]:
        asked.set()
        goes_on.wait(30)
        return reply("The assistant's late answer.", language="en")

    gateway.assistant.script = compute
    chat.say("How many days off do I get?")
    assert asked.wait(20)
    ebba = opens(path=f"/desk/conversations/{gateway.only().id}")
    ebba.press("Take over")
    expect(ebba.state).to_contain_text("You have this conversation")
    chat.sees("Ebba Sandström, recruiter, has joined")
    goes_on.set()
    wait_for(lambda: gateway.row(gateway.only().id).lease is None)
    ebba.say("Thirty.")
    chat.sees("Thirty.")
    for log in (chat.log, ebba.log):
        expect(log).not_to_contain_text("late answer")
        expect(log.get_by_text("How many days off do I get?")).to_have_count(1)
    chat.page.reload()
    chat.sees("Thirty.")
    expect(chat.log).not_to_contain_text("late answer")


def test_a_claim_that_stays_silent_is_warned_of_and_goes_back_to_the_queue(gateway: Gateway, opens: Opens, page: Page) -> None:
    ten = gateway.morning()
    with clock.at(ten):
        page.goto(f"{gateway.url}/roles/LV-101?language=en")
        chat = Widget(page, "en").open()
        chat.say("Hello?")
        chat.sees("Echo: Hello?")
        chat.choose("Talk to a person")
        ebba, priya = opens(), opens(PRIYA)
        ebba.choose("Asked for a person")
        ebba.press("Claim")
        chat.sees("Ebba Sandström, recruiter, has joined")
        expect(priya.page.locator("#rows .empty")).to_contain_text("Nobody waits", timeout=15_000)
    with clock.at(ten + timedelta(minutes=31)):
        gateway.work("handoff.silent")
        expect(ebba.page.locator("#news")).to_contain_text("Visitor still waits for your answer", timeout=25_000)
        expect(ebba.state).to_contain_text("You have this conversation. The candidate still waits for your answer")
    with clock.at(ten + timedelta(minutes=62)):
        gateway.work("handoff.silent")
        chat.sees("Ebba Sandström has not managed to answer, I am sorry. I have asked the other recruiters to take over.")
        expect(ebba.state).to_contain_text("Waits for a person")
        priya.choose("Asked for a person")
        priya.press("Claim")
        chat.sees("Priya Raman, recruiter, has joined")
        gateway.work("handoff.silent")
        expect(priya.state).to_contain_text("You have this conversation")


def test_typing_and_seen_are_shown_both_ways(gateway: Gateway, opens: Opens) -> None:
    candidate = gateway.candidate("Hello?")
    ebba = opens(path=f"/desk/conversations/{candidate.id}")
    wait_for(lambda: gateway.row(candidate.id).staff_seen_seq > 0)
    ebba.press("Claim")
    ebba.say("Hello, how can I help?")
    expect(ebba.log.get_by_text("Sent", exact=True)).to_be_visible()
    assert candidate.ask("PUT", "typing", json={}).status in (200, 204)
    expect(ebba.page.locator("#presence")).to_contain_text("types")
    assert candidate.ask("PUT", "seen", json={"seq": gateway.row(candidate.id).last_seq}).status in (200, 204)
    expect(ebba.log.get_by_text("Seen", exact=True)).to_be_visible()


def test_what_is_being_written_outlives_reloads_refusals_and_a_line_that_breaks(gateway: Gateway, opens: Opens) -> None:
    candidate = gateway.candidate("Hello?")
    ebba = opens(path=f"/desk/conversations/{candidate.id}")
    ebba.press("Claim")
    ebba.reply_box.fill("Half a sent")
    ebba.page.reload()
    expect(ebba.reply_box).to_have_value("Half a sent")
    ebba.page.context.set_offline(True)
    ebba.say("Half a sentence, now whole.")
    expect(ebba.page.get_by_role("alert").filter(has_text="What you typed is still here")).to_be_visible()
    expect(ebba.page.locator("#away")).to_be_visible(timeout=10_000)
    candidate.say("Are you there?")
    ebba.page.context.set_offline(False)
    expect(ebba.log).to_contain_text("Are you there?", timeout=20_000)
    expect(ebba.page.locator("#away")).to_be_hidden()
    ebba.reply_box.press("Enter")
    expect(ebba.log).to_contain_text("Half a sentence, now whole.")
    expect(ebba.reply_box).to_have_value("")
    ebba.reply_box.fill("one")
    ebba.reply_box.press("Shift+Enter")
    ebba.reply_box.press_sequentially("two")
    ebba.reply_box.press("Enter")
    wait_for(lambda: [t for s, t in candidate.seen() if s == "recruiter"] == ["Half a sentence, now whole.", "one\ntwo"])


def test_ready_words_and_files_go_into_a_reply(gateway: Gateway, opens: Opens) -> None:
    candidate = gateway.candidate("Hello?")
    ebba = opens(path=f"/desk/conversations/{candidate.id}")
    ebba.press("Claim")
    ebba.page.locator("#insert > summary").click()
    first = ebba.page.locator("#picks button").first
    words = first.get_attribute("data-text") or ""
    first.click()
    expect(ebba.reply_box).to_have_value(words)
    ebba.page.locator("#attach").set_input_files({"name": "map.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(300)})
    expect(ebba.page.locator("#attached input[name=attachment]")).to_have_count(1)
    ebba.page.locator("#attach").set_input_files({"name": "bad.pdf", "mimeType": "application/pdf", "buffer": b"<script>"})
    expect(ebba.page.locator("#refusal")).not_to_be_empty()
    expect(ebba.page.locator("#attached li")).to_have_count(1)
    ebba.reply_box.press("Enter")
    expect(ebba.log.get_by_role("link", name="map.png")).to_be_visible()
    with ebba.page.expect_download() as download:
        ebba.log.get_by_role("link", name="map.png").click()
    assert download.value.suggested_filename == "map.png"
    assert ebba.log.get_by_text(words.splitlines()[0]).count() == 1


def test_new_work_is_told_by_title_sound_and_notification(gateway: Gateway, opens: Opens, browser: Browser) -> None:
    ebba = opens(notify={"sound": True, "desktop": True}, permissions=["notifications"])
    ebba.page.evaluate("""() => {
      window.told = []; document.hasFocus = () => false;
      window.Notification = class { static permission = "granted"; constructor(title) { told.push(title); } };
      window.AudioContext = class { state = "running"; currentTime = 0; destination = {}; constructor() { told.push("sound"); } };
      window.OscillatorNode = class { connect(next) { return next; } start() {} stop() {} };
      window.GainNode = class { gain = { setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} }; connect(next) { return next; } };
    }""")
    gateway.candidate("Secret words")
    wait_for(lambda: ebba.page.evaluate("told.length") >= 2)
    assert ebba.page.evaluate("told") == ["sound", "Visitor: Asked for a person"], "and not what was said"
    expect(ebba.page).to_have_title("(1) Inbox – Lumivik")
    expect(ebba.page.locator("#news a")).to_have_text("Visitor: Asked for a person")


def test_the_desk_goes_by_keys_alone(gateway: Gateway, opens: Opens) -> None:
    gateway.candidate("First")
    gateway.candidate("Second")
    ebba = opens()
    press = ebba.page.keyboard.press
    expect(ebba.rows).to_have_count(2)
    press("?")
    expect(ebba.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    press("Escape")
    expect(ebba.page.get_by_role("dialog")).to_be_hidden()
    press("j")
    press("Enter")
    expect(ebba.page.locator("#talk-name")).to_be_focused()
    press("c")
    expect(ebba.state).to_contain_text("You have this conversation")
    expect(ebba.reply_box).to_be_focused()
    ebba.page.keyboard.type("Hello?")
    press("Enter")
    expect(ebba.log).to_contain_text("Hello?")
    press("Escape")
    press("n")
    ebba.page.keyboard.type("A note, not a letter")
    press("Enter")
    expect(ebba.log.get_by_text("A note, not a letter")).to_be_visible()
    press("Escape")
    press("s")
    expect(ebba.page.get_by_role("button", name="In an hour")).to_be_focused()
    press("Enter")
    expect(ebba.state).to_contain_text("Snoozed, back")
    press("e")
    press("Enter")
    expect(ebba.state).to_contain_text("Resolved by Ebba Sandström")
    press("2")
    expect(ebba.page.locator("#rows .empty")).to_contain_text("You hold no conversation")
    press("/")
    expect(ebba.page.locator("#q")).to_be_focused()


def test_an_answer_that_comes_after_the_stream_has_told_is_heard_all_the_same(gateway: Gateway, opens: Opens) -> None:
    candidate = gateway.candidate("Hello?")
    ebba = opens()
    ebba.choose("Asked for a person")

    def late(route: Route) -> None:
        answer = route.fetch()
        time.sleep(1.5)
        route.fulfill(response=answer)

    ebba.page.route("**/claim", late)
    ebba.page.route("**/reply", late)
    ebba.page.keyboard.press("c")
    expect(ebba.reply_box).to_be_focused()
    ebba.page.keyboard.type("Good morning!")
    ebba.page.keyboard.press("Shift+Enter")
    ebba.page.keyboard.type("It is settled.")
    ebba.page.keyboard.press("Enter")
    ebba.page.keyboard.type(" And")
    expect(ebba.log).to_contain_text("It is settled.")
    expect(ebba.reply_box).to_have_value("And")
    expect(ebba.reply_box).to_be_focused()
    assert [text for sender, text in candidate.seen() if sender == "recruiter"] == ["Good morning!\nIt is settled."]


def test_a_row_that_is_pressed_while_the_list_comes_anew_opens(gateway: Gateway, opens: Opens) -> None:
    gateway.candidate("First")
    ebba = opens()
    ebba.row("Asked for a person").hover()
    ebba.page.mouse.down()
    with ebba.page.expect_response(lambda answer: answer.request.headers.get("hx-target") == "rows"):
        gateway.candidate("Second")
    ebba.page.mouse.up()
    expect(ebba.page.locator("#talk-name")).to_be_visible()
    expect(ebba.rows).to_have_count(2)


def test_one_pane_at_a_time_on_a_phone_with_ways_back(gateway: Gateway, opens: Opens) -> None:
    gateway.candidate("Hello?")
    ebba = opens(viewport=PHONE)
    ebba.choose("Asked for a person")
    expect(ebba.page.locator("#inbox")).to_be_hidden()
    expect(ebba.page.locator("#card")).to_be_hidden()
    ebba.press("Candidate")
    expect(ebba.page.locator("#card")).to_be_visible()
    expect(ebba.page.locator("#talk")).to_be_hidden()
    ebba.press("Conversation")
    expect(ebba.page.locator("#talk")).to_be_visible()
    ebba.page.get_by_role("link", name="Back to the list").click()
    expect(ebba.page.locator("#inbox")).to_be_visible()
    expect(ebba.page.locator("#talk")).to_be_hidden()
    expect(ebba.page).to_have_url(f"{gateway.url}/desk/")
    ebba.page.go_back()
    expect(ebba.page.locator("#talk")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(gateway: Gateway, opens: Opens, theme: str, viewport: dict[str, int]) -> None:
    candidate = gateway.candidate("Hello? " * 40)
    ebba = opens(viewport=viewport, color_scheme=theme)

    def check(where: str) -> None:
        assert faults(ebba.page) == [], where
        assert ebba.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{where} scrolls sideways"

    check("inbox")
    ebba.choose("Asked for a person")
    check("conversation in the queue")
    ebba.press("Claim")
    ebba.say("Hello!" * 60)
    expect(ebba.log).to_contain_text("Hello!")
    ebba.page.locator("#insert > summary").click()
    expect(ebba.page.locator("#picks button").first).to_be_visible()
    check("conversation of one's own, with a menu")
    ebba.page.keyboard.press("Escape")
    for menu in ("hand-back", "transfer", "snooze", "resolve"):
        ebba.page.locator(f"#{menu} > summary").click()
        check(menu)
        ebba.page.keyboard.press("Escape")
    ebba.open(f"/desk/conversations/{candidate.id}")
    if viewport is PHONE:
        ebba.press("Candidate")
    check("card")
    ebba.page.evaluate("document.getElementById('keys').showModal()")
    check("keys")
    ebba.open("/desk/requests")
    check("requests")
    ebba.open("/desk/conversations/nobodys")
    check("problem")


SAID = {
    "What is the pay?": ("ask_pay", "The pay is SEK 36,000 to 42,000 a month. That is from the job ad."),
    "Can I work from home?": ("ask_remote", "Two days a week after the first month, in agreement with your manager."),
    "Do I need a driving licence for this job?": ("ask_requirements", "Yes, a licence for cars (B)."),
    "When do I hear from you?": ("ask_timeline", "Within ten working days of the last day to apply."),
}
ASKED = list(SAID)[:2]


def answered(body: dict[str, Any]) -> dict[str, Any]:
    intent, text = SAID.get(body.get("text") or "", ("greet", "Hi!"))
    said = {"text": text, "language": "en", "buttons": [], "sources": [{"kind": "role", "ref": "LV-101"}]}
    return reply(replies=[said], language="en", intent=intent, confidence=0.97)


@pytest.mark.skipif(not os.environ.get("DESK_PICTURES"), reason="pictures for the README are taken on request")
@pytest.mark.parametrize(("theme", "viewport", "name"), [("light", DESKTOP | {"width": 1440}, "desk-light"), ("dark", PHONE, "desk-phone-dark")])
def test_pictures_for_the_readme(gateway: Gateway, opens: Opens, theme: str, viewport: dict[str, int], name: str) -> None:
    gateway.assistant.script = answered
    for question in list(SAID)[2:]:
        gateway.candidate(question)
    candidate = gateway.candidate(*ASKED)
    verify(gateway.app, candidate.id, "elin.bergqvist@example.com")
    ebba = opens(path=f"/desk/conversations/{candidate.id}", viewport=viewport, color_scheme=theme)
    ebba.press("Claim")
    candidate.say("Could I also begin a week later?")
    ebba.say("Hello Elin! Yes, a week later is fine. I'll call you by Friday about the details.")
    expect(ebba.state).not_to_contain_text("Reply due")
    ebba.page.locator("#summary > summary").click()
    ebba.page.wait_for_timeout(3000)
    ebba.page.screenshot(path=PICTURES / f"{name}.png")
