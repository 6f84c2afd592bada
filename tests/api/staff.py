"""Staff of the tests, and their browsers."""

from __future__ import annotations

from typing import Any

from apiflask import APIFlask
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from api.accounts import sessions
from api.accounts.access import COOKIE, HEADER
from api.accounts.models import Staff
from api.db import db


def add_staff(app: APIFlask, name: str = "Ebba Sandström", **fields: Any) -> str:
    """A recruiter (or who `fields` says) without a password; gives the id."""
    email = fields.pop("email", f"{name.split()[0].lower()}@lumivik.example")
    with app.app_context():
        staff = Staff(name=name, email=email, **fields)
        db.session.add(staff)
        db.session.commit()
        return staff.id


class Browser:
    """A browser at the desk; unsafe requests carry the token of its pages, unless told otherwise."""

    def __init__(self, app: APIFlask, client: FlaskClient | None = None) -> None:
        self.app = app
        self.client = client or app.test_client()

    def token(self) -> str:
        """A CSRF token such as the browser's pages hold."""
        with self.client.session_transaction() as kept:
            held = dict(kept)
        with self.app.test_request_context():
            from flask import session

            session.update(held)
            token = generate_csrf()
            held = dict(session)
        with self.client.session_transaction() as kept:
            kept.update(held)
        return str(token)

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        headers = {"Accept": "text/html"} | kwargs.pop("headers", {})
        return self.client.get(path, headers=headers, **kwargs)

    def post(self, path: str, data: Any = None, *, csrf: bool = True, **kwargs: Any) -> TestResponse:
        headers = {"Accept": "text/html"} | ({HEADER: self.token()} if csrf else {}) | kwargs.pop("headers", {})
        return self.client.post(path, data=data, headers=headers, **kwargs)


def signed_in(app: APIFlask, staff_id: str) -> Browser:
    """A browser with a session of this person."""
    browser = Browser(app)
    with app.app_context():
        token = sessions.begin(db.session.get_one(Staff, staff_id), "password", "a test")
        db.session.commit()
    browser.client.set_cookie(COOKIE, token)
    return browser
