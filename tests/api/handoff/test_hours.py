"""When somebody answers: night, weekend, the holidays of each country, and the changes of the clock."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.dates import get_month_names
from flask import Flask

from api import clock
from api.answers.company import Office, company
from api.app import create_app
from api.config import LANGUAGES, ConfigError, load_settings
from api.handoff.hours import _holidays, expectation, next_opening, open_until, warm_up

ZONES = {"stockholm": ZoneInfo("Europe/Stockholm"), "helsinki": ZoneInfo("Europe/Helsinki"), "tampere": ZoneInfo("Europe/Helsinki")}


@pytest.fixture(scope="module", autouse=True)
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demo's company; no database is asked here."""
    app = create_app(load_settings(var=tmp_path_factory.mktemp("hours"), database_url=""))
    with app.app_context():
        yield app


def local(office: str, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONES[office])


def opening(office: str, text: str) -> str:
    """The next opening of an office after a local time, in its local time."""
    moment = next_opening(company().office(office), local(office, text)).astimezone(ZONES[office])
    return f"{moment:%Y-%m-%d %H:%M}"


def is_open(office: str, text: str) -> bool:
    return open_until(company().office(office), local(office, text)) is not None


def said_time(text: str) -> str:
    """The one time of day in a text."""
    [found] = re.findall(r"\d{1,2}[.:]\d{2}", text)
    return found.replace(".", ":").rjust(5, "0")


@pytest.mark.parametrize(
    ("office", "asked", "opens"),
    [
        ("stockholm", "2026-11-22 23:40", "2026-11-23 08:00"),  # Sunday night
        ("stockholm", "2026-11-23 00:30", "2026-11-23 08:00"),
        ("stockholm", "2026-11-20 16:00", "2026-11-23 08:00"),  # Friday at closing time
        ("stockholm", "2026-11-20 15:59", "2026-11-20 15:59"),
        ("helsinki", "2026-11-20 16:30", "2026-11-23 08:00"),
        ("tampere", "2026-11-23 07:29", "2026-11-23 07:30"),
        ("stockholm", "2026-06-18 18:00", "2026-06-22 08:00"),  # midsummer eve 2026 is Friday 19 June
        ("helsinki", "2026-06-18 18:00", "2026-06-22 08:00"),
        ("stockholm", "2028-06-05 18:00", "2028-06-07 08:00"),  # 6 June is Sweden's
        ("helsinki", "2028-06-05 18:00", "2028-06-06 08:00"),
        ("stockholm", "2027-12-05 18:00", "2027-12-06 08:00"),  # 6 December is Finland's
        ("helsinki", "2027-12-05 18:00", "2027-12-07 08:00"),
        ("stockholm", "2026-12-23 18:00", "2026-12-28 08:00"),  # Christmas: Thursday to Saturday
        ("helsinki", "2026-12-23 18:00", "2026-12-28 08:00"),
        ("stockholm", "2026-12-30 18:00", "2027-01-04 08:00"),  # New Year's Eve is a day off in Sweden only
        ("helsinki", "2026-12-30 18:00", "2026-12-31 08:00"),
        ("stockholm", "2026-04-30 17:00", "2026-05-04 08:00"),  # the first of May, a Friday
        ("stockholm", "2027-01-05 18:00", "2027-01-07 08:00"),  # Epiphany
        ("stockholm", "2027-03-27 20:00", "2027-03-30 08:00"),  # Easter Monday, and summer time begins
    ],
)
def test_the_next_opening(office: str, asked: str, opens: str) -> None:
    assert opening(office, asked) == opens


def test_midsummer_eve_is_a_day_off_in_both_countries_and_the_day_before_is_not() -> None:
    for office in ("stockholm", "helsinki"):
        assert is_open(office, "2026-06-18 12:00")
        assert not is_open(office, "2026-06-19 12:00")


def test_open_from_the_first_minute_and_closed_at_the_last() -> None:
    assert not is_open("stockholm", "2026-11-23 07:59:59")
    assert is_open("stockholm", "2026-11-23 08:00")
    assert is_open("stockholm", "2026-11-23 16:59:59")
    assert not is_open("stockholm", "2026-11-23 17:00")


@pytest.mark.parametrize(
    ("asked", "opens"), [("2027-03-26 20:00", "2027-03-30T06:00"), ("2026-10-23 20:00", "2026-10-26T07:00"), ("2026-03-27 20:00", "2026-03-30T06:00")]
)
def test_eight_in_the_morning_stays_eight_when_the_clock_changes(asked: str, opens: str) -> None:
    """Summer time began and ended on the Sunday in between; the moment in UTC moves, the hour does not."""
    moment = next_opening(company().office("stockholm"), local("stockholm", asked))
    assert moment.astimezone(UTC).isoformat()[:16] == opens
    assert moment.astimezone(ZONES["stockholm"]).hour == 8


