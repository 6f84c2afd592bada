from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from apiflask import APIFlask

from api.audit.service import SYSTEM
from api.db import db
from api.roles import service
from api.roles.models import Application, Role
from api.roles.schemas import ApplicationIn, RoleIn
from tests.api.roles.samples import application, role


@pytest.fixture
def save_role(context: APIFlask) -> Callable[..., Role]:
    """Stores the sample role with changes."""

    def save(ref: str = "NV-1", **changes: Any) -> Role:
        saved = service.save_role(RoleIn().load(role(ref=ref, **changes)), SYSTEM).row
        db.session.commit()
        return saved

    return save


@pytest.fixture
def save_application(context: APIFlask) -> Callable[..., Application]:
    """Stores the sample application with changes."""

    def save(ref: str = "A-1", **changes: Any) -> Application:
        saved = service.save_application(ApplicationIn().load(application(ref=ref, **changes)), SYSTEM).row
        db.session.commit()
        return saved

    return save
