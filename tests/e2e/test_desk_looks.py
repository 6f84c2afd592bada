"""The desk in browsers: on a phone, for everybody, in the pictures of the README."""

from __future__ import annotations

import os
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.api.assistant import reply
from tests.api.candidates.people import verify
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.desk_gateway import Gateway, Opens
from tests.e2e.test_pages import PICTURES, faults


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
