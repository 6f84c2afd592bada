"""PUT and DELETE /api/v1/roles/{ref}."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from api import clock
from api.accounts.service import end_key
from api.audit.models import AuditEntry
from api.audit.service import SYSTEM
from api.db import db
from api.roles.models import Role
from tests.api.roles.samples import application, role

Call = Callable[..., Any]


def _role(app: APIFlask, ref: str = "NV-1") -> Role | None:
    with app.app_context():
        return db.session.scalar(select(Role).where(Role.ref == ref))


def _actions(app: APIFlask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.at)))


def test_a_role_is_created_and_kept_as_sent(app: APIFlask, put: Call) -> None:
    answer = put("/roles/NV-1", role())
    assert (answer.status_code, answer.json) == (201, {"ref": "NV-1", "outcome": "created"})
    kept = _role(app)
    assert kept is not None
    assert (kept.pay_min, float(kept.pay_max or 0), kept.pay_period) == (38000, 45000.5, "month")
    assert kept.contact["email"] == "bo.al@nordvind.example"
    assert {t.language: t.title for t in kept.texts} == {"sv": "Drifttekniker", "en": "Operations engineer"}


def test_the_same_again_changes_nothing(app: APIFlask, put: Call) -> None:
    put("/roles/NV-1", role())
    again = put("/roles/NV-1", role(ref="NV-1"))
    assert (again.status_code, again.json["outcome"]) == (200, "unchanged")
    assert _actions(app).count("role.created") == 1 and "role.changed" not in _actions(app)


def test_what_is_left_out_is_forgotten(app: APIFlask, put: Call) -> None:
    put("/roles/NV-1", role())
    changed = put("/roles/NV-1", {"texts": {"fi": {"title": "Teknikko"}}})
    assert (changed.status_code, changed.json["outcome"]) == (200, "changed")
    kept = _role(app)
    assert kept is not None and kept.pay_min is None and kept.manager == {} and kept.locations == []
    assert [(t.language, t.title, t.data) for t in kept.texts] == [("fi", "Teknikko", {})]


def test_a_changed_role_says_what_changed_in_the_audit(app: APIFlask, put: Call) -> None:
    put("/roles/NV-1", role())
    put("/roles/NV-1", role(team_size=8))
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "role.changed")).one()
        assert entry.actor_kind == "ats" and entry.data == {"changed": ["team_size"]}


def test_a_role_that_nobody_applied_for_is_removed(app: APIFlask, put: Call, delete: Call) -> None:
    put("/roles/NV-1", role())
    assert delete("/roles/NV-1").status_code == 204
    assert _role(app) is None
    assert delete("/roles/NV-1").status_code == 404


def test_a_role_with_applications_is_closed(app: APIFlask, put: Call, delete: Call) -> None:
    put("/roles/NV-1", role())
    assert put("/applications/A-1", application()).status_code == 201
    assert delete("/roles/NV-1").status_code == 204
    assert delete("/roles/NV-1").status_code == 204
    kept = _role(app)
    assert kept is not None and kept.status == "closed"
    assert _actions(app).count("role.closed") == 1


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer desk_wrong", "Basic abc", "Bearer \xe5"])
def test_without_a_key_in_force_nothing_is_done(client: FlaskClient, app: APIFlask, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = client.put("/api/v1/roles/NV-1", json={"nonsense": 1}, headers=headers)
    assert answer.status_code == 401
    assert answer.json and answer.json["type"] == "/problems/sign-in-needed"
    assert client.delete("/api/v1/roles/NV-1", headers=headers).status_code == 401
    assert _role(app) is None


def test_an_ended_key_opens_nothing(app: APIFlask, put: Call, key: str) -> None:
    with app.app_context():
        end_key(key[:10], SYSTEM)
        db.session.commit()
    assert put("/roles/NV-1", role()).status_code == 401


WRONG = {
    "unknown field": {"colour": "red"},
    "unknown field in half a character": {"\ud800": 1},
    "no texts": {"texts": {}},
    "no title": {"texts": {"sv": {"summary": "x"}}},
    "blank title": {"texts": {"sv": {"title": "  "}}},
    "unknown language": {"texts": {"de": {"title": "x"}}},
    "NUL": {"texts": {"sv": {"title": "a\0b"}}},
    "half a character": {"texts": {"sv": {"title": "a", "tasks": "\ud800"}}},
    "long text": {"texts": {"sv": {"title": "a" * 301}}},
    "status": {"status": "maybe"},
    "employment": {"employment_type": "forever"},
    "huge number": {"team_size": 2**31},
    "huge number in digits": {"team_size": int("9" * 400)},
    "negative": {"team_size": -1},
    "text for a number": {"team_size": "7"},
    "bool for a number": {"team_size": True},
    "fraction": {"response_days": 1.5},
    "many decimals": {"hours_per_week": 37.505},
    "infinite": {"hours_per_week": float("inf")},
    "not a number": {"hours_per_week": float("nan")},
    "too many hours": {"hours_per_week": 169},
    "huge pay": {"pay": {"min": 10**10, "currency": "SEK", "period": "month"}},
    "huge exponent": {"pay": {"min": 1e300, "currency": "SEK", "period": "month"}},
    "pay without numbers": {"pay": {"currency": "SEK", "period": "month"}},
    "pay upside down": {"pay": {"min": 2, "max": 1, "currency": "SEK", "period": "month"}},
    "currency": {"pay": {"min": 1, "currency": "kr", "period": "month"}},
    "period": {"pay": {"min": 1, "currency": "SEK", "period": "week"}},
    "no date": {"closes_on": "soon"},
    "date out of reach": {"closes_on": "9999-12-31"},
    "address": {"contact": {"email": "not an address"}},
    "address with NUL": {"contact": {"email": "a\0@example.com"}},
    "script address": {"url": "javascript:alert(1)"},
    "another site": {"url": "//evil.example/x"},
    "list for a text": {"office": ["stockholm"]},
    "text for a list": {"locations": "Malmö"},
    "other ref": {"ref": "NV-2"},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_refused_with_its_field(app: APIFlask, put: Call, changes: dict[str, Any]) -> None:
    answer = put("/roles/NV-1", role(**changes))
    assert answer.status_code == 422, answer.json
    assert answer.json["errors"][0]["field"].split(".")[0] == next(iter(changes)).replace("\ud800", "?")
    assert _role(app) is None


@pytest.mark.parametrize("ref", ["-1", "a b", "%00", "%ED%A0%80", "a" * 65, "..", "%2e%2e", "a%0a"])
def test_a_reference_that_is_none_is_refused(put: Call, ref: str) -> None:
    assert put(f"/roles/{ref}", role()).status_code in (404, 422)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"texts": ' + b"9" * 5000 + b"}", b"[" * 100_000])
def test_a_body_that_is_no_role_is_refused(client: FlaskClient, key: str, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    assert client.put("/api/v1/roles/NV-1", data=body, headers=headers).status_code in (400, 422)


def test_use_of_a_key_is_noted(app: APIFlask, put: Call) -> None:
    from api.accounts.models import ApiKey

    put("/roles/NV-1", role())
    with app.app_context():
        used = db.session.scalars(select(ApiKey.last_used_at)).one()
        assert used is not None and clock.now() - used < timedelta(minutes=1)
