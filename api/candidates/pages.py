"""The few plain pages that links in mails lead to: a heading, a sentence, perhaps one button."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, g, make_response, render_template

from api.answers.company import company
from api.reader import language as reader_language


@dataclass(frozen=True)
class Page:
    """What such a page says. `button` posts to the page's own address: a mail scanner that follows links presses nothing."""

    title: str
    text: str
    button: str | None = None


def show(page: Page, status: int = 200) -> Response:
    """The page as a response that is neither kept, nor indexed, nor named to other sites: its address is a secret."""
    response = make_response(render_template("candidates/page.html", page=page, company=company(), language=reader_language()), status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def unusable(error: Any) -> Response:
    """A link that does not work any more, said by its error."""
    return show(Page(str(company().name), str(error.sentence)), error.status)


def speak(language: str) -> None:
    """Answer this request in the language of whoever got the mail."""
    g.language = language
