"""An admin words a text in a real browser: the preview follows, faults are told while typing, the next conversation begins with it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.desk_gateway import Gateway, Opens
from tests.e2e.test_pages import faults

GREETING = "/studio/answers/response/greeting"


def preview(page: Page, language: str) -> str:
    return page.get_by_label(f"Preview in {language}").locator("[data-preview]").inner_text()


def test_a_wording_is_previewed_checked_saved_and_said(gateway: Gateway, opens: Opens) -> None:
    page = opens("Sara Nyberg", path=GREETING).page
    field = page.get_by_label("Text in English")
    field.fill("Hello, I am {nam}, an AI.")
    expect(page.locator("#told-en")).to_have_text("There is no field {nam} here.")
    field.fill("Hello, I am , an AI at {company}.")
    expect(page.locator("#told-en")).to_have_text("The shipped text also tells {name}.")
    field.evaluate("field => field.setSelectionRange(12, 12)")
    page.locator("[data-samples]", has=field).get_by_role("button", name="{name}").click()
    expect(page.locator("#told-en")).to_be_empty()
    assert preview(page, "English") == "Hello, I am Lumi, an AI at Lumivik."
    assert faults(page) == []
    page.get_by_label("The languages that I have not changed still say the same thing.").check()
    page.get_by_role("button", name="Save texts").click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    expect(page.get_by_text("Found still right")).to_have_count(2)
    page.get_by_role("link", name="Messages").click()
    expect(page.get_by_role("heading", name="The first message of every conversation")).to_be_visible()
    assert gateway.app.test_client().post("/api/v1/conversations", json={"language": "en"}).json["messages"][0]["text"] == "Hello, I am Lumi, an AI at Lumivik."


def test_everything_works_by_keyboard_and_on_a_phone(gateway: Gateway, opens: Opens) -> None:
    page = opens("Sara Nyberg", path="/studio/answers?view=buttons&q=person").page
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    page.get_by_role("link", name="Talk to a person").first.focus()
    page.keyboard.press("Enter")
    field = page.get_by_label("Text in Swedish")
    field.fill("x" * 70)
    assert field.input_value() == "x" * 60  # the browser takes no more
    field.fill("Prata med oss")
    field.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    expect(page.locator("del")).to_have_text("en person")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    assert faults(page) == []
