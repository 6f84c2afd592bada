"""What a candidate does on the demo careers site, in a real browser, against the real desk."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.conftest import PHONE
from tests.e2e.desk import Desk
from tests.e2e.widget import STARTS, Widget

PAY = {
    "sv": ("vad är lönen?", "36 000–42 000 kr/mån"),
    "fi": ("mikä on palkka?", "36 000–42 000"),
    "en": ("what is the salary?", "SEK 36,000–42,000"),
}


@pytest.mark.parametrize("language", list(PAY))
def test_a_question_on_a_roles_page_is_about_that_role(desk: Desk, page: Page, language: str) -> None:
    question, answer = PAY[language]
    page.goto(f"{desk.url}/roles/LV-101?language={language}")
    chat = Widget(page, language).open()
    chat.sees("Lumi")
    chat.say(question)
    chat.sees(re.compile(re.escape(answer).replace("\\ ", r"\s").replace(" ", r"\s")))
    chat.sees("LV-101")


def test_the_first_message_says_that_it_is_an_ai(desk: Desk, page: Page) -> None:
    page.goto(f"{desk.url}/?language=sv")
    Widget(page).open().sees("AI-assistent hos Lumivik")


def mailed_code(context: BrowserContext, desk: Desk, address: str) -> str:
    """The newest code in the demo's mailbox."""
    mailbox = context.new_page()
    for _ in range(20):
        mailbox.goto(f"{desk.url}/demo/mailbox?language=sv&to={address}")
        found = re.findall(r"\b\d{6}\b", mailbox.locator("main").inner_text())
        if found:
            mailbox.close()
            return str(found[0])
        mailbox.wait_for_timeout(500)
    raise AssertionError(f"no code for {address} in the mailbox")


def prove(chat: Widget, context: BrowserContext, desk: Desk, address: str) -> None:
    """Give the address and the mailed code."""
    chat.say(address)
    chat.sees(re.compile("sex siffror|six digits|kuusi numeroa"))
    chat.say(mailed_code(context, desk, address))


def test_stage_and_next_contact_after_the_mailed_code(desk: Desk, context: BrowserContext, page: Page) -> None:
    page.goto(f"{desk.url}/?language=sv")
    chat = Widget(page).open()
    chat.say("Hur går det med min ansökan?")
    chat.sees(re.compile("mejladress|e-postadress"))
    prove(chat, context, desk, "elin.bergqvist@example.com")
    chat.sees(re.compile("intervju", re.I))
    chat.say("Vem hör av sig till mig och när?")
    chat.sees("Ebba")
    chat.sees(re.compile("senast", re.I))


def test_a_wrong_code_opens_nothing(desk: Desk, context: BrowserContext, page: Page) -> None:
    page.goto(f"{desk.url}/?language=sv")
    chat = Widget(page).open()
    chat.say("Har min ansökan kommit fram?")
    chat.sees(re.compile("mejladress|e-postadress"))
    chat.say("aada.nieminen@example.com")
    right = mailed_code(context, desk, "aada.nieminen@example.com")
    chat.say(f"{(int(right) + 1) % 1_000_000:06d}")
    chat.sees(re.compile("stämde inte", re.I))
    expect(chat.log).not_to_contain_text("Aino")


def test_the_link_in_an_ats_mail_opens_the_chat_as_the_candidate(desk: Desk, page: Page) -> None:
    key = desk.run("keys", "add", "e2e").split()[0]
    made = httpx.post(f"{desk.url}/api/v1/applications/A-1001/link", headers={"Authorization": f"Bearer {key}"}, timeout=20)
    assert made.status_code == 200, made.text
    page.goto(made.json()["url"])
    chat = Widget(page)
    expect(chat.input).to_be_visible()
    chat.say("Hur går det med min ansökan?")
    chat.sees(re.compile("intervju|urval|tagit emot|erbjudande", re.I))
    expect(chat.log).not_to_contain_text(re.compile("mejladress|e-postadress"))


def test_withdrawing_asks_first_and_tells_the_recruiter(desk: Desk, context: BrowserContext, page: Page) -> None:
    page.goto(f"{desk.url}/?language=en")
    chat = Widget(page, "en").open()
    chat.say("I want to withdraw my application")
    chat.sees(re.compile("email address"))
    prove(chat, context, desk, "oleksandr.kovalenko@example.net")
    chat.sees(re.compile("withdraw", re.I))
    page.get_by_role("button", name=re.compile("^Yes")).last.click()
    page.get_by_role("button", name=re.compile("without|skip|rather not|no reason", re.I)).last.click()
    chat.sees(re.compile("is withdrawn|has been withdrawn|have withdrawn", re.I))
    mailbox = context.new_page()
    mailbox.goto(f"{desk.url}/demo/mailbox?language=en")
    expect(mailbox.locator("main")).to_contain_text("has withdrawn")


