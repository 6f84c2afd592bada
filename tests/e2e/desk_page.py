"""The desk as a recruiter handles it: by what is written on it."""

from __future__ import annotations

import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from api.accounts.access import COOKIE


class DeskPage:
    """A recruiter's browser at the desk."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url

    def open(self, path: str = "/desk/") -> DeskPage:
        self.page.goto(self.url + path)
        return self

    @property
    def rows(self) -> Locator:
        return self.page.locator("#rows .row")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def state(self) -> Locator:
        return self.page.locator("#state .now")

    @property
    def reply_box(self) -> Locator:
        return self.page.get_by_role("textbox", name="Reply", exact=True)

    def row(self, words: str) -> Locator:
        return self.rows.filter(has_text=words)

    def press(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("button", name=name).first.click()

    def choose(self, words: str) -> None:
        """Open the conversation whose row says this."""
        self.row(words).first.click()
        expect(self.page.locator("#talk-name")).to_be_visible()

    def say(self, text: str) -> None:
        """Type a reply and press Enter."""
        self.reply_box.fill(text)
        self.reply_box.press("Enter")

    def flaws(self) -> list[str]:
        """What axe finds."""
        found: dict[str, Any] = Axe().run(self.page).response
        return [f"{v['id']}: {n['target']} {n['failureSummary']}" for v in found["violations"] for n in v["nodes"]]


def desk_context(browser: Browser, url: str, token: str, **options: Any) -> BrowserContext:
    """A browser profile in which somebody is signed in."""
    wishes = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", "timezone_id": "Europe/Stockholm", "reduced_motion": "reduce"} | options
    context = browser.new_context(**wishes)
    context.set_default_timeout(15_000)
    context.add_cookies([{"name": COOKIE, "value": token, "url": url}])
    return context
