"""Two senders at the same time: each ends with an answer, and there is one row."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select

from api.candidates.models import Candidate
from api.db import db
from api.roles.models import Application, Promise, Role
from tests.api.roles.samples import application, role

CROWD = 6


def _at_once(app: APIFlask, key: str, path: str, bodies: list[dict[str, Any]]) -> list[int]:
    barrier, answers = threading.Barrier(len(bodies)), []

    def send(body: dict[str, Any]) -> None:
        client = app.test_client()
        barrier.wait()
        answers.append(client.put(f"/api/v1{path}", json=body, headers={"Authorization": f"Bearer {key}"}).status_code)

    threads = [threading.Thread(target=send, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


@pytest.mark.parametrize("different", [False, True])
def test_a_role_sent_at_once_is_created_once(app: APIFlask, key: str, different: bool) -> None:
    bodies = [role(team_size=n if different else 1) for n in range(CROWD)]
    assert _at_once(app, key, "/roles/NV-1", bodies) == [200] * (CROWD - 1) + [201]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Role)) == 1


def test_applications_of_one_candidate_at_once(app: APIFlask, key: str) -> None:
    _at_once(app, key, "/roles/NV-1", [role()])
    promises = [{"who": f"Person {n}", "due_on": "2026-12-01", "channel": "phone"} for n in range(CROWD)]
    assert _at_once(app, key, "/applications/A-1", [application(promise=p) for p in promises]) == [200] * (CROWD - 1) + [201]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Application)) == 1
        assert db.session.scalar(select(func.count()).select_from(Candidate)) == 1
        assert sorted(db.session.scalars(select(Promise.status))) == ["open"] + ["replaced"] * (CROWD - 1)


def test_a_role_removed_while_somebody_applies(app: APIFlask, key: str) -> None:
    answers: list[int] = []

    def remove() -> None:
        answers.append(app.test_client().delete("/api/v1/roles/NV-1", headers={"Authorization": f"Bearer {key}"}).status_code)

    for _ in range(3):
        _at_once(app, key, "/roles/NV-1", [role()])
        remover = threading.Thread(target=remove)
        remover.start()
        answers += _at_once(app, key, "/applications/A-1", [application()])
        remover.join()
    assert set(answers) <= {200, 201, 204, 422}
