"""All texts side by side in three languages: what is missing, stale, worded otherwise than shipped, or planned."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Select, func, or_, select

from api.answers import texts
from api.answers.checks import WITHOUT_SHIPPED
from api.answers.models import Answer, TextVersion
from api.answers.shipped import COMMON, find, shipped
from api.config import LANGUAGES
from api.db import db

# What the assistant asks the company about: an answer that no file and no admin has written is missing.
EXPECTED = (
    "company", "values", "benefits", "career_development", "internship", "relocation", "accommodation", "process", "interview", "assessment",
    "how_to_apply", "open_application", "documents", "edit_application", "technical_problem", "privacy", "ai_use", "verify_offer",
    "refer_friend", "customer_service",
)  # fmt: skip
COMPANY = "company_"  # what the names of company questions begin with; nothing is shipped for them
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

Ref = tuple[str, str]  # kind and key


@dataclass
class Cell:
    """A text in one language. `text` None: missing. `until`: the end of the version in force, if it has one."""

    text: str | None = None
    edited: bool = False
    stale: bool = False
    until: datetime | None = None
    worded_at: datetime = LONG_AGO
    checked_at: datetime = LONG_AGO


@dataclass
class Line:
    """A text in all languages. `planned`: how many versions are still to come."""

    kind: str
    key: str
    skill: str
    cells: dict[str, Cell] = field(default_factory=lambda: {language: Cell() for language in LANGUAGES})
    planned: int = 0

    @property
    def missing(self) -> list[str]:
        return [language for language, cell in self.cells.items() if cell.text is None]

    @property
    def stale(self) -> list[str]:
        return [language for language, cell in self.cells.items() if cell.stale]

    @property
    def edited(self) -> bool:
        return any(cell.edited for cell in self.cells.values())

    @property
    def needs_care(self) -> bool:
        return bool(self.missing or self.stale)


def lines(now: datetime, kind: str | None = None, key: str | None = None) -> list[Line]:
    """All texts, or those of a kind, or one; by kind, skill and in the order of the files. Three queries."""
    found = _bare(kind, key)
    for line in found.values():
        for language, text in (known.texts if (known := find(line.kind, line.key)) else {}).items():
            line.cells[language].text = text
    if kind in (None, "answer"):
        _fill_from_files(found, key)
    for version in texts.counting(now, *_conditions(kind, key)):
        _put(found, version)
    for version_kind, version_key, many in db.session.execute(_planned(now, kind, key)):
        _line(found, version_kind, version_key).planned = many
    for line in found.values():
        _mark_stale(line)
    return [line for line in found.values() if key or any(cell.text is not None for cell in line.cells.values()) or line.key in EXPECTED or line.planned]


def line_of(now: datetime, kind: str, key: str) -> Line:
    """One text. Raises `NotFound` for one that there cannot be."""
    texts.known(kind, key)
    return lines(now, kind, key)[0]


def _bare(kind: str | None, key: str | None) -> dict[Ref, Line]:
    """Lines without texts: what is shipped and says something, and what the company is asked for."""
    found: dict[Ref, Line] = {}
    if key is not None and kind is not None:
        _line(found, kind, key)
        return found
    for ref, text in shipped().items():
        if kind in (None, ref[0]) and text.is_wording:
            _line(found, *ref)
    for expected in EXPECTED if kind in (None, "answer") else ():
        _line(found, "answer", expected)
    return found


def _line(found: dict[Ref, Line], kind: str, key: str) -> Line:
    line = found.get((kind, key))
    if line is None:
        known = find(kind, key)
        line = found[kind, key] = Line(kind, key, known.skill if known else _skill(key))
    return line


def _skill(key: str) -> str:
    """Of an answer: that of the question which it answers; company questions stand by themselves."""
    if key.startswith(COMPANY):
        return "studio"
    asked = find("title", f"ask_{key}") or find("title", key)
    return asked.skill if asked else {"customer_service": "relation", "open_application": "apply", "values": "company"}.get(key, COMMON)


def _fill_from_files(found: dict[Ref, Line], key: str | None) -> None:
    for row in db.session.scalars(select(Answer).where(Answer.key == key) if key else select(Answer).order_by(Answer.key)):
        cell = _line(found, "answer", row.key).cells[row.language]
        cell.text, cell.worded_at, cell.checked_at = row.text, row.as_of, row.as_of


def _put(found: dict[Ref, Line], version: TextVersion) -> None:
    cell = _line(found, version.kind, version.key).cells[version.language]
    cell.checked_at, cell.until = version.created_at, version.valid_until
    if version.text is not None:
        cell.text, cell.worded_at = version.text, version.worded_at or version.created_at
        cell.edited = version.kind not in WITHOUT_SHIPPED


def _mark_stale(line: Line) -> None:
    """Older than the newest wording in another language, and not found right since."""
    newest = max(cell.worded_at for cell in line.cells.values())
    for cell in line.cells.values():
        cell.stale = cell.text is not None and cell.checked_at < newest


def _conditions(kind: str | None, key: str | None) -> list[ColumnElement[bool]]:
    kinds = [TextVersion.kind == kind] if kind is not None else []
    return kinds + ([TextVersion.key == key] if key is not None else [])


def _planned(now: datetime, kind: str | None, key: str | None) -> Select[str, str, int]:
    """How many versions of each text are still to come."""
    to_come = TextVersion.valid_from > now, or_(TextVersion.valid_until.is_(None), TextVersion.valid_until > TextVersion.valid_from)
    query = select(TextVersion.kind, TextVersion.key, func.count()).where(*to_come, *_conditions(kind, key))
    return query.group_by(TextVersion.kind, TextVersion.key)
