"""`desk import`: each object is imported or refused by itself, with the reason."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select

from api.audit.service import SYSTEM
from api.db import db
from api.feeds import csv_rows
from api.feeds.cli import import_
from api.feeds.importer import Line, bring_in
from api.roles.models import Application, Role
from tests.api.data import ROOT, path
from tests.api.roles.samples import application, role

Bring = Callable[..., list[Line]]
POSTING = {
    "@context": "https://schema.org/",
    "@type": "JobPosting",
    "title": "Montör &amp; tekniker",
    "description": "<p>Du monterar <b>värmepumpar</b> hemma hos kunder i hela länet.</p><ul><li>Fast lön</li><li>Servicebil</li></ul>",
    "identifier": {"@type": "PropertyValue", "name": "Nordvind", "value": "NV/77 a"},
    "datePosted": "2026-11-01",
    "validThrough": "2099-12-31T23:59:59+01:00",
    "employmentType": ["FULL_TIME", "TEMPORARY"],
    "hiringOrganization": {"@type": "Organization", "name": "Nordvind AB", "department": {"name": "Service"}},
    "jobLocation": {
        "@type": "Place",
        "address": {
            "@type": "PostalAddress",
            "streetAddress": "Kajen 1",
            "addressLocality": "Malmö",
            "addressRegion": "Skåne län",
            "addressCountry": {"@type": "Country", "name": "Sverige"},
        },
    },
    "baseSalary": {
        "@type": "MonetaryAmount",
        "currency": "SEK",
        "value": {"@type": "QuantitativeValue", "minValue": "31 000", "maxValue": 36500.5, "unitText": "MONTH"},
    },
    "qualifications": "Körkort",
    "skills": ["VVS", "El"],
    "url": "https://jobb.example/annonser/77",
}


@pytest.fixture
def bring(context: APIFlask, tmp_path: Path) -> Bring:
    """Writes a file and imports it."""

    def write_and_import(content: Any, name: str = "roles.json", **options: Any) -> list[Line]:
        file = tmp_path / "in" / name
        file.parent.mkdir(exist_ok=True)
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return list(bring_in(file, SYSTEM, **options))

    return write_and_import


def _role(ref: str) -> Role:
    return db.session.scalars(select(Role).where(Role.ref == ref)).one()


def _count(table: type[Role] | type[Application] = Role) -> int | None:
    return db.session.scalar(select(func.count()).select_from(table))


def test_a_posting_becomes_a_role(bring: Bring) -> None:
    (line,) = bring(POSTING)
    assert (line.ref, line.outcome, line.reason) == ("NV-77-a", "imported", "")
    kept = _role("NV-77-a")
    (texts,) = kept.texts
    assert (texts.language, texts.title) == ("sv", "Montör & tekniker")
    assert texts.data["tasks"] == "Du monterar värmepumpar hemma hos kunder i hela länet.\n\n• Fast lön\n\n• Servicebil"
    assert texts.data["requirements"] == "Körkort\nVVS\nEl"
    assert (kept.employment_type, kept.hours, kept.status, kept.closes_on) == ("temporary", "full_time", "open", date(2099, 12, 31))
    assert kept.locations == [{"city": "Malmö", "country": "SE", "address": "Kajen 1"}] and kept.country == "SE"
    assert (kept.pay_min, float(kept.pay_max or 0), kept.pay_currency, kept.pay_period, kept.pay_as_of) == (31000, 36500.5, "SEK", "month", date(2026, 11, 1))
    assert kept.employer == {"name": "Nordvind AB", "org": "Service"}
    assert (kept.url, kept.source) == ("https://jobb.example/annonser/77", "import")


def test_importing_again_changes_nothing(bring: Bring) -> None:
    bring(POSTING)
    before = _role("NV-77-a").updated_at
    bring(POSTING)
    db.session.expire_all()
    assert _role("NV-77-a").updated_at == before


ODD = {
    "no title": ({"title": None}, "no title"),
    "blank title": ({"title": " <br> "}, "no title"),
    "nothing to be known by": ({"identifier": None, "url": None}, "neither an identifier nor an address"),
    "identifier of signs": ({"identifier": "§§", "url": None}, "no letters or digits"),
    "validThrough in words": ({"validThrough": "tills vidare"}, "validThrough is not a date: 'tills vidare'"),
    "validThrough beyond time": ({"validThrough": "9999-12-31T23:59:59-12:00"}, "validThrough is not a date"),
    "long title": ({"title": "x" * 301}, "texts.sv.title"),
    "NUL": ({"description": "a\0b"}, "NUL"),
    "half a character": ({"title": "\ud800"}, "half a character"),
    "upside-down pay": ({"baseSalary": {"currency": "SEK", "minValue": 2, "maxValue": 1, "unitText": "HOUR"}}, "pay.min: min is above max"),
}


@pytest.mark.parametrize(("changes", "reason"), ODD.values(), ids=ODD.keys())
def test_a_posting_that_cannot_be_a_role_says_why(bring: Bring, changes: dict[str, Any], reason: str) -> None:
    (line,) = bring(POSTING | changes)
    assert line.outcome == "refused" and reason in line.reason
    assert _count() == 0


KEPT = {
    "past": ({"validThrough": "2020-05-31"}, {"status": "closed"}, "closed: one could apply until 2020-05-31"),
    "no last day": ({"validThrough": None}, {"status": "open", "closes_on": None}, "no last day to apply"),
    "no employer": ({"hiringOrganization": None}, {"employer": {}}, "no employer named"),
    "employer as text": ({"hiringOrganization": "Nordvind"}, {"employer": {"name": "Nordvind"}}, ""),
    "place as text": ({"jobLocation": "Södermanlands län Katrineholm"}, {"locations": [{"city": "Katrineholm"}]}, ""),
    "place in a list": ({"jobLocation": [{"address": "Uppsala län"}, {"address": "Uppsala"}]}, {"locations": [{"city": "Uppsala"}]}, ""),
    "place with post code": (
        {"jobLocation": {"address": "Storgatan 1, 753 31 Uppsala, Ruotsi"}},
        {"locations": [{"city": "Uppsala", "country": "SE", "address": "Storgatan 1"}]},
        "",
    ),
    "country only": ({"jobLocation": {"address": "Finland"}}, {"locations": [{"country": "FI"}], "country": "FI"}, ""),
    "no place": ({"jobLocation": None}, {"locations": [], "country": None}, ""),
    "remote": (
        {"jobLocation": None, "jobLocationType": "TELECOMMUTE", "applicantLocationRequirements": {"name": "Finland"}},
        {"remote": "full", "country": "FI"},
        "",
    ),
    "either kind": ({"employmentType": "Tillsvidare- eller tidsbegränsad anställning"}, {"employment_type": None}, "kind of employment left open"),
    "summer": ({"employmentType": "Sommarjobb / Säsongsanställning"}, {"employment_type": "summer"}, ""),
    "Finnish": ({"employmentType": "Vakituinen, osa-aikainen"}, {"employment_type": "permanent", "hours": "part_time"}, ""),
    "unknown kind": ({"employmentType": "OTHER"}, {"employment_type": None, "hours": None}, "kind of employment left open: 'OTHER'"),
    "pay a day": ({"baseSalary": {"currency": "SEK", "value": 900, "unitText": "DAY"}}, {"pay_currency": None}, "pay left out"),
    "pay in words": ({"baseSalary": "enligt avtal"}, {"pay_currency": None}, "pay left out"),
    "pay as a number": ({"baseSalary": 210, "salaryCurrency": "EUR"}, {"pay_currency": None}, "pay left out"),
    "price": ({"baseSalary": {"price": "18,50", "priceCurrency": "EUR", "unitCode": "hour"}}, {"pay_min": 18.5, "pay_max": 18.5, "pay_period": "hour"}, ""),
    "pay from": ({"baseSalary": {"currency": "SEK", "value": {"minValue": 28.0, "unitText": "timme"}}}, {"pay_min": 28, "pay_max": None}, ""),
    "script for an address": ({"url": "javascript:alert(1)"}, {"url": None}, "no web address"),
    "start in words": ({"jobStartDate": "snarast"}, {"starts_on": None}, "jobStartDate"),
    "number for an identifier": ({"identifier": 77}, {"ref": "77"}, ""),
    "no identifier": ({"identifier": None}, {"ref": "77"}, ""),
}


@pytest.mark.parametrize(("changes", "expected", "note"), KEPT.values(), ids=KEPT.keys())
def test_odd_shapes_are_read_and_what_is_lost_is_noted(bring: Bring, changes: dict[str, Any], expected: dict[str, Any], note: str) -> None:
    (line,) = bring(POSTING | changes)
    assert line.imported, line.reason
    assert note in line.reason and (note or not line.reason)
    kept = _role(line.ref)
    assert {name: getattr(kept, name) for name in expected} == expected


def test_a_list_is_imported_one_by_one_and_the_bad_ones_are_refused(bring: Bring) -> None:
    lines = bring([POSTING, POSTING | {"title": ""}, role(ref="NV-1"), role(ref="NV-2", status="maybe"), 5, {"@type": "Organization"}, POSTING])
    assert [(line.place, line.outcome) for line in lines] == [
        ("1", "imported"), ("2", "refused"), ("3", "imported"), ("4", "refused"), ("5", "refused"), ("6", "refused"), ("7", "refused"),
    ]  # fmt: skip
    assert [line.reason for line in lines[3:]] == [
        "status: Must be one of: open, paused, closed.",
        "not an object",
        "neither a role, an application nor a JobPosting but a Organization",
        "another object before it has the same reference",
    ]
    assert _count() == 2


def test_applications_come_after_the_roles_they_name(bring: Bring) -> None:
    lines = bring({"applications": [application(ref="A-1"), application(ref="A-2", role="NV-9")], "roles": [role(ref="NV-1")]})
    assert [(line.ref, line.outcome, line.reason) for line in lines] == [
        ("NV-1", "imported", ""),
        ("A-1", "imported", ""),
        ("A-2", "refused", "role: There is no role with this reference."),
    ]
    assert (_count(), _count(Application)) == (1, 1)


def test_a_trial_says_the_same_and_keeps_nothing(bring: Bring) -> None:
    content = [role(ref="NV-1"), application(ref="A-1"), {"title": "?"}]
    tried = bring(content, dry_run=True)
    assert (_count(), _count(Application)) == (0, 0)
    assert bring(content) == tried
    assert (_count(), _count(Application)) == (1, 1)


def test_wrappers_are_opened(bring: Bring) -> None:
    wrapped = [{"originalJobPosting": POSTING, "id": 1}, {"@graph": [{"@type": "WebSite"}, POSTING | {"identifier": "B"}]}]
    listed = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": POSTING | {"identifier": "C"}}]}
    assert [line.ref for line in bring([*wrapped, listed]) if line.imported] == ["NV-77-a", "B", "C"]


def test_a_page_is_searched_for_its_postings(bring: Bring) -> None:
    page = f"""<!doctype html><title>Jobb</title>
