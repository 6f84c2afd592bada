"""The desk in a browser with scripts off: everything goes by links and forms."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from api.accounts.access import COOKIE
from api.config import demo_password
from api.db import db
from api.handoff.models import Request
from api.roles.models import Application, Promise
from tests.api.candidates.people import verify
from tests.e2e.conftest import PHONE
from tests.e2e.desk_gateway import EBBA, Gateway
from tests.e2e.desk_page import DeskPage

ELIN = "elin.bergqvist@example.com"


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A phone's browser with scripts off."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="en-GB", timezone_id="Europe/Stockholm")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def sign_in(desk: Gateway, page: Page) -> DeskPage:
    """By address and password, from the page that one wanted."""
    desk.token(EBBA)  # reads English from now on
    page.goto(f"{desk.url}/desk/?view=assistant")
    page.get_by_label("Mail address").fill("ebba.sandstrom@lumivik.example")
    page.get_by_label("Password").fill(demo_password(desk.app.config["SETTINGS"]))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation", name="Views").get_by_role("link", name="With the assistant")).to_have_attribute("aria-current", "true")
    assert COOKIE in {cookie["name"] for cookie in page.context.cookies()}
    return DeskPage(page, desk.url)


def menu(page: Page, name: str) -> None:
    page.locator("#state summary").filter(has_text=name).click()


def test_a_recruiters_day_without_scripts(gateway: Gateway, plain: Page) -> None:
    candidate = gateway.candidate("What is the pay?", language="sv")
    gateway.candidate("Another thing")
    verify(gateway.app, candidate.id, ELIN)
    with gateway.app.app_context():
        db.session.add(Request(kind="feedback_call", conversation_id=candidate.id, text="After five, please", data={}))
        db.session.commit()
    desk = sign_in(gateway, plain)
    finds(desk)
    desk.choose("Elin Bergqvist")
    talks(desk)
    expect(plain.locator("#summary")).to_contain_text("What is the pay?")
    assert [text for who, text in candidate.seen() if who == "recruiter"] == ["38 000 kronor.", "Lumi hjälper dig nu."]
    promises(gateway, desk)
    requests(desk)
    desk.open("/desk/account")
    desk.press("Sign out")
    desk.open("/desk/")
    expect(plain.get_by_role("button", name="Sign in")).to_be_visible()


def finds(desk: DeskPage) -> None:
    """Views, filters and the search."""
    desk.page.get_by_role("link", name="Waiting").click()
    expect(desk.rows).to_have_count(2)
    desk.page.locator("#sieve summary").click()
    desk.page.get_by_label("Who they are").select_option("no")
    desk.press("Search and filter")
    expect(desk.rows).to_have_count(1)
    desk.page.get_by_role("link", name="Clear all").click()
    desk.page.get_by_role("searchbox").fill("bergqvist")
    desk.page.get_by_role("searchbox").press("Enter")
    expect(desk.rows).to_have_count(1)


def talks(desk: DeskPage) -> None:
    """Claim, reply, note, label, put aside, hand back, take over, resolve."""
    page = desk.page
    desk.press("Claim")
    expect(desk.state).to_contain_text("You have this conversation")
    desk.reply_box.fill("38 000 kronor.")
    desk.press("Send")
    expect(desk.log.locator(".recruiter")).to_contain_text("38 000 kronor.")
    page.get_by_role("textbox", name="Note to colleagues").fill("Asked for the pay")
    desk.press("Save the note")
    expect(desk.log.locator(".note")).to_contain_text("Asked for the pay")
    page.get_by_role("combobox", name="Add a label").fill("pay")
    desk.press("Add")
    expect(page.get_by_role("button", name="Remove the label pay")).to_be_visible()
    menu(page, "Snooze")
    desk.press("In an hour")
    expect(desk.state).to_contain_text("Snoozed, back")
    desk.press("Back now")
    menu(page, "Hand back")
    page.get_by_label("A last word").fill("Lumi hjälper dig nu.")
    page.locator("#hand-back form").get_by_role("button").click()
    expect(desk.state).to_contain_text("answers. You read along")
    desk.press("Take over")
    menu(page, "Resolve")
    page.locator("#resolve form").get_by_role("button").click()
    expect(desk.state).to_contain_text("Resolved by Ebba Sandström")


def promises(gateway: Gateway, desk: DeskPage) -> None:
    """Another day from the candidate's card; kept, and taken back, in the list."""
    card = desk.page.locator("#application-A-1001")
    card.locator(".promise-menu summary").click()
    card.get_by_role("button", name="I'll mail by the end of next week").click()
    expect(card).to_contain_text("by mail")
    desk.page.get_by_role("link", name="Promises").click()
    desk.page.get_by_role("link", name="This week").click()
    with gateway.app.app_context():
        query = select(Promise).join(Application, Application.id == Promise.application_id).where(Application.ref == "A-1001", Promise.status == "open")
        db.session.scalars(query).one().due_on = db.session.scalars(query).one().made_at.date()
        db.session.commit()
    desk.page.get_by_role("link", name="Today").click()
    desk.page.locator("#application-A-1001").get_by_role("button", name="Kept").click()
    said = desk.page.get_by_role("status").filter(has_text="Noted as kept.")
    expect(said).to_be_visible()
    said.get_by_role("button", name="Take that back").click()
    expect(desk.page.get_by_role("status").filter(has_text="It is open again.")).to_be_visible()
    expect(desk.page.locator("#application-A-1001")).to_be_visible()


def requests(desk: DeskPage) -> None:
    """Done, and not done after all."""
    desk.page.get_by_role("link", name="Requests").click()
    expect(desk.page.locator("#requests")).to_contain_text("After five, please")
    desk.press("Done: Would like a call")
    expect(desk.page.get_by_role("status").filter(has_text="Done. It is under")).to_be_visible()
    desk.page.locator("#requests nav").get_by_role("link", name="Done").click()
    desk.press("Not done after all")
    expect(desk.page.get_by_role("status").filter(has_text="It is open again.")).to_be_visible()
