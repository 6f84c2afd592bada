"""Roles and applications to start from."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

ROLE: dict[str, Any] = {
    "status": "open",
    "employer": {"name": "Nordvind AB", "org": "Malmö"},
    "country": "SE",
    "office": "stockholm",
    "locations": [{"city": "Malmö", "country": "SE", "address": "Kajen 1"}],
    "remote": "hybrid",
    "field": "it",
    "employment_type": "permanent",
    "hours": "full_time",
    "hours_per_week": 40,
    "contract_months": None,
    "starts_on": "2027-02-01",
    "closes_on": "2099-01-31",
    "pay": {"min": 38000, "max": 45000.5, "currency": "SEK", "period": "month", "as_of": "2026-10-01"},
    "languages": [{"language": "sv", "level": "good"}],
    "team_size": 7,
    "manager": {"name": "Siv Ek", "title": "Chef"},
    "contact": {"name": "Bo Al", "title": "Rekryterare", "email": "Bo.Al@nordvind.example", "phone": "+46 70 174 06 99"},
    "recruiter": {"name": "Bo Al", "email": "bo.al@nordvind.example"},
    "response_days": 10,
    "url": "/roles/NV-1",
    "texts": {
        "sv": {"title": "Drifttekniker", "summary": "Du håller allt igång.", "process": [{"name": "Samtal", "description": "Bo ringer."}]},
        "en": {"title": "Operations engineer", "summary": "You keep everything running.", "assessment": "A work sample."},
    },
}

APPLICATION: dict[str, Any] = {
    "role": "NV-1",
    "candidate": {"email": "Eva.Nord@Example.com", "name": "Eva Nord", "language": "sv", "phone": "+46 70 174 06 98"},
    "stage": "screening",
    "stage_since": "2026-11-10T10:00:00+01:00",
    "received_at": "2026-11-06T20:00:00+01:00",
    "history": [{"stage": "received", "at": "2026-11-06T20:00:00+01:00"}, {"stage": "screening", "at": "2026-11-10T10:00:00+01:00"}],
    "promise": {"who": "Bo Al", "due_on": "2026-11-20", "channel": "phone", "made_at": "2026-11-10T10:00:00+01:00"},
}


def role(**changes: Any) -> dict[str, Any]:
    """A complete role with some fields changed."""
    return deepcopy(ROLE) | changes


def application(**changes: Any) -> dict[str, Any]:
    """An application for NV-1, in screening, with an open promise, with some fields changed."""
    return deepcopy(APPLICATION) | changes
