"""A fresh office for each test."""

from __future__ import annotations

import pytest

from tests.actions.office import Office


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture(params=["sv", "fi", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)
