"""Reading roles: which are open, in which language, in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from api import clock
from api.errors import NotFound
from api.roles import queries

Save = Callable[..., Any]


def _refs() -> list[str]:
    return [r["ref"] for r in queries.open_roles("sv")]


def test_only_open_roles_until_their_last_day_ends_at_the_office(save_role: Save) -> None:
    save_role("NV-1", closes_on="2026-11-27")
    save_role("NV-2", closes_on=None)
    save_role("NV-3", status="closed")
    save_role("NV-4", status="paused")
    with clock.at(datetime(2026, 11, 27, 22, 59, tzinfo=UTC)):
        assert _refs() == ["NV-1", "NV-2"]
        assert queries.full_role("NV-1", "sv")["status"] == "open"
    with clock.at(datetime(2026, 11, 27, 23, 1, tzinfo=UTC)):
        assert _refs() == ["NV-2"]
        assert queries.full_role("NV-1", "sv")["status"] == "closed"


@pytest.mark.parametrize(
    ("available", "wanted", "expected"),
    [(("sv", "en"), "sv", "sv"), (("sv", "en"), "fi", "en"), (("sv", "fi"), "en", "sv"), (("fi",), "sv", "fi")],
)
def test_texts_fall_back_to_english_swedish_finnish(save_role: Save, available: tuple[str, ...], wanted: str, expected: str) -> None:
    save_role(texts={code: {"title": code.upper()} for code in available})
    found = queries.full_role("NV-1", wanted)
    assert (found["title"], found["text_language"]) == (expected.upper(), expected)
    assert queries.open_roles(wanted)[0]["title"] == expected.upper()


def test_a_text_left_out_comes_from_the_nearest_language_that_has_it(save_role: Save) -> None:
    save_role(texts={"fi": {"title": "F", "benefits": "Etu"}, "sv": {"title": "S", "benefits": "Förmån", "team": "Vi"}, "en": {"title": "E", "benefits": ""}})
    found = queries.full_role("NV-1", "fi")
    assert found["texts"] == {"title": "F", "benefits": "Etu", "team": "Vi"}
    assert found["text_languages"] == {"title": "fi", "benefits": "fi", "team": "sv"}
    assert queries.full_role("NV-1", "en")["texts"]["benefits"] == "Förmån"


def test_a_role_without_any_text_still_has_a_name(save_role: Save) -> None:
    role = save_role()
    role.texts.clear()
    assert queries.full_role("NV-1", "sv")["title"] == "NV-1"


def test_search_wants_every_word_anywhere(save_role: Save) -> None:
    save_role("NV-1")
    save_role("NV-2", texts={"fi": {"title": "Asentaja"}}, locations=[{"city": "Tampere"}])
    assert [r["ref"] for r in queries.search("fi", "TAMPERE asentaja")] == ["NV-2"]
    assert [r["ref"] for r in queries.search("en", "drift")] == ["NV-1"]
    assert [r["ref"] for r in queries.search("en", "nv-2")] == ["NV-2"]
    assert queries.search("en", "drift tampere") == []
    assert len(queries.search("en", " ")) == 2


def test_the_version_changes_with_every_change(save_role: Save) -> None:
    versions = [queries.version()]
    for change in ({}, {"team_size": 3}, {"texts": {"sv": {"title": "Ny"}}}, {"status": "closed"}):
        save_role(**change)
        versions.append(queries.version())
    save_role(status="closed")
    assert len(set(versions)) == 5 and queries.version() == versions[-1]


def test_a_site_gets_roles_in_words(save_role: Save) -> None:
    save_role("NV-2", closes_on=None)
    save_role("NV-1", closes_on="2026-12-04")
    with clock.at(datetime(2026, 11, 22, 12, tzinfo=UTC)):
        first, second = queries.for_site("sv")
        assert (first["ref"], second["ref"]) == ("NV-1", "NV-2")
        assert first["pay_text"].replace("\xa0", " ") == "38 000–45 000,50 kr/mån"
        assert (first["closes_on_text"], first["remote_text"], first["locations"]) == ("Sök senast fredag 4 december", "Delvis på distans", "Malmö")
        page = queries.role_for_site("NV-1", "en")
        assert ("Last day to apply", "Friday 4 December") in page["facts"] and page["contact"]["name"] == "Bo Al"
        with pytest.raises(NotFound):
            queries.role_for_site("NV-9", "en")
