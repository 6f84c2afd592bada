"""A person is asked for when everybody sleeps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from api import clock
from tests.e2e.desk import Desk, closed_company
from tests.e2e.desk_gateway import Gateway, Opens
from tests.e2e.widget import Widget

# The night before Finland's Independence Day, a Monday; in Sweden an ordinary working day.
SUNDAY_NIGHT = datetime(2027, 12, 5, 22, 30, tzinfo=ZoneInfo("Europe/Stockholm"))


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Desk]:
    """A desk whose offices open the day after tomorrow; its assistant is not needed for the button."""
    folder = tmp_path_factory.mktemp("night")
    found = Desk(folder, models, DESK_COMPANY_FILE=str(closed_company(folder)))
    try:
        found.start("gateway", "worker")
        found.wait(assistant=False)
        yield found
    finally:
        found.stop_all()


def test_asking_for_a_person_at_night_tells_when_somebody_answers(night: Desk, page: Page) -> None:
    page.goto(f"{night.url}/roles/LV-101?language=sv")
    chat = Widget(page).open()
    page.get_by_role("button", name="Prata med en person").first.click()
    chat.sees("Vi har stängt just nu")
    chat.sees(re.compile(r"svarar (måndag|tisdag|onsdag|torsdag|fredag|lördag|söndag) \d+ \w+ efter kl\. 08\.00"))
    chat.say("Jag når er inte på telefon")
    page.wait_for_timeout(1000)
    mailbox = page.context.new_page()
    mailbox.goto(f"{night.url}/demo/mailbox?language=sv")
    expect(mailbox.locator("main")).to_contain_text("waits for a person")
    chat.choose("Fråga assistenten i stället")
    chat.sees("Du pratar med assistenten igen")


def test_the_chat_says_that_the_assistant_is_waking_up(night: Desk, page: Page) -> None:
    page.goto(f"{night.url}/?language=sv")
    chat = Widget(page).open()
    chat.say("vilka jobb har ni?")
    expect(page.get_by_text(re.compile("håller på att vakna")).first).to_be_visible()
    night.start("assistant")
    night.wait()
    chat.sees("12 öppna jobb", timeout=60_000)
    expect(chat.log.get_by_text("vilka jobb har ni?")).to_have_count(1)


def ask_for_a_person(page: Page, url: str, role: str) -> Widget:
    """A candidate who reads English, on this role's page."""
    page.goto(f"{url}/roles/{role}?language=en")
    chat = Widget(page, "en").open()
    page.get_by_role("button", name="Talk to a person").first.click()
    return chat


def test_before_a_holiday_each_office_promises_its_own_next_morning(gateway: Gateway, opens: Opens, page: Page) -> None:
    elsewhere = page.context.browser.new_context(locale="fi-FI", timezone_id="Europe/Helsinki") if page.context.browser else None
    assert elsewhere is not None
    with clock.at(SUNDAY_NIGHT):
        ask_for_a_person(elsewhere.new_page(), gateway.url, "LV-102").sees("closed right now. A recruiter answers on Tuesday 7 December after 08:00")
        ask_for_a_person(page, gateway.url, "LV-101").sees("closed right now. A recruiter answers tomorrow after 08:00")
    with clock.at(SUNDAY_NIGHT + timedelta(hours=9, minutes=40)):
        ebba = opens()
        expect(ebba.rows).to_have_count(2)
        expect(ebba.rows.nth(0)).to_contain_text("Reply due in 50 min")
        expect(ebba.rows.nth(1)).to_contain_text("Reply due Tue 7 Dec 08:00")
        gateway.work("handoff.silent")
        gateway.work("handoff.unseen")
        expect(ebba.rows).to_have_count(2)
    elsewhere.close()
