from __future__ import annotations

import pytest

from actions import lines_of_work, places


@pytest.mark.parametrize(
    ("text", "towns"),
    [
        ("jobb i Tammerfors", ["Tampere"]),
        ("töitä Tampereelta", ["Tampere"]),
        ("anything in Gothenburg?", ["Göteborg"]),
        ("Göteborgs-trakten", ["Göteborg"]),
        ("Helsingfors eller Esbo", ["Helsinki", "Espoo"]),
        ("onko Helsingissä paikkoja", ["Helsinki"]),
        ("jobb i Helsingborg", ["Helsingborg"]),
        ("stockholmstrakten", ["Stockholm"]),
        ("Tukholmassa", ["Stockholm"]),
        ("pääkaupunkiseudulla", ["Helsinki", "Espoo", "Vantaa"]),
        ("tre jobb som passar", []),
        ("jobb i Kiruna", ["Kiruna"]),
        ("jobb i Sveg", ["Sveg"]),
        ("vad gör man på dagarna", []),
    ],
)
def test_towns_are_known_by_all_their_names(text: str, towns: list[str]) -> None:
    assert places.towns_in(text, known=["Sveg"]) == towns


def test_countries_are_not_mistaken_for_languages() -> None:
    assert places.country_in("jobb i Finland") == "FI"
    assert places.country_in("töitä Ruotsissa") == "SE"
    assert places.country_in("pitääkö osata ruotsia tai suomea?") is None


@pytest.mark.parametrize(("language", "said"), [("sv", "Tammerfors"), ("fi", "Tampere"), ("en", "Tampere")])
def test_a_town_is_called_by_the_name_used_in_the_language(language: str, said: str) -> None:
    assert places.name("Tampere", language) == said


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("jobb inom ekonomi", ["finance"]),
        ("myynnin työt", ["sales"]),
        ("any IT jobs", ["it"]),
        ("kundtjänst", ["customer_service"]),
        ("lagerjobb", ["logistics"]),
        ("is it possible to see all jobs?", []),
        ("it-jobb", ["it"]),
        ("vad har ni öppet", []),
    ],
)
def test_lines_of_work_are_known_by_their_words(text: str, fields: list[str]) -> None:
    assert lines_of_work.fields_in(text) == fields


def test_kinds_of_employment_and_hours() -> None:
    assert lines_of_work.employment_in("har ni sommarjobb?") == ["summer"]
    assert lines_of_work.employment_in("kesätöitä") == ["summer"]
    assert lines_of_work.hours_in("any part time work?") == ["part_time"]
    assert lines_of_work.hours_in("osa-aikaista") == ["part_time"]
    assert lines_of_work.wants_remote("kan man jobba på distans") and not lines_of_work.wants_remote("jobb i Lund")
