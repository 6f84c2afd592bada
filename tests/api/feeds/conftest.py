from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from api.accounts.service import add_key
from api.audit.service import SYSTEM
from api.db import db


@pytest.fixture
def key(app: APIFlask) -> str:
    """An ATS's key."""
    with app.app_context():
        _, secret = add_key("Our ATS", SYSTEM)
        db.session.commit()
    return secret


@pytest.fixture
def put(client: FlaskClient, key: str) -> Callable[..., Any]:
    """PUT a JSON body with the ATS's key: `put("/roles/LV-1", body)`."""

    def send(path: str, body: Any, **headers: str) -> Any:
        data = json.dumps(body)  # in ASCII, so that half characters can be sent too
        return client.put(f"/api/v1{path}", data=data, content_type="application/json", headers={"Authorization": f"Bearer {key}"} | headers)

    return send


@pytest.fixture
def delete(client: FlaskClient, key: str) -> Callable[..., Any]:
    """DELETE with the ATS's key."""
    return lambda path: client.delete(f"/api/v1{path}", headers={"Authorization": f"Bearer {key}"})