def test_helsinki_opens_an_hour_before_stockholm() -> None:
    at = datetime(2026, 11, 23, 3, tzinfo=UTC)
    assert next_opening(company().office("helsinki"), at).astimezone(UTC).hour == 6
    assert next_opening(company().office("stockholm"), at).astimezone(UTC).hour == 7


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_the_daytime_the_answer_comes_within_the_hour(language: str) -> None:
    told = expectation("stockholm", local("stockholm", "2026-11-23 10:00"), language)
    assert told.open_now
    assert told.reply_by == local("stockholm", "2026-11-23 11:00")
    assert not re.search(r"\d", told.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_night_the_hour_is_named(language: str) -> None:
    told = expectation("stockholm", local("stockholm", "2026-11-22 23:40"), language)
    assert not told.open_now
    assert told.reply_by == local("stockholm", "2026-11-23 09:00")
    assert said_time(told.text) == "08:00"
    assert {"sv": "i morgon", "fi": "huomenna", "en": "tomorrow"}[language] in told.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_a_long_weekend_day_and_hour_are_named(language: str) -> None:
    told = expectation("stockholm", local("stockholm", "2026-06-18 19:00"), language)
    assert said_time(told.text) == "08:00"
    june = [get_month_names("wide", locale=language)[6], "22.6."]
    assert re.search(r"\b22\b", told.text)
    assert any(name.lower() in told.text.lower() for name in june)
    assert {"sv": "måndag", "fi": "maanantai", "en": "Monday"}[language] in told.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_half_an_hour_before_closing_the_next_day_is_named_too(language: str) -> None:
    """Thursday 30 April, the day before a holiday and a weekend."""
    told = expectation("stockholm", local("stockholm", "2026-04-30 16:30"), language)
    assert told.open_now
    assert told.reply_by == local("stockholm", "2026-05-04 08:30")
    assert said_time(told.text) == "08:00"
    assert re.search(r"\b4\b", told.text)


def test_after_midnight_the_same_morning_is_called_today() -> None:
    told = expectation("stockholm", local("stockholm", "2026-11-23 00:30"), "en")
    assert "today" in told.text
    assert "tomorrow" not in told.text


def test_without_an_office_the_language_tells_the_country() -> None:
    at = datetime(2027, 12, 6, 12, tzinfo=UTC)  # a Monday: Finland's independence day
    assert {language: expectation(None, at, language).open_now for language in LANGUAGES} == {"sv": True, "fi": False, "en": True}


def test_a_lunch_break_is_no_answer_within_the_hour(tmp_path: Path) -> None:
    hours = {day: [["09:00", "12:00"], ["13:00", "16:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    office = {"key": "oslo", "city": "Oslo", "country": "NO", "time_zone": "Europe/Oslo", "hours": hours}
    with _company_with(tmp_path, [office]).app_context():
        zone = ZoneInfo("Europe/Oslo")
        told = expectation("oslo", datetime(2026, 11, 23, 11, 30, tzinfo=zone), "en")
        assert told.reply_by == datetime(2026, 11, 23, 13, 30, tzinfo=zone)
        assert "within an hour" not in told.text
        assert said_time(told.text) == "13:00"


def _company_with(folder: Path, offices: list[dict[str, object]]) -> Flask:
    from api.config import ROOT

    found = json.loads((ROOT / "demo" / "company.json").read_text())
    path = folder / "company.json"
    path.write_text(json.dumps(found | {"offices": offices}))
    return create_app(load_settings(var=folder, database_url="", company_file=path))


def test_once_warmed_up_nobody_waits_for_this_years_holidays() -> None:
    _holidays.cache_clear()
    with clock.at(local("stockholm", "2026-11-23 12:00")):
        warm_up(company().offices)
    loaded = _holidays.cache_info().misses
    assert loaded == len({office.country for office in company().offices})
    assert is_open("stockholm", "2026-11-23 12:00") and is_open("helsinki", "2026-11-23 12:00")
    assert _holidays.cache_info().misses == loaded


GOOD = {"key": "x", "city": "X", "country": "SE", "time_zone": "Europe/Stockholm", "hours": {"mon": [["08:00", "17:00"]]}}
WRONG_OFFICES: dict[str, dict[str, object]] = {
    "never open": {"hours": {"mon": [], "tue": []}},
    "no hours": {"hours": {}},
    "a day that does not exist": {"hours": {"montag": [["08:00", "17:00"]]}},
    "an hour that does not exist": {"hours": {"mon": [["08:00", "25:00"]]}},
    "closes before it opens": {"hours": {"mon": [["17:00", "08:00"]]}},
    "a zone that does not exist": {"time_zone": "Europe/Uppsala"},
    "a folder of zones": {"time_zone": "Europe"},
    "a file that is no zone": {"time_zone": "zone.tab"},
    "a path": {"time_zone": "../UTC"},
    "no zone": {"time_zone": ""},
}


@pytest.mark.parametrize("wrong", WRONG_OFFICES.values(), ids=WRONG_OFFICES.keys())
def test_hours_that_nobody_can_keep_stop_the_start(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="DESK_COMPANY_FILE.*offices"):
        _company_with(tmp_path, [GOOD | wrong])


def test_the_demo_has_offices_in_both_countries() -> None:
    offices: list[Office] = company().offices
    assert {o.country for o in offices} == {"SE", "FI"}
