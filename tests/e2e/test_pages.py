"""Every page: axe-core finds nothing, in both themes, on a desktop and on a phone; pictures for the README."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from api.config import ROOT
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.desk import Desk
from tests.e2e.test_candidate import prove
from tests.e2e.widget import STARTS, Widget

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / "docs" / "pictures"
PAGES = ("/", "/roles/LV-101", "/roles/LV-108", "/chat", "/chat/plain", "/demo/mailbox")


def faults(page: Page) -> list[str]:
    """What axe-core finds on the page, shadow roots included."""
    page.evaluate(AXE.read_text())  # evaluated, not added as a script: the page's own CSP stays in force
    found = page.evaluate("async () => (await axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']})).violations")
    return [f"{v['id']}: {v['help']} {[n['target'] for n in v['nodes']][:3]}" for v in found]


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["desktop", "phone"])
def themed_page(request: pytest.FixtureRequest, browser: Browser, theme: str) -> Iterator[Page]:
    viewport = DESKTOP if request.param == "desktop" else PHONE
    context = browser.new_context(viewport=viewport, color_scheme=theme, locale="sv-SE", timezone_id="Europe/Stockholm", reduced_motion="reduce")
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(desk: Desk, themed_page: Page, path: str) -> None:
    themed_page.goto(f"{desk.url}{path}?language=sv")
    themed_page.wait_for_load_state("networkidle") if path not in ("/chat",) else themed_page.wait_for_timeout(1500)
    assert faults(themed_page) == []
    assert themed_page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


def test_axe_finds_nothing_in_the_open_chat_and_pictures_are_taken(desk: Desk, themed_page: Page, theme: str) -> None:
    themed_page.goto(f"{desk.url}/roles/LV-101?language=sv")
    chat = Widget(themed_page).open()
    chat.say("vad är lönen?")
    chat.sees(re.compile(r"36\s000.42\s000"))
    chat.say("och när börjar det?")
    chat.sees(STARTS["sv"])
    themed_page.wait_for_timeout(500)
    assert faults(themed_page) == []
    name = "desktop" if themed_page.viewport_size == DESKTOP else "phone"
    themed_page.screenshot(path=PICTURES / f"{name}-{theme}.png") if _wanted() else None


def test_picture_of_an_own_application(desk: Desk, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, locale="en-GB", timezone_id="Europe/Stockholm", reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{desk.url}/?language=en")
    chat = Widget(page, "en").open()
    chat.say("What is happening with my application?")
    chat.sees("email address")
    prove(chat, context, desk, "daniel.okafor@example.com")
    chat.sees(re.compile("Installation coordinator|interview|feedback", re.I), timeout=30_000)
    page.wait_for_timeout(500)
    assert faults(page) == []
    page.screenshot(path=PICTURES / "phone-status.png") if _wanted() else None
    context.close()


def _wanted() -> bool:
    """Pictures are renewed on request (`DESK_PICTURES=1 make test-e2e`), so that a test run leaves the checkout as it was."""
    import os

    PICTURES.mkdir(parents=True, exist_ok=True)
    return bool(os.environ.get("DESK_PICTURES")) or not any(Path(PICTURES).iterdir())
