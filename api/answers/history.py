"""The versions of one text: who wrote what, when, for which time, and what it changed."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from api.accounts.models import Staff
from api.answers import texts
from api.answers.models import TextVersion
from api.db import db

MOST = 40
ALIKE = 0.35  # share of words and blanks in common from which on a difference is shown word by word
PIECES = re.compile(r"\s+|\w+|[^\w\s]")

Change = tuple[str, str]  # "same", "gone" or "new", and the words


@dataclass(frozen=True)
class Entry:
    """A version as it is listed. `status`: planned, counts, ended, called_off or replaced; `who` None: a command."""

    version: TextVersion
    who: str | None
    status: str
    changes: list[Change]

    @property
    def only_confirmed(self) -> bool:
        """Whether the wording was only found still right."""
        return bool(self.changes) and all(kind == "same" for kind, _ in self.changes)


def history(now: datetime, kind: str, key: str) -> list[Entry]:
    """The newest versions of a text, newest first, each against the one before it in its language. Three queries."""
    query = select(TextVersion, Staff.name).outerjoin(Staff, Staff.id == TextVersion.staff_id)
    rows = db.session.execute(query.where(TextVersion.kind == kind, TextVersion.key == key).order_by(TextVersion.id.desc()).limit(MOST)).all()
    counts = {version.id for version in texts.in_force(now, kind, key)}
    shipped = texts.base(kind, key)
    before = dict(shipped)
    entries = []
    for version, name in reversed(rows):
        said = version.text if version.text is not None else shipped.get(version.language, "")
        entries.append(Entry(version, name, _status(version, now, counts), changes(before.get(version.language, ""), said)))
        before[version.language] = said
    return entries[::-1]


def newest(kind: str, key: str) -> int:
    """The number of the newest version, 0 before the first: whoever edits an older one is told."""
    return db.session.scalar(select(TextVersion.id).where(TextVersion.kind == kind, TextVersion.key == key).order_by(TextVersion.id.desc()).limit(1)) or 0


def changes(before: str, after: str) -> list[Change]:
    """What a wording changes of the one before, word by word; changes with only a blank between them are one.

    Two wordings that have little in common stand one after the other.
    """
    old, new = PIECES.findall(before), PIECES.findall(after)
    found: list[tuple[str, str, str]] = []  # what stays, or what goes and what comes
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < ALIKE:
        return [change for change in (("gone", before), ("new", after)) if change[1]]
    for act, a, b, c, d in matcher.get_opcodes():
        gone, come = "".join(old[a:b]), "".join(new[c:d])
        if act == "equal" and (gone.strip() or not found):
            found.append((gone, "", ""))
        elif found and not found[-1][0]:
            found[-1] = ("", found[-1][1] + gone, found[-1][2] + come)
        else:
            found.append(("", gone, come))
    return [change for same, gone, come in found for change in (("same", same), ("gone", gone), ("new", come)) if change[1]]


def _status(version: TextVersion, now: datetime, counts: set[int]) -> str:
    if version.valid_until is not None and version.valid_until <= version.valid_from:
        return "called_off"
    if version.valid_from > now:
        return "planned"
    if version.id in counts:
        return "counts"
    return "ended" if version.valid_until is not None and version.valid_until <= now else "replaced"


def since(kind: str, key: str, seen: int) -> dict[str, str | None]:
    """Who has worded a text after the version `seen`, by language."""
    query = select(TextVersion.language, Staff.name).outerjoin(Staff, Staff.id == TextVersion.staff_id).order_by(TextVersion.id)
    rows = db.session.execute(query.where(TextVersion.kind == kind, TextVersion.key == key, TextVersion.id > seen))
    return {row.language: row.name for row in rows}
