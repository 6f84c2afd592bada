"""A recruiter at the desk without a browser: signed in, with the token of its pages; each request goes to the gateway named."""

from __future__ import annotations

import re
import uuid

import httpx
from sqlalchemy import select

from api.accounts import sessions
from api.accounts.access import COOKIE, HEADER
from api.accounts.models import Staff
from api.db import db
from tests.e2e.pair import Pair

TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


class Recruiter:
    """One of the demo's staff."""

    def __init__(self, pair: Pair, name: str) -> None:
        self._pair = pair
        with pair.app.app_context():
            staff = db.session.scalars(select(Staff).where(Staff.name == name)).one()
            self.id, token = staff.id, sessions.begin(staff, "password", "a test")
            db.session.commit()
        self._http = httpx.Client(cookies={COOKIE: token}, timeout=40, trust_env=False)
        page = self._http.get(f"{pair.url}/desk/")
        found = TOKEN.search(page.text)
        assert found, page.text[:500]
        self._http.headers[HEADER] = found[1]

    def act(self, gateway: int, conversation_id: str, action: str, **fields: str) -> int:
        """Claim, reply and the like; the status."""
        url = f"{self._pair.gateway_url(gateway)}/desk/conversations/{conversation_id}/{action}"
        return self._http.post(url, data=fields, headers={"HX-Request": "true"}).status_code

    def reply(self, gateway: int, conversation_id: str, text: str, client_id: str | None = None) -> int:
        return self.act(gateway, conversation_id, "reply", text=text, client_id=client_id or str(uuid.uuid4()))

    def sees(self, gateway: int, conversation_id: str) -> str:
        """The conversation's page."""
        page = self._http.get(f"{self._pair.gateway_url(gateway)}/desk/conversations/{conversation_id}", headers={"Accept": "text/html"})
        assert page.status_code == 200, page.text[:500]
        return page.text

    def close(self) -> None:
        self._http.close()