<script>var x = "</scr" + "ipt>";</script>
<script type="application/ld+json">{{"@type": "BreadcrumbList", "itemListElement": [{{"@type": "ListItem"}}]}}</script>
<script type='application/ld+json; charset=utf-8'>
<!-- {json.dumps([POSTING, POSTING | {"identifier": "B", "title": ""}])} -->
</script>
<script type="application/ld+json">{{"@type": </script>"""
    lines = bring(page, "page.html")
    assert [(line.place, line.ref, line.outcome) for line in lines] == [
        ("line 4, 1", "NV-77-a", "imported"), ("line 4, 2", "B", "refused"), ("line 7, ", "", "refused"),
    ]  # fmt: skip
    (nothing,) = bring("<p>Inga jobb</p>", "empty.html")
    assert nothing.reason == "no JobPosting in this page"


BAD_FILES = {
    "not JSON": (b"{", "roles.json", "not JSON (line 1)"),
    "too many digits": (b"9" * 5000, "roles.json", "not JSON"),
    "too deep": (b"[" * 100_000, "roles.json", "nested too deep"),
    "deep": (b"[" * 50 + b"]" * 50, "roles.json", "not an object"),
    "empty list": (b"[]", "roles.json", "nothing in it"),
    "empty": (b"", "roles.json", "not JSON (line 1)"),
    "not UTF-8": ("[{'å'".encode("latin-1"), "roles.json", "not UTF-8 text"),
    "another kind": (b"x", "roles.pdf", "not a kind of file"),
    "unknown column": (b"ref,title_sv,colour\nA,B,red\n", "roles.csv", "unknown column: colour"),
    "no ref": (b"title_sv\nB\n", "roles.csv", "there is no column ref"),
    "no columns": (b"", "roles.csv", "there is no column ref"),
    "too many values": (b"ref,title_sv\nA,B,C\n", "roles.csv", "line 2 has more values"),
    "open quote": (b'ref,title_sv\nA,"B\n', "roles.csv", "is not CSV"),
}


@pytest.mark.parametrize(("content", "name", "reason"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_file_that_cannot_be_read_is_refused(bring: Bring, content: bytes, name: str, reason: str) -> None:
    (line,) = bring(content, name)
    assert not line.imported and reason in line.reason


def test_roles_from_a_table(bring: Bring) -> None:
    table = (
        "ref;status;employer_name;city;address;languages;hours_per_week;pay_min;pay_max;pay_currency;pay_period;contact_email;title_sv;summary_sv;title_fi\r\n"
        'NV-1;open;Nordvind AB;Malmö|Lund;Kajen 1|;sv:good|en:basic;37,5;31 000;36 000;SEK;month;bo@nordvind.example;Montör;"Du monterar;\r\nnoga.";Asentaja\r\n'
        ";;;;;;;;;;;;;;\r\n"
        "NV-2;open;;;;;a lot;;;;;;Tekniker;;\r\n"
    )
    lines = bring("\ufeff" + table, "roles.csv")
    assert [(line.place, line.ref, line.outcome, line.reason) for line in lines] == [
        ("line 3", "NV-1", "imported", ""),
        ("line 5", "NV-2", "refused", "hours_per_week: Not a valid number."),
    ]
    kept = _role("NV-1")
    assert kept.locations == [{"city": "Malmö", "address": "Kajen 1"}, {"city": "Lund"}]
    assert (float(kept.hours_per_week or 0), kept.pay_max, kept.languages[0]) == (37.5, 36000, {"language": "sv", "level": "good"})
    assert {t.language: (t.title, t.data) for t in kept.texts} == {"sv": ("Montör", {"summary": "Du monterar;\r\nnoga."}), "fi": ("Asentaja", {})}


def test_applications_from_a_table(bring: Bring) -> None:
    bring(role(ref="NV-1"))
    table = (
        "ref,role,candidate_email,candidate_name,stage,stage_since,received_at,promise_who,promise_due_on,promise_channel,interview_at,interview_participants\n"
        "A-1,NV-1,Eva@Example.com,Eva,interview,2026-11-10T10:00:00+01:00,2026-11-01T10:00:00Z,Bo,2026-11-20,phone,2026-11-18T09:00:00Z,Bo|Siv\n"
    )
    (line,) = bring(table, "applications.csv")
    assert line.imported, line.reason
    kept = db.session.scalars(select(Application)).one()
    assert kept.candidate.email == "eva@example.com" and kept.promises[0].who == "Bo"
    assert kept.interview and kept.interview["participants"] == ["Bo", "Siv"]


def test_the_columns_are_documented() -> None:
    page = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
    roles, applications = page.split("### Columns of a CSV of applications")
    for section, kind in ((roles, "role"), (applications, "application")):
        named = set(re.findall(r"`([a-z_]+)`", section.split("### Columns of a CSV of roles")[-1]))
        missing = {c for c in csv_rows.columns(kind) if c not in named and c.removesuffix("_fi").removesuffix("_en") + "_sv" not in named}
        assert not missing


def test_a_folder_is_read_whole(bring: Bring, tmp_path: Path) -> None:
    bring(role(ref="NV-1"), "b.json")
    bring("x", "notes.txt")
    lines = list(bring_in(tmp_path / "in", SYSTEM))
    assert [(line.file, line.ref) for line in lines] == [("b.json", "NV-1")]


def test_the_command_prints_a_table_and_fails_if_anything_was_refused(app: APIFlask, tmp_path: Path) -> None:
    file = tmp_path / "roles.json"
    file.write_text(json.dumps([POSTING, {"@type": "JobPosting", "title": "\x1b[31m\ud800", "identifier": "x"}]))
    runner = app.test_cli_runner(env={"COLUMNS": "200"})
    result = runner.invoke(import_, [str(file)])
    assert result.exit_code == 1 and "1 imported, 1 refused." in result.output and "\x1b" not in result.output
    file.write_text(json.dumps(POSTING))
    result = runner.invoke(import_, [str(file), "--dry-run"])
    assert result.exit_code == 0 and "1 would be imported, 0 refused." in result.output


def test_fifty_real_postings_all_import(context: APIFlask) -> None:
    lines = list(bring_in(path("jobpostings/jobpostings_50.json"), SYSTEM))
    assert [line for line in lines if not line.imported] == []
    assert len(lines) == 50 == _count()
    closed = db.session.scalar(select(func.count()).select_from(Role).where(Role.status == "closed"))
    assert closed == sum("closed:" in line.reason for line in lines) == 45
