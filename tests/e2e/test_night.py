"""A person is asked for when everybody sleeps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.desk import Desk, closed_company
from tests.e2e.widget import Widget


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
