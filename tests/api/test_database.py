"""The schema itself: migrations and models agree on both databases."""

from __future__ import annotations

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import inspect

from api.db import Base, db
from api.migrations.run import drift


def test_migrations_and_models_agree(context: APIFlask) -> None:
    assert drift() == []


def test_every_table_is_migrated(context: APIFlask) -> None:
    assert set(Base.metadata.tables) <= set(inspect(db.engine).get_table_names())


@pytest.mark.parametrize("number", [1, 2])
def test_each_test_has_a_database_of_its_own(context: APIFlask, number: int) -> None:
    from api.answers.models import Answer

    assert db.session.query(Answer).count() == 0
    db.session.add(Answer(key="values", language="sv", text="Lugn"))
    db.session.commit()


def test_the_gateway_answers(client: FlaskClient) -> None:
    assert client.get("/readyz").json == {"status": "ok", "assistant": "ready"}
