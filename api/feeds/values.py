"""Values of JSON-LD, which may be a thing, a list of things, an object with a name, or missing."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

NAMES = ("name", "value", "@value", "@id", "identifier", "text")
NUMBER = re.compile(r"-?\d{1,3}(?:[ \xa0 .,']\d{3})+(?:[.,]\d{1,2})?|-?\d+(?:[.,]\d+)?")


def items(value: Any) -> list[Any]:
    """The things in `value`: itself, or its members if it is a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def first(value: Any) -> Any:
    """The first of the things."""
    return next(iter(items(value)), None)


def text(value: Any, depth: int = 4) -> str:
    """The words of a thing: a text, a number, or what names an object; '' if there are none."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and depth:
        return next((said for said in (text(item, depth - 1) for item in value) if said), "")
    if isinstance(value, dict) and depth:
        return next((said for said in (text(value.get(name), depth - 1) for name in NAMES) if said), "")
    return ""


def lines(value: Any) -> str:
    """All the things as text, each on its line."""
    return "\n".join(said for said in map(text, items(value)) if said)


def number(value: Any) -> Decimal | None:
    """A number, also from '38 000', '38.000,50 kr' or '3,200'; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        found = str(value)
    else:
        match = NUMBER.search(text(value))
        if match is None:
            return None
        found = _plain(match[0])
    try:
        parsed = Decimal(found)
    except InvalidOperation:
        return None
    return parsed if parsed.is_finite() else None


def _plain(written: str) -> str:
    """Digits with a point before the decimals: a mark before exactly three digits groups thousands."""
    written = re.sub(r"[ \xa0 ']", "", written)
    whole, mark, end = written.rpartition("," if written.rfind(",") > written.rfind(".") else ".")
    if mark and len(end) != 3:
        return re.sub(r"[.,]", "", whole) + "." + end
    return re.sub(r"[.,]", "", written)
