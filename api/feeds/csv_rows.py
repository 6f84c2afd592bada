"""Roles and applications as rows of a CSV file. The columns are described in docs/import.md."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

from api.config import LANGUAGES
from api.roles.schemas import ApplicationIn, RoleIn, TextsIn

Row = dict[str, Any]
NUMBERS = ("hours_per_week", "contract_months", "team_size", "response_days")
NESTED = {
    "role": {
        "employer": ("name", "org"), "pay": ("min", "max", "currency", "period", "as_of"), "manager": ("name", "title"),
        "contact": ("name", "title", "email", "phone"), "recruiter": ("name", "title", "email", "phone"),
    },
    "application": {
        "candidate": ("email", "name", "language", "phone"), "promise": ("who", "due_on", "channel", "made_at", "status"),
        "interview": ("at", "form", "minutes", "place"),
    },
}  # fmt: skip
FIELDS = {"role": frozenset(RoleIn().fields), "application": frozenset(ApplicationIn().fields)}
TEXTS = tuple(name for name in TextsIn().fields if name != "process")


class NotATable(Exception):
    """The file as a whole cannot be read; the message says why."""


def columns(kind: str) -> frozenset[str]:
    """All columns that a file of roles or of applications may have."""
    nested = NESTED[kind]
    plain = FIELDS[kind] - set(nested) - {"texts", "history", "past_promises", "locations"}
    parts = {f"{name}_{part}" for name, members in nested.items() for part in members}
    if kind == "application":
        return plain | parts | {"interview_participants"}
    return plain | parts | {"city", "address"} | {f"{name}_{code}" for name in TEXTS for code in LANGUAGES}


def rows(content: str) -> Iterator[tuple[int, str, Row]]:
    """Line number, kind (`role`, `application`) and data of each row. Raises `NotATable`."""
    head = content.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(content, newline=""), delimiter=separator, strict=True)
    try:
        kind = _kind_of([name.strip() for name in reader.fieldnames or []])
        build: Callable[[Row], Row] = _role if kind == "role" else _application
        for row in reader:
            if None in row:
                raise NotATable(f"line {reader.line_num} has more values than there are columns")
            said = {name.strip(): value.strip() for name, value in row.items() if value and value.strip()}
            if said:
                yield reader.line_num, kind, build(said)
    except csv.Error as error:
        raise NotATable(f"line {reader.line_num} is not CSV: {error}") from None


def _kind_of(names: list[str]) -> str:
    kind = "application" if "candidate_email" in names else "role"
    unknown = sorted(set(names) - columns(kind))
    if unknown:
        raise NotATable(f"unknown column: {', '.join(unknown)[:200] or 'one without a name'}")
    if "ref" not in names:
        raise NotATable("there is no column ref")
    return kind


def _role(said: Row) -> Row:
    data = _common(said, "role")
    texts = {code: {name: said[f"{name}_{code}"] for name in TEXTS if f"{name}_{code}" in said} for code in LANGUAGES}
    data["texts"] = {code: parts for code, parts in texts.items() if parts}
    cities = _split(said.get("city", ""))
    addresses = _split(said.get("address", "")) if len(cities) > 1 else [said.get("address", "")]
    pairs = zip(cities, [*addresses, *[""] * len(cities)], strict=False)
    data["locations"] = [{"city": city} | ({"address": address} if address else {}) for city, address in pairs]
    if "languages" in said:
        data["languages"] = [dict(zip(("language", "level"), part.split(":"), strict=False)) for part in _split(said["languages"])]
    return data


def _application(said: Row) -> Row:
    data = _common(said, "application")
    if "interview_participants" in said:
        data.setdefault("interview", {})["participants"] = _split(said["interview_participants"])
    return data


def _common(said: Row, kind: str) -> Row:
    """Plain columns, and `pay_min` and its like put together."""
    data: Row = {name: _value(name, value) for name, value in said.items() if name in FIELDS[kind]}
    for name, members in NESTED[kind].items():
        parts = {part: _value(part, said[f"{name}_{part}"]) for part in members if f"{name}_{part}" in said}
        if parts:
            data[name] = parts
    return data


def _split(value: str) -> list[str]:
    return [part.strip() for part in value.split("|") if part.strip()]


def _value(name: str, value: str) -> Any:
    """Numbers as numbers; whatever is none stays text, for the schema to refuse."""
    if name not in (*NUMBERS, "min", "max", "minutes"):
        return value
    plain = re.sub(r"[ \xa0]", "", value).replace(",", ".")
    if re.fullmatch(r"\d{1,15}", plain):
        return int(plain)
    return float(plain) if re.fullmatch(r"\d{1,15}\.\d{1,4}", plain) else value
