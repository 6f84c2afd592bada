from __future__ import annotations

from datetime import date

import pytest

from actions import dates

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(("language", "said"), [("sv", "fredag 27 november"), ("fi", "perjantaina 27.11"), ("en", "Friday 27 November")])
def test_a_day_has_its_weekday_and_no_year(language: str, said: str) -> None:
    assert dates.day("2026-11-27", language, TODAY) == said


@pytest.mark.parametrize(("language", "said"), [("sv", "måndag 11 januari 2027"), ("fi", "maanantaina 11.1.2027"), ("en", "Monday 11 January 2027")])
def test_the_year_is_told_when_it_is_another(language: str, said: str) -> None:
    assert dates.day("2027-01-11", language, TODAY) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [("sv", "torsdag 26 november kl. 09.30"), ("fi", "torstaina 26.11. klo 9.30"), ("en", "Thursday 26 November at 09:30")],
)
def test_a_moment_keeps_the_zone_that_it_was_given_in(language: str, said: str) -> None:
    assert dates.moment("2026-11-26T09:30:00+02:00", language, TODAY) == said


@pytest.mark.parametrize(("language", "said"), [("sv", "1 oktober 2026"), ("fi", "1.10.2026"), ("en", "1 October 2026")])
def test_a_version_date_has_its_year(language: str, said: str) -> None:
    assert dates.full_day("2026-10-01", language) == said