def test_a_reload_in_the_middle_keeps_everything(desk: Desk, page: Page) -> None:
    page.goto(f"{desk.url}/roles/LV-102?language=fi")
    chat = Widget(page, "fi").open()
    chat.say("mikä on palkka?")
    chat.sees(re.compile("€/kk|€/h"))
    page.reload()
    if not chat.input.is_visible():
        chat.open()
    chat.sees("mikä on palkka?")
    chat.sees(re.compile("€/kk|€/h"))
    chat.say("entä milloin työ alkaa?")
    chat.sees(re.compile("alkaa", re.I))


def test_two_tabs_agree(desk: Desk, context: BrowserContext, page: Page) -> None:
    page.goto(f"{desk.url}/roles/LV-103?language=en")
    first = Widget(page, "en").open()
    first.say("what is the salary?")
    first.sees(re.compile(r"50,000.62,000"))
    other = context.new_page()
    other.goto(f"{desk.url}/roles/LV-103?language=en")
    second = Widget(other, "en")
    if not second.input.is_visible():
        second.open()
    second.sees(re.compile(r"50,000.62,000"))
    second.say("can I work from home?")
    first.sees("can I work from home?")
    expect(first.log.get_by_text("can I work from home?")).to_have_count(1)


def test_messages_wait_in_the_browser_while_offline_and_go_out_once(desk: Desk, context: BrowserContext, page: Page) -> None:
    page.goto(f"{desk.url}/roles/LV-101?language=sv")
    chat = Widget(page).open()
    chat.sees("AI-assistent")
    context.set_offline(True)
    chat.say("vilket datum börjar jobbet?")
    page.wait_for_timeout(1500)
    context.set_offline(False)
    chat.sees(STARTS["sv"], timeout=40_000)
    expect(chat.log.get_by_text("vilket datum börjar jobbet?")).to_have_count(1)


def test_typed_commands_are_only_text(desk: Desk, page: Page) -> None:
    page.goto(f"{desk.url}/roles/LV-101?language=en")
    chat = Widget(page, "en").open()
    chat.say('/ask_salary{"role_ref":"LV-103"}')
    chat.sees('/ask_salary{"role_ref":"LV-103"}')
    chat.sees("Did you mean")
    expect(chat.log).not_to_contain_text("50,000")
    chat.say("what is the salary?")
    chat.sees(re.compile(r"36,000.42,000"))
    chat.say("/restart")
    chat.sees("/restart")
    chat.say("and when does it start?")
    chat.sees(STARTS["en"])


def test_markup_is_shown_as_text(desk: Desk, page: Page) -> None:
    page.goto(f"{desk.url}/?language=en")
    chat = Widget(page, "en").open()
    chat.say('<img src=x onerror="document.title=1"><b>bold</b>')
    chat.sees('<img src=x onerror="document.title=1"><b>bold</b>')
    assert page.title() != "1"


def test_without_scripts_a_form_answers(desk: Desk, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="sv-SE", viewport=PHONE)
    page = context.new_page()
    page.goto(f"{desk.url}/chat/plain?language=sv&role=LV-101")
    page.get_by_role("textbox").fill("vad är lönen?")
    page.get_by_role("button", name="Skicka").click()
    expect(page.locator("main")).to_contain_text(re.compile(r"36\s000.42\s000"))
    page.get_by_role("textbox").fill("när börjar jobbet?")
    page.get_by_role("button", name="Skicka").click()
    expect(page.locator("main")).to_contain_text("när börjar jobbet?")
    expect(page.locator("main")).to_contain_text(re.compile(r"36\s000.42\s000"))
    context.close()


def test_by_keyboard_alone(desk: Desk, page: Page) -> None:
    page.goto(f"{desk.url}/roles/LV-101?language=en")
    button = page.get_by_role("button", name=re.compile("Ask us")).first
    button.focus()
    page.keyboard.press("Enter")
    chat = Widget(page, "en")
    expect(chat.input).to_be_focused()
    page.keyboard.type("what is the salary?")
    page.keyboard.press("Enter")
    chat.sees(re.compile(r"36,000.42,000"))
    expect(chat.input).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
