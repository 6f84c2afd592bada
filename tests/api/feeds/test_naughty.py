"""515 strings that break programs, as role texts and candidate names: no 5xx, stored as sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from api.candidates.models import Candidate
from api.config import LANGUAGES
from api.db import db
from api.roles.models import RoleText
from tests.api.data import naughty_strings
from tests.api.roles.samples import application, role

Call = Callable[..., Any]
LONGEST_NAME = 200


def _by_language(strings: list[str]) -> dict[str, Any]:
    """Each string as a title, a text and a step, in a language of its own."""
    return {code: {"title": s, "summary": s, "process": [{"name": "x", "description": s}]} for code, s in zip(LANGUAGES, strings, strict=False)}


def test_as_role_texts(app: APIFlask, put: Call, client: FlaskClient) -> None:
    strings = [s for s in naughty_strings() if s.strip()]
    sent = {f"N-{start}": _by_language(strings[start : start + 3]) for start in range(0, len(strings), 3)}
    for ref, texts in sent.items():
        assert put(f"/roles/{ref}", role(texts=texts)).status_code == 201, texts
    with app.app_context():
        for text in db.session.scalars(select(RoleText)):
            assert {"title": text.title} | text.data == sent[text.role.ref][text.language]
    answer = client.get("/api/v1/roles?language=sv")
    assert {title for r in answer.json["roles"] for title in r["titles"].values()} == set(strings)


def test_a_blank_title_is_refused(put: Call) -> None:
    for naughty in (s for s in naughty_strings() if not s.strip()):
        assert put("/roles/N-1", role(texts={"sv": {"title": naughty}})).status_code == 422


def test_as_names_of_candidates(app: APIFlask, put: Call) -> None:
    put("/roles/NV-1", role())
    strings = naughty_strings()
    for number, naughty in enumerate(strings):
        candidate = {"email": f"n{number}@example.com", "name": naughty}
        answer = put(f"/applications/N-{number}", application(candidate=candidate, promise=None))
        assert answer.status_code == (201 if len(naughty) <= LONGEST_NAME else 422), (naughty, answer.json)
    with app.app_context():
        kept = {c.email: c.name for c in db.session.scalars(select(Candidate))}
        for number, naughty in enumerate(strings):
            assert kept.get(f"n{number}@example.com", naughty) == naughty


def test_as_everything_else(put: Call) -> None:
    """References, addresses, dates and words from a list: refused, never a 5xx."""
    for naughty in naughty_strings():
        fields = dict.fromkeys(("ref", "url", "country", "closes_on", "remote", "pay", "locations", "team_size", naughty), naughty)
        assert put("/roles/NV-1", role(contact={"email": naughty, "phone": naughty}, **fields)).status_code == 422
