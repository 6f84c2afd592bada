"""The demo careers site."""

from __future__ import annotations

from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from api.config import LANGUAGES
from api.db import db
from api.demo import load
from api.outbox.models import Mail


@pytest.fixture
def site(app: APIFlask) -> FlaskClient:
    """The site with the demo's roles."""
    with app.app_context():
        load.load()
        db.session.commit()
    return app.test_client()


@pytest.mark.parametrize("language", LANGUAGES)
def test_index_lists_the_open_roles(site: FlaskClient, language: str) -> None:
    text = site.get(f"/?language={language}").text
    assert f'<html lang="{language}">' in text
    assert text.count('href="/roles/LV-') == 12
    assert "LV-099" not in text


def test_role_page_says_who_hires_where_and_what_it_pays(site: FlaskClient) -> None:
    text = site.get("/roles/LV-101?language=sv").text
    for said in ("Värmepumpsinstallatör", "Lumivik AB", "Stockholm", "36\xa0000–42\xa0000 kr", "Ebba Sandström", "Intervju på depån", 'data-role="LV-101"'):
        assert said in text


def test_role_page_without_pay_says_when_it_is_told(site: FlaskClient) -> None:
    assert "told before the interview" in site.get("/roles/LV-108?language=en").text


def test_closed_role_says_so(site: FlaskClient) -> None:
    text = site.get("/roles/LV-099?language=en").text
    assert "no longer open" in text and "mailto:careers@" not in text


def test_unknown_role_is_a_page_that_says_so(site: FlaskClient) -> None:
    answer = site.get("/roles/nope?language=en")
    assert answer.status_code == 404 and answer.mimetype == "text/html"


@pytest.mark.parametrize("path", ["/", "/roles/LV-101", "/demo/mailbox", "/chat", "/chat/plain"])
def test_pages_hold_nothing_that_their_csp_forbids(site: FlaskClient, path: str) -> None:
    answer = site.get(path)
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "<style" not in answer.text and "style=" not in answer.text and "onclick" not in answer.text
    assert "<script>" not in answer.text


def test_mailbox_shows_mails_as_text(app: APIFlask, site: FlaskClient) -> None:
    with app.app_context():
        db.session.add(Mail(dedupe="1", recipient="a@example.com", subject="<b>Kod</b>", text="Koden är 123456 <i>", language="sv"))
        db.session.commit()
    text = site.get("/demo/mailbox?language=sv").text
    assert "123456" in text and "<b>Kod" not in text and "&lt;b&gt;Kod" in text
    assert "123456" not in site.get("/demo/mailbox?to=b@example.com").text


def test_mailbox_is_not_there_when_mail_is_real(make_app: Any) -> None:
    client = make_app(smtp_url="smtp://127.0.0.1:2525").test_client()
    assert client.get("/demo/mailbox").status_code == 404
