"""GET /api/v1/roles and /api/v1/brand: what anybody may read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api import clock
from api.answers.company import load_company
from api.config import ROOT, ConfigError
from tests.api.roles.conftest import save_role

__all__ = ["save_role"]


def test_open_roles_in_the_asked_language(client: FlaskClient, save_role: Callable[..., Any]) -> None:
    save_role()
    save_role("NV-2", status="closed")
    (found,) = client.get("/api/v1/roles?language=en").json["roles"]
    assert (found["ref"], found["title"], found["closes_on"]) == ("NV-1", "Operations engineer", "2099-01-31")
    assert client.get("/api/v1/roles?q=drifttekniker malmö").json["roles"] == [found]
    assert client.get("/api/v1/roles?q=nothing").json["roles"] == []


@pytest.mark.parametrize("query", ["language=de", "q=" + "x" * 201, "q=%00"])
def test_what_is_wrong_is_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/api/v1/roles?{query}").status_code == 422


@pytest.mark.parametrize(("moment", "is_open"), [(datetime(2026, 11, 23, 9, tzinfo=UTC), True), (datetime(2026, 11, 22, 9, tzinfo=UTC), False)])
def test_the_brand_says_when_a_person_answers(client: FlaskClient, moment: datetime, is_open: bool) -> None:
    with clock.at(moment):
        answer = client.get("/api/v1/brand?language=sv")
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.json["handoff"]["open_now"] is is_open and answer.json["handoff"]["expected"]
    assert answer.json["colors"] == {"accent": "#1F6F6B", "accent_text": "#ffffff", "accent_dark": "#6CC5C1", "accent_dark_text": "#000000"}
    assert (answer.json["name"], answer.json["assistant_name"], answer.json["languages"]) == ("Lumivik", "Lumi", ["sv", "fi", "en"])
    assert client.get(answer.json["logo_url"]).mimetype == "image/svg+xml"


@pytest.mark.parametrize(
    ("page", "is_open", "said"),
    [
        ("language=sv", True, "inom en timme."),
        ("language=sv&role=NV-1", False, "i morgon efter kl. 07.30 (finsk tid)."),  # closed since 16.00 in Finland
        ("language=fi&role=NV-1", False, "huomenna klo 7.30 jälkeen."),
        ("language=en&role=NV-1", False, "tomorrow after 07:30 (Finnish time)."),
        ("language=sv&role=gone", True, "inom en timme."),
    ],
)
def test_it_says_when_the_office_of_the_page_answers_and_by_whose_clock(
    client: FlaskClient, save_role: Callable[..., Any], page: str, is_open: bool, said: str
) -> None:
    save_role(office="tampere")
    with clock.at(datetime(2026, 11, 24, 14, 30, tzinfo=UTC)):  # half an hour before Stockholm closes, half after Tampere did
        found = client.get(f"/api/v1/brand?{page}").json["handoff"]
    assert found["open_now"] is is_open and found["expected"].endswith(said)


def test_a_colour_that_is_none_stops_the_start(tmp_path: Path) -> None:
    file = tmp_path / "company.json"
    file.write_text((ROOT / "demo" / "company.json").read_text(encoding="utf-8").replace("#1F6F6B", "teal"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"brand\.accent"):
        load_company(file)
