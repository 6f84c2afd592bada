from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from api import clock
from api.candidates.models import Candidate
from api.conversations.models import Conversation
from api.db import db
from tests.api.conftest import SECRET
from tests.api.roles.conftest import save_application, save_role

__all__ = ["save_application", "save_role"]


@pytest.fixture
def read(client: FlaskClient) -> Callable[..., Any]:
    """GET as the assistant does: `read("/roles", language="sv")`."""

    def get(path: str, headers: dict[str, str] | None = None, **query: str) -> Any:
        return client.get(f"/internal/v1{path}", query_string=query, headers={"Authorization": f"Bearer {SECRET}"} | (headers or {}))

    return get


@pytest.fixture
def conversation(context: APIFlask) -> Callable[..., str]:
    """The id of a conversation, verified for the candidate with this address if one is given."""

    def make(email: str | None = None, verified_at: datetime | None = None) -> str:
        candidate = db.session.scalar(select(Candidate.id).where(Candidate.email == email)) if email else None
        found = Conversation(token_hash="x", language="sv", candidate_id=candidate, verified_at=verified_at or (clock.now() if email else None))
        db.session.add(found)
        db.session.commit()
        return found.id

    return make


@pytest.fixture
def statements(context: APIFlask) -> Iterator[list[str]]:
    """Every SELECT that the database is asked while the test runs."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)
