"""The widget in a browser, in front of the real gateway and an assistant that says what the test wants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import delete, select

from api.app import create_app
from api.config import load_settings
from api.conversations import service
from api.conversations.models import Conversation, Message
from api.db import db
from api.demo import load
from api.migrations.run import upgrade
from tests.api.assistant import FakeAssistant, reply
from tests.api.serving import served

PHONE = {"width": 390, "height": 844}


@dataclass
class Gateway:
    """The gateway in this process, and what it stored."""

    app: Any
    assistant: FakeAssistant
    url: str = ""
    broken: bool = False

    def said(self) -> list[str]:
        """All that candidates have said, in order."""
        with self.app.app_context():
            return list(db.session.scalars(select(Message.text).where(Message.sender == "candidate").order_by(Message.sent_at, Message.seq)))

    def conversations(self) -> int:
        with self.app.app_context():
            return len(db.session.scalars(select(Conversation.id)).all())

    def forget(self) -> None:
        """Everything said is erased."""
        with self.app.app_context():
            db.session.execute(delete(Conversation))
            db.session.commit()

    def recruiter_says(self, *texts: str) -> None:
        with self.app.app_context():
            for conversation in db.session.scalars(select(Conversation)):
                for text in texts:
                    service.append(conversation, service.Draft("recruiter", text, author="Ebba Sandström"))
            db.session.commit()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """The gateway with the demo's roles."""
    assistant = FakeAssistant()
    app = create_app(
        load_settings(env="demo", var=tmp_path_factory.mktemp("widget"), database_url="", rate_limit="off", assistant_url=assistant.url, log_level="ERROR")
    )
    found = Gateway(app, assistant)

    @app.before_request
    def fail() -> tuple[str, int] | None:
        return ("", 503) if found.broken else None

    with app.app_context():
        upgrade()
        load.load()
        db.session.commit()
    with served(app) as url:
        found.url = url
        yield found
    assistant.close()


@pytest.fixture
def gateway(running: Gateway) -> Iterator[Gateway]:
    """The gateway before anybody has said anything."""
    script = running.assistant.script
    yield running
    running.broken, running.assistant.delay, running.assistant.script = False, 0.0, script
    running.assistant.bodies.clear()
    running.forget()


@pytest.fixture
def chat(gateway: Gateway, page: Page) -> Page:
    """A role's page with the chat open."""
    page.goto(f"{gateway.url}/roles/LV-101?language=sv")
    open_chat(page)
    return page


def open_chat(page: Page) -> None:
    page.get_by_role("button", name="Fråga oss").click()
    expect(log(page).locator("li").first).to_contain_text("AI-assistent")


def log(page: Page) -> Locator:
    return page.get_by_role("log")


