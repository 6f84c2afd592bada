"""GET /internal/v1/…: roles, answers, company. Only for the assistant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from api import clock
from api.answers import edition
from api.answers.service import save_answer
from api.audit.service import SYSTEM
from api.db import db
from tests.api.conftest import SECRET

Call = Callable[..., Any]
PATHS = ("/roles", "/roles/NV-1", "/answers/values", "/conversations/x/applications", "/response-times", "/company")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", f"Basic {SECRET}", f"Bearer {SECRET}x", "Bearer \xe5"])
def test_without_the_secret_nothing_is_read(client: FlaskClient, header: str) -> None:
    for path in PATHS:
        assert client.get(f"/internal/v1{path}", headers={"Authorization": header}).status_code == 401


def test_nothing_of_it_is_in_the_public_document(client: FlaskClient) -> None:
    assert not [path for path in client.get("/api/openapi.json").json["paths"] if path.startswith("/internal")]


def test_the_list_of_roles(read: Call, save_role: Call) -> None:
    save_role()
    assert read("/roles", language="fi").json == {
        "roles": [
            {
                "ref": "NV-1", "title": "Operations engineer", "titles": {"sv": "Drifttekniker", "en": "Operations engineer"}, "field": "it",
                "locations": ["Malmö"], "country": "SE", "remote": "hybrid", "employment_type": "permanent", "closes_on": "2099-01-31", "url": "/roles/NV-1",
            }
        ]
    }  # fmt: skip


def test_the_list_is_not_sent_again_while_it_is_the_same(read: Call, save_role: Call) -> None:
    save_role()
    tag = read("/roles", language="sv").headers["ETag"]
    again = read("/roles", {"If-None-Match": tag}, language="sv")
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert read("/roles", {"If-None-Match": tag}, language="fi").status_code == 200
    save_role(team_size=9)
    assert read("/roles", {"If-None-Match": tag}, language="sv").status_code == 200


def test_the_list_is_sent_again_when_the_day_turns(read: Call, save_role: Call) -> None:
    save_role(closes_on="2026-11-22")
    with clock.at(datetime(2026, 11, 22, 20, tzinfo=UTC)):
        first = read("/roles", language="sv")
        assert len(first.json["roles"]) == 1
    with clock.at(datetime(2026, 11, 22, 23, 30, tzinfo=UTC)):
        assert read("/roles", {"If-None-Match": first.headers["ETag"]}, language="sv").json == {"roles": []}


def test_one_role_with_all_that_is_known(read: Call, save_role: Call) -> None:
    save_role()
    found = read("/roles/NV-1", language="sv").json
    assert found["pay"] == {"min": 38000, "max": 45000.5, "currency": "SEK", "period": "month", "as_of": "2026-10-01"}
    assert (found["title"], found["text_language"], found["texts"]["summary"]) == ("Drifttekniker", "sv", "Du håller allt igång.")
    assert (found["hours_per_week"], found["starts_on"], found["response_days"], found["status"]) == (40, "2027-02-01", 10, "open")
    assert datetime.fromisoformat(found["as_of"]).utcoffset() in (timedelta(hours=1), timedelta(hours=2))


def test_a_closed_role_is_read_and_an_unknown_one_is_not_there(read: Call, save_role: Call) -> None:
    save_role(status="closed", pay=None)
    assert (read("/roles/NV-1").json["status"], read("/roles/NV-1").json["pay"]) == ("closed", None)
    assert read("/roles/NV-9").status_code == 404
    assert read("/roles/%00").status_code == 404


def test_an_answer_in_the_nearest_language(read: Call, context: Any) -> None:
    save_answer("values", {"fi": "Rauha", "sv": "Lugn"}, datetime(2026, 10, 1, tzinfo=UTC), SYSTEM)
    db.session.commit()
    assert read("/answers/values", language="fi").json == {"key": "values", "language": "fi", "text": "Rauha", "as_of": "2026-10-01T02:00:00+02:00"}
    assert read("/answers/values", language="en").json["language"] == "sv"
    assert read("/answers/nothing").status_code == 404
    save_answer("values", {"en": "Calm"}, datetime(2026, 11, 1, tzinfo=UTC), SYSTEM)
    db.session.commit()
    assert read("/answers/values", language="fi").json["text"] == "Calm"


def test_the_company(read: Call) -> None:
    found = read("/company").json
    assert set(found) == {"name", "employers", "careers_email", "mail_domains", "customer_service", "retention_months", "site_url"}
    assert set(found["careers_email"]) == {"sv", "fi", "en"} and set(found["customer_service"]) == {"url", "phone"}


def test_each_read_costs_one_or_two_queries(read: Call, save_role: Call, save_application: Call, conversation: Call, statements: list[str]) -> None:
    save_role()
    save_application()
    verified = conversation("eva.nord@example.com")
    for path in ("/roles", "/roles/NV-1", "/answers/values", f"/conversations/{verified}/applications", "/response-times", "/company"):
        statements.clear()
        read(path, role="NV-1")
        assert len(statements) <= 2, (path, statements)


@pytest.mark.parametrize("path", ["/roles", "/answers/values", "/roles/NONE", "/company"])
def test_whoever_keeps_what_it_reads_is_told_the_edition(path: str, read: Call, save_role: Call) -> None:
    """That of this gateway at this moment, whatever it is asked with; also where there is nothing to be read."""
    save_role()
    asked = {"Desk-Edition": "another"}
    before = read(path, asked).headers["Desk-Edition"]
    assert read(path, asked).headers["Desk-Edition"] == before == edition.current()
    save_role(team_size=99)
    assert read(path, asked).headers["Desk-Edition"] not in (before, "another")
    assert "Desk-Edition" not in read(path).headers
