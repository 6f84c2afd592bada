"""A small company for the tests: roles, answers and applications, served as the gateway serves them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

import httpx

from actions.gateway import EDITION, Gateway

NOW = "2026-11-22T14:05:00+01:00"
LANGUAGES = ("sv", "fi", "en")


def in_each(sv: str, fi: str, en: str) -> dict[str, str]:
    return dict(zip(LANGUAGES, (sv, fi, en), strict=True))


def role(ref: str, titles: tuple[str, str, str], **changes: Any) -> dict[str, Any]:
    texts = {language: {"title": title, "tasks": f"{title} tasks.", "requirements": f"{title} requirements."} for language, title in in_each(*titles).items()}
    plain: dict[str, Any] = {
        "ref": ref,
        "status": "open",
        "employer": {"name": "Lumivik AB", "org": "Stockholm"},
        "country": "SE",
        "locations": [{"city": "Stockholm", "country": "SE", "address": "Sveavägen 44"}],
        "remote": "none",
        "field": "installation",
        "employment_type": "permanent",
        "hours": "full_time",
        "hours_per_week": 40,
        "contract_months": None,
        "starts_on": "2027-01-11",
        "closes_on": "2026-12-11",
        "pay": {"min": 38000, "max": 45000, "currency": "SEK", "period": "month", "as_of": "2026-10-01"},
        "languages": [{"language": "sv", "level": "fluent"}, {"language": "en", "level": "good"}],
        "team_size": 7,
        "manager": {"name": "Tomas Hedlund", "title": "Manager"},
        "contact": {"name": "Ebba Sandström", "title": "Recruiter", "email": "ebba@lumivik.example", "phone": "+46 8 123"},
        "recruiter": {"name": "Ebba Sandström", "email": "ebba@lumivik.example"},
        "response_days": 10,
        "url": f"/roles/{ref}",
        "texts": texts,
    }
    return {**plain, **changes}


TAMPERE = [{"city": "Tampere", "country": "FI", "address": "Hatanpään valtatie 1"}]
GOTHENBURG = [{"city": "Göteborg", "country": "SE", "address": "Odinsgatan 2"}]
HELSINKI = [{"city": "Helsinki", "country": "FI", "address": "Mannerheimintie 5"}]


def roles() -> list[dict[str, Any]]:
    euros = {"min": 3200, "max": 3600, "currency": "EUR", "period": "month", "as_of": "2026-10-01"}
    return [
        role("LV-101", ("Värmepumpsinstallatör", "Lämpöpumppuasentaja", "Heat pump installer")),
        role("LV-104", ("Lönespecialist, vikariat 14 månader", "Palkka-asiantuntija, sijaisuus 14 kk", "Payroll specialist, 14-month cover"),
             field="finance", employment_type="temporary", locations=TAMPERE, country="FI", pay=euros, remote="hybrid", contract_months=14),
        role("LV-105", ("Energirådgivare och säljare", "Energianeuvoja ja myyjä", "Energy adviser and salesperson"), field="sales", locations=GOTHENBURG),
        role("LV-103", ("Backendutvecklare (Python)", "Backend-kehittäjä (Python)", "Backend developer (Python)"), field="it", remote="full"),
        role("LV-108", ("Marknadsförare, digitala kanaler", "Markkinoija, digitaaliset kanavat", "Digital marketer"),
             field="marketing", locations=HELSINKI, country="FI", pay=None, closes_on=None, starts_on=None, hours="part_time"),
        role("LV-109", ("Servicetekniker, värmepumpar", "Huoltoteknikko, lämpöpumput", "Service technician, heat pumps"),
             field="engineering", locations=TAMPERE, country="FI"),
        role("LV-111", ("Sommarjobb: montörshjälp", "Kesätyö: asentajan apulainen", "Summer job: installer's assistant"),
             employment_type="summer", locations=TAMPERE, country="FI"),
        role("LV-099", ("Installationssamordnare", "Asennuskoordinaattori", "Installation coordinator"), status="closed", closes_on="2026-10-08"),
    ]  # fmt: skip


def application(ref: str, role_ref: str, title: str, **changes: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "ref": ref,
        "role_ref": role_ref,
        "role_title": title,
        "status": "active",
        "stage": "screening",
        "stage_name": "Screening",
        "stage_since": "2026-11-13T10:00:00+01:00",
        "next_stage_name": "Interview",
        "received_at": "2026-11-09T20:41:00+01:00",
        "interviewed": False,
        "contact": {"name": "Ebba Sandström", "title": "Recruiter", "email": "ebba@lumivik.example", "phone": "+46 8 123"},
        "promise": {"who": "Ebba Sandström", "due_on": "2026-11-27", "channel": "phone", "overdue": False, "made_at": "2026-11-13"},
        "interview": None,
        "feedback": None,
        "as_of": NOW,
    }
    return {**plain, **changes}


INTERVIEW = {"at": "2026-11-26T10:00:00+01:00", "form": "onsite", "minutes": 60, "place": "Sveavägen 44", "participants": ["Tomas Hedlund", "Ebba Sandström"]}
COMPANY = {
    "name": "Lumivik",
    "employers": [{"name": "Lumivik AB"}, {"name": "Lumivik Oy"}],
    "careers_email": in_each("jobb@lumivik.example", "rekry@lumivik.example", "careers@lumivik.example"),
    "mail_domains": ["lumivik.example"],
    "customer_service": {"url": "https://lumivik.example/service", "phone": {"SE": "+46 8 465 004 00", "FI": "+358 50 000 0100"}},
    "retention_months": {"application": 12, "conversation": 6},
    "site_url": "https://lumivik.example",
}
ANSWERS = [
    "company",
    "values",
    "benefits",
    "career_development",
    "internship",
    "relocation",
    "accommodation",
    "privacy",
    "ai_use",
    "process",
    "interview",
    "assessment",
    "how_to_apply",
    "open_application",
    "edit_application",
    "technical_problem",
    "refer_friend",
    "customer_service",
    "verify_offer",
    "documents",
]


class Office:
    """What the fake gateway knows; change it before asking. `asked` are the paths that were read."""

    def __init__(self) -> None:
        self.roles = roles()
        self.answers = dict.fromkeys(ANSWERS, ["en", "sv", "fi"])
        self.applications: list[dict[str, Any]] = []
        self.company = dict(COMPANY)
        self.times: dict[str, Any] = {"median_days": 4, "sample": 18, "promised_days": 10, "as_of": NOW}
        self.verified = True
        self.down = False
        self.worded: dict[str, Any] = {}  # what admins have worded otherwise
        self.edition: str | None = None  # which one it is at; None: the one that is asked for
        self.asked: list[str] = []

    def role(self, ref: str) -> dict[str, Any]:
        """A role to change in place."""
        return next(r for r in self.roles if r["ref"] == ref)

    def gateway(self) -> Gateway:
        """A client of this office, without a network."""
        return Gateway("http://desk/internal/v1", "secret", httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/internal/v1")
        self.asked.append(path)
        if self.down:
            raise httpx.ConnectError("refused", request=request)
        if request.headers["Authorization"] != "Bearer secret":
            return httpx.Response(401)
        language = parse_qs(request.url.query.decode()).get("language", ["en"])[0]
        found = self._found(path.strip("/").split("/"), language)
        response = found if isinstance(found, httpx.Response) else httpx.Response(200, content=json.dumps(found))
        if EDITION in request.headers:
            response.headers[EDITION] = self.edition or request.headers[EDITION]
        return response

    def _found(self, path: list[str], language: str) -> Any:
        if path == ["texts"]:
            return {"texts": self.worded}
        if path == ["roles"]:
            return {"roles": [self._short(r, language) for r in self.roles if r["status"] == "open"]}
        if path[0] == "roles":
            full = next((self._full(r, language) for r in self.roles if r["ref"] == path[1]), None)
            return full or httpx.Response(404)
        if path[0] == "answers":
            known = self.answers.get(path[1])
            if not known:
                return httpx.Response(404)
            used = language if language in known else known[0]
            return {"key": path[1], "language": used, "text": f"About {path[1]} in {used}.", "as_of": NOW}
        if path[0] == "conversations":
            return {"applications": self.applications} if self.verified else httpx.Response(403)
        return self.times if path == ["response-times"] else self.company

    def _short(self, role: dict[str, Any], language: str) -> dict[str, Any]:
        same = ("ref", "field", "country", "remote", "employment_type", "closes_on", "url")
        titles = {name: texts["title"] for name, texts in role["texts"].items()}
        return {**{k: role[k] for k in same}, "title": titles[language], "titles": titles, "locations": [p["city"] for p in role["locations"]]}

    def _full(self, role: dict[str, Any], language: str) -> dict[str, Any]:
        used = next(name for name in (language, "en", "sv", "fi") if name in role["texts"])
        return {**role, "title": role["texts"][used]["title"], "texts": role["texts"][used], "text_language": used, "as_of": NOW}
