"""What each feature keeps about a person: how it is given out, and how it is erased.

Each feature registers its tables in its `privacy.py`; a test fails for a table left out. Here is the register
alone, so that no feature needs to know the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import inspect

MASK = "•••"


@dataclass(frozen=True)
class Person:
    """Whose data. `conversation_id` is the conversation that asks for erasure: it stays, emptied."""

    candidate_id: str
    email: str
    conversation_id: str | None = None


@dataclass(frozen=True)
class Holding:
    """Tables that belong together. `export` gives JSON-ready data, `erase` works in the caller's transaction.

    Erasers run by `rank`, lowest first: what others are found by is erased last.
    """

    name: str
    tables: tuple[str, ...]
    export: Callable[[Person], Any]
    erase: Callable[[Person], None]
    rank: int


_holdings: dict[str, Holding] = {}


def register(name: str, *tables: str, export: Callable[[Person], Any], erase: Callable[[Person], None], rank: int = 5) -> None:
    """Say that these tables hold personal data, and what to do about it."""
    _holdings[name] = Holding(name, tables, export, erase, rank)


def holdings() -> list[Holding]:
    """All that is registered, in the order of erasing."""
    return sorted(_holdings.values(), key=lambda h: h.rank)


def export(person: Person) -> dict[str, Any]:
    """All that is kept about a person, by the features' names."""
    return {h.name: h.export(person) for h in holdings()}


def erase(person: Person) -> None:
    """Erase it all, in the caller's transaction."""
    for holding in holdings():
        holding.erase(person)


def facts(row: Any, *left_out: str) -> dict[str, Any]:
    """All columns of a row, ready for JSON, but those left out: secrets, and ids that only tie rows together."""
    names = [c.key for c in inspect(type(row)).column_attrs if c.key not in left_out]
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _address(email: str) -> re.Pattern[str]:
    """The address on its own, not as the end of a longer one."""
    return re.compile(rf"(?<![\w.+-]){re.escape(email)}(?![\w-]|\.\w)", re.IGNORECASE)


def mentions(text: str, email: str) -> bool:
    """Whether the address stands in a text."""
    return _address(email).search(text) is not None


def without_address(text: str, email: str) -> str:
    """The text with the address masked."""
    return _address(email).sub(MASK, text)
