"""The edition of what the assistant reads: another one with every change, the same without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apiflask import APIFlask

from api import clock
from api.answers import edition, texts
from api.answers.service import save_answer
from api.audit.service import SYSTEM
from api.db import db
from api.roles import service
from api.roles.schemas import RoleIn
from tests.api.roles.samples import role

START = datetime(2027, 4, 1, 8, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def at_the_start(context: APIFlask) -> Iterator[None]:
    with clock.at(START):
        save_role()
        save_answer("values", {"sv": "Vi håller ord.", "en": "We keep our word."}, START, SYSTEM)
        yield


def save_role(**changes: Any) -> None:
    service.save_role(RoleIn().load(role(ref="NV-1", **changes)), SYSTEM)
    db.session.flush()


@pytest.mark.parametrize(
    "change",
    [
        lambda: save_role(team_size=3),
        lambda: save_role(texts={"sv": {"title": "Ny"}}),
        lambda: service.remove_role("NV-1", SYSTEM),
        lambda: save_answer("values", {"sv": "Vi håller ord, alltid.", "en": "We keep our word."}, START, SYSTEM),
        lambda: save_answer("values", {"sv": "Vi håller ord."}, START, SYSTEM),
        lambda: texts.save(None, "answer", "values", {"sv": "Vi gör som vi säger."}),
        lambda: texts.save(None, "response", "utter_goodbye", {"fi": "Nähdään."}),
    ],
    ids=["role", "texts of a role", "no role", "answer", "answer in fewer languages", "worded answer", "worded text"],
)
def test_a_change_makes_another_edition(change: Callable[[], Any]) -> None:
    before = edition.current()
    assert edition.current() == before
    change()
    assert edition.current() != before


def test_a_change_is_seen_even_if_the_clock_goes_back() -> None:
    save_role(team_size=3)
    before = edition.current()
    with clock.at(START - MINUTE):
        save_role(team_size=4)
    assert edition.current() != before


def test_a_role_saved_as_it_is_makes_no_other_edition() -> None:
    before = edition.current()
    save_role()
    assert edition.current() == before


def test_a_wording_counts_from_its_beginning_to_its_end() -> None:
    texts.save(None, "answer", "values", {"sv": "Sommar!"}, valid_from=START + 2 * MINUTE, valid_until=START + 4 * MINUTE)
    editions = []
    for minutes in (1, 2, 3, 4):
        with clock.at(START + minutes * MINUTE):
            editions.append(edition.current())
    assert editions[1] == editions[2] and len(set(editions)) == 3


def test_a_day_may_begin_with_every_quarter_of_an_hour() -> None:
    with clock.at(START + 13 * MINUTE):
        before = edition.current()
    with clock.at(START + 14 * MINUTE):
        assert edition.current() != before