def say(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Skriv ett meddelande").fill(text)
    page.keyboard.press("Enter")


def answered(page: Page, text: str) -> None:
    expect(log(page).get_by_text(f"Echo: {text}", exact=True)).to_have_count(1)


def focused(page: Page) -> str:
    """What has the focus: `.class`, or its tag."""
    return page.evaluate(
        "(() => { const e = document.activeElement.shadowRoot?.activeElement ?? document.activeElement; return e.className ? `.${e.className}` : e.tagName })()"
    )


def test_what_is_written_offline_goes_out_once_and_in_order(gateway: Gateway, chat: Page, context: BrowserContext) -> None:
    context.set_offline(True)
    say(chat, "ett")
    say(chat, "två")
    expect(log(chat).get_by_text("Sparat här, skickas när det går")).to_have_count(2)
    context.set_offline(False)
    answered(chat, "två")
    assert gateway.said() == ["ett", "två"]


def test_a_message_outlives_the_tab_it_was_written_in(gateway: Gateway, chat: Page, context: BrowserContext) -> None:
    context.set_offline(True)
    say(chat, "senare")
    expect(log(chat).get_by_text("Sparat här")).to_be_visible()
    chat.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(f"{gateway.url}/?language=sv")
    open_chat(page)
    answered(page, "senare")
    assert gateway.said() == ["senare"]


def test_reload_in_the_middle_of_an_answer_keeps_everything(gateway: Gateway, chat: Page) -> None:
    gateway.assistant.delay = 1.5
    say(chat, "långsamt")
    expect(log(chat).get_by_text("långsamt")).to_be_visible()
    chat.wait_for_timeout(300)
    chat.reload()
    answered(chat, "långsamt")
    assert gateway.said() == ["långsamt"]
    assert log(chat).locator("li.candidate").count() == 1


def test_a_gateway_that_is_down_loses_nothing(gateway: Gateway, chat: Page) -> None:
    gateway.broken = True
    say(chat, "är ni där?")
    expect(chat.get_by_text("Inget du skrivit har försvunnit", exact=False).first).to_be_visible()
    gateway.broken = False
    chat.get_by_role("button", name="Försök nu").click()
    answered(chat, "är ni där?")
    assert gateway.said() == ["är ni där?"]


def test_two_tabs_show_the_same_and_send_once(gateway: Gateway, chat: Page, context: BrowserContext) -> None:
    other = context.new_page()
    other.goto(f"{gateway.url}/?language=sv")
    open_chat(other)
    say(chat, "från ett")
    answered(other, "från ett")
    say(other, "från två")
    answered(chat, "från två")
    assert gateway.said() == ["från ett", "från två"]
    assert gateway.conversations() == 1


def test_a_conversation_that_is_gone_makes_way_for_a_new_one(gateway: Gateway, chat: Page) -> None:
    say(chat, "ett")
    answered(chat, "ett")
    gateway.forget()
    say(chat, "finns du?")
    answered(chat, "finns du?")
    expect(log(chat).get_by_text("Echo: ett")).to_have_count(0)
    assert gateway.said() == ["finns du?"]


def test_unread_messages_are_counted_until_they_are_seen(gateway: Gateway, chat: Page) -> None:
    chat.keyboard.press("Escape")
    gateway.recruiter_says("Hej, det är Ebba.")
    chat.reload()
    button = chat.get_by_role("button", name="Fråga oss. Olästa meddelanden: 1")
    button.click()
    expect(log(chat).get_by_text("Ebba Sandström, rekryterare")).to_be_visible()
    chat.keyboard.press("Escape")
    expect(chat.get_by_role("button", name="Fråga oss", exact=True)).to_be_visible()


def test_history_is_not_read_out_again(gateway: Gateway, chat: Page) -> None:
    say(chat, "ett")
    answered(chat, "ett")
    spoken = chat.locator("[aria-live=polite]")
    expect(spoken).to_contain_text("Echo: ett")
    chat.reload()
    answered(chat, "ett")
    assert spoken.text_content() == ""


def test_keyboard_reaches_everything_and_focus_comes_back(chat: Page) -> None:
    assert focused(chat) == "TEXTAREA"
    wanted = {"Prata med en person", "Stäng chatten", "Fler val", "Språk"}
    for _ in range(20):  # the greeting's suggestions and the log are stops on the way
        chat.keyboard.press("Shift+Tab")
        wanted.discard(chat.evaluate("(() => { const e = document.activeElement.shadowRoot?.activeElement; return e && (e.ariaLabel || e.textContent) })()"))
        if not wanted:
            break
    assert not wanted
    chat.keyboard.press("Escape")
    assert focused(chat) == ".launcher"


def test_a_draft_survives_a_reload(chat: Page) -> None:
    chat.get_by_role("textbox").fill("ett utkast")
    chat.reload()
    expect(chat.get_by_role("textbox")).to_have_value("ett utkast")


def test_a_text_that_is_too_long_stays_in_the_input(gateway: Gateway, chat: Page) -> None:
    say(chat, "å" * 2001)
    expect(chat.get_by_text("1 tecken för mycket", exact=False).first).to_be_visible()
    assert gateway.said() == []


def test_markup_and_addresses_in_an_answer(gateway: Gateway, chat: Page) -> None:
    text = "<img src=x onerror=alert(1)> https://lumivik.example/lon. Ring +46 70 174 06 11 eller jobb@lumivik.example, javascript:alert(1)"
    gateway.assistant.script = lambda body: reply(text)
    say(chat, "hej")
    said = log(chat).locator("li.assistant p.text").last
    expect(said).to_contain_text("<img src=x")
    assert said.locator("img").count() == 0
    hrefs = said.locator("a").evaluate_all("links => links.map((a) => a.getAttribute('href'))")
    assert hrefs == ["https://lumivik.example/lon", "tel:+46701740611", "mailto:jobb@lumivik.example"]


def test_the_role_follows_the_page(gateway: Gateway, chat: Page) -> None:
    say(chat, "ett")
    answered(chat, "ett")
    chat.goto(f"{gateway.url}/roles/LV-102?language=sv")
    say(chat, "två")
    answered(chat, "två")
    assert [body["context"]["page_role"] for body in gateway.assistant.bodies] == ["LV-101", "LV-102"]


def test_language_is_switched_and_told(gateway: Gateway, chat: Page) -> None:
    chat.get_by_role("combobox", name="Språk").select_option("fi")
    chat.get_by_role("textbox", name="Kirjoita viesti").fill("123")
    chat.keyboard.press("Enter")
    answered(chat, "123")
    assert gateway.assistant.bodies[-1]["language"] == "fi"
    expect(log(chat).locator("li").last.locator("b")).to_have_text("Lumi, tekoälyavustaja")


def test_removing_leaves_nothing_in_the_browser(chat: Page) -> None:
    chat.on("dialog", lambda dialog: dialog.accept())
    chat.get_by_role("button", name="Fler val").click()
    chat.get_by_role("button", name="Ta bort från den här enheten").click()
    expect(chat.get_by_role("dialog")).to_be_hidden()
    assert not [key for key in chat.evaluate("Object.keys(localStorage)") if re.search("conversation|out", key)]


def test_no_token_stands_in_an_address(gateway: Gateway, page: Page) -> None:
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(f"{gateway.url}/roles/LV-101?language=sv")
    open_chat(page)
    say(page, "hej")
    answered(page, "hej")
    token = page.evaluate("JSON.parse(Object.entries(localStorage).find(([key]) => key.endsWith(':conversation'))[1]).token")
    assert token and not [address for address in addresses if token in address]


def test_it_fills_a_phone_and_is_a_modal_dialog_there(gateway: Gateway, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, locale="sv-SE", has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{gateway.url}/roles/LV-101?language=sv")
    open_chat(page)
    box = page.get_by_role("dialog").bounding_box()
    assert box == {"x": 0, "y": 0, **PHONE}
    assert page.locator("dialog:modal").count() == 1
    assert focused(page) == "H2"  # not the input: the keyboard would cover the greeting
    context.close()


def test_it_works_where_storage_is_refused(gateway: Gateway, page: Page) -> None:
    page.add_init_script("for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, { get() { throw new Error('no') } })")
    page.goto(f"{gateway.url}/roles/LV-101?language=sv")
    open_chat(page)
    say(page, "hej")
    answered(page, "hej")


def test_a_lost_answer_is_asked_for_again_with_the_same_id(gateway: Gateway, chat: Page) -> None:
    """A lost answer: the browser asks again with the same id."""
    lost: list[str] = []

    def lose(route: Any) -> None:
        if lost:
            route.continue_()
            return
        lost.append(httpx.post(route.request.url, content=route.request.post_data_buffer, headers=route.request.headers, timeout=30).text)
        route.abort()

    chat.route("**/messages", lambda route: lose(route) if route.request.method == "POST" else route.continue_())
    say(chat, "ett")
    answered(chat, "ett")
    expect(log(chat).locator("li.candidate")).to_have_count(1)
    chat.wait_for_timeout(2500)
    expect(log(chat).locator("li.candidate")).to_have_count(1)
    assert lost and gateway.said() == ["ett"]
    assert len(gateway.assistant.bodies) == 1


def test_an_open_chat_takes_no_focus_on_a_new_page(gateway: Gateway, chat: Page) -> None:
    chat.reload()
    expect(chat.get_by_role("dialog")).to_be_visible()
    assert focused(chat) == "BODY"


def test_turning_the_phone_keeps_the_chat_open_and_the_focus(chat: Page) -> None:
    chat.set_viewport_size(PHONE)
    expect(chat.locator("dialog:modal")).to_be_visible()
    assert focused(chat) == "TEXTAREA"
    chat.set_viewport_size({"width": 1280, "height": 900})
    expect(chat.locator("dialog:modal")).to_have_count(0)
    expect(chat.get_by_role("dialog")).to_be_visible()
    assert focused(chat) == "TEXTAREA"


def test_a_long_history_is_fetched_whole(gateway: Gateway, chat: Page) -> None:
    gateway.recruiter_says(*(f"nummer {number}." for number in range(510)))
    chat.reload()
    expect(log(chat).get_by_text("nummer 509.")).to_be_visible()
    assert chat.locator("[aria-live=polite]").text_content() == ""
