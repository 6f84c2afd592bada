"""No table is forgotten."""

from __future__ import annotations

from apiflask import APIFlask

from api import personal_data
from api.db import Base
from api.privacy.service import WITHOUT


def test_every_table_is_registered_or_holds_no_personal_data(context: APIFlask) -> None:
    registered = [table for holding in personal_data.holdings() for table in holding.tables]
    assert sorted([*registered, *WITHOUT]) == sorted(Base.metadata.tables), "say in the feature's privacy.py how to export and erase it"


def test_an_address_is_masked_alone() -> None:
    text = "eva@x.se, Eva@X.se; not neva@x.se, eva@x.se.org or a.eva@x.se. But eva@x.se."
    masked = personal_data.without_address(text, "eva@x.se")
    assert masked == "•••, •••; not neva@x.se, eva@x.se.org or a.eva@x.se. But •••."
