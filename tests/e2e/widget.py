"""The chat as a candidate handles it: by what is written on it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

WORDS = {
    "sv": {"open": "Fråga oss", "input": "Skriv ett meddelande", "person": "Prata med en person", "log": "Konversation"},
    "fi": {"open": "Kysy meiltä", "input": "Kirjoita viesti", "person": "Puhu ihmiselle", "log": "Keskustelu"},
    "en": {"open": "Ask us", "input": "Write a message", "person": "Talk to a person", "log": "Conversation"},
}

# The demo's dates move with today's.
STARTS = {
    "sv": re.compile(r"börjar (måndag|tisdag|onsdag|torsdag|fredag|lördag|söndag) \d+ \w+"),
    "en": re.compile(r"(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday) \d+ [A-Z]\w+"),
}


class Widget:
    """An open chat on a page."""

    def __init__(self, page: Page, language: str = "sv") -> None:
        self.page, self.words = page, WORDS[language]

    def open(self) -> Widget:
        self.page.get_by_role("button", name=re.compile(self.words["open"])).first.click()
        expect(self.input).to_be_visible()
        return self

    @property
    def input(self) -> Locator:
        return self.page.get_by_role("textbox", name=self.words["input"])

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    def say(self, text: str) -> None:
        """Type and press Enter."""
        self.input.fill(text)
        self.input.press("Enter")

    def choose(self, title: str) -> None:
        """Press a suggested answer."""
        self.page.get_by_role("button", name=title, exact=True).last.click()

    def sees(self, words: str | re.Pattern[str], timeout: float = 20_000) -> None:
        """The conversation comes to hold these words."""
        expect(self.log).to_contain_text(words, timeout=timeout)
