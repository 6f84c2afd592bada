"""Money, dates and the rest of a role in words, in each language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from api.roles import text
from api.roles.models import STAGES, Role

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def babel() -> Iterator[None]:
    app = Flask("api")
    Babel(app, default_translation_directories="translations")
    with app.app_context():
        yield


def _role(**fields: Any) -> Role:
    return Role(**({"ref": "NV-1", "employer": {}, "manager": {}, "locations": [], "languages": []} | fields))


def _pay(language: str, low: str | None, high: str | None, currency: str, period: str) -> str | None:
    amounts = [Decimal(a) if a else None for a in (low, high)]
    with force_locale(language):
        said = text.pay(_role(pay_min=amounts[0], pay_max=amounts[1], pay_currency=currency, pay_period=period))
    return said.replace("\xa0", " ") if said else None


@pytest.mark.parametrize(
    ("language", "low", "high", "currency", "period", "expected"),
    [
        ("sv", "38000.00", "45000.00", "SEK", "month", "38 000–45 000 kr/mån"),
        ("fi", "3200", "3600", "EUR", "month", "3 200–3 600 €/kk"),
        ("en", "3200", "3600", "EUR", "month", "€3,200–3,600 a month"),
        ("en", "38000", "45000", "SEK", "month", "SEK 38,000–45,000 a month"),
        ("sv", "168.50", "168.50", "SEK", "hour", "168,50 kr/tim"),
        ("fi", "15.5", None, "EUR", "hour", "alkaen 15,50 €/t"),
        ("en", None, "90000", "EUR", "year", "up to €90,000 a year"),
        ("sv", "3200", "3600", "EUR", "year", "3 200–3 600 €/år"),
    ],
)
def test_pay_is_written_as_people_write_it(language: str, low: str, high: str, currency: str, period: str, expected: str) -> None:
    assert _pay(language, low, high, currency, period) == expected


def test_pay_that_is_not_known_is_none() -> None:
    assert text.pay(_role()) is None


@pytest.mark.parametrize(
    ("language", "day", "expected"),
    [
        ("en", date(2026, 11, 27), "Apply by Friday 27 November"),
        ("sv", date(2026, 11, 27), "Sök senast fredag 27 november"),
        ("fi", date(2026, 11, 27), "Hae viimeistään perjantaina 27.11."),
        ("en", date(2027, 1, 4), "Apply by Monday 4 January 2027"),
        ("fi", date(2027, 1, 4), "Hae viimeistään maanantaina 4.1.2027"),
        ("sv", None, "Inget sista datum satt"),
    ],
)
def test_the_last_day_is_said_as_people_say_it(language: str, day: date | None, expected: str) -> None:
    with force_locale(language):
        assert text.closes_on(_role(closes_on=day), TODAY) == expected


@pytest.mark.parametrize(("language", "expected"), [("en", "Temporary, part time"), ("sv", "Visstid, deltid"), ("fi", "Määräaikainen, osa-aikainen")])
def test_employment_in_words(language: str, expected: str) -> None:
    with force_locale(language):
        assert text.employment(_role(employment_type="temporary", hours="part_time")) == expected


def test_facts_that_are_not_known_are_left_out() -> None:
    with force_locale("sv"):
        assert text.facts(_role(), TODAY) == [("Referens", "NV-1")]


def test_facts_are_in_the_readers_language() -> None:
    role = _role(
        languages=[{"language": "sv", "level": "good"}, {"language": "xx"}], locations=[{"city": "Lund"}, {"city": "Lund"}, {}],
        team_size=7, hours_per_week=Decimal("37.50"), manager={"name": "Siv Ek", "title": "Chef"},
    )  # fmt: skip
    with force_locale("fi"):
        assert text.facts(role, TODAY) == [
            ("Paikka", "Lund"), ("Työaika", "37,5 tuntia viikossa"), ("Kielet", "ruotsi (hyvä), xx"), ("Tiimi", "7 henkeä"),
            ("Esihenkilö", "Siv Ek, Chef"), ("Viite", "NV-1"),
        ]  # fmt: skip


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_every_stage_has_a_name_and_nobody_is_promised_an_offer(language: str) -> None:
    with force_locale(language):
        names = [text.stage(stage) for stage in STAGES]
        assert len(set(names)) == len(STAGES) and all(names)
        offer = text.stage("offer")
        assert offer not in [text.next_stage(stage, assessment) for stage in STAGES for assessment in (True, False)]
        assert [text.next_stage(stage, False) for stage in ("hired", "rejected", "withdrawn")] == [None] * 3
