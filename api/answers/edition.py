"""The edition of what the assistant reads: another text whenever a role, an answer or a wording of the company has changed.

It travels with every turn. What the assistant has read under the same edition it need not read again; what is read
under an edition is never older than it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import Subquery, bindparam, func, select, true

from api import clock
from api.answers.company import load_company
from api.answers.models import Answer, TextVersion
from api.db import db
from api.roles.models import Role

# Roles close and days begin without anything being written: on the hour, or a quarter of it, wherever on earth.
QUARTER = 900


def _columns() -> Subquery:
    # Counted and summed, not the newest time alone: of two transactions the one that began first may end last.
    roles = select(
        func.count().label("roles"), func.sum(Role.revision).label("revisions"), func.max(Role.updated_at).label("role_changed_at")
    ).subquery()  # fmt: skip
    begun = func.count().filter(TextVersion.valid_from <= bindparam("now")).label("begun")
    ended = func.count().filter(TextVersion.valid_until <= bindparam("now")).label("ended")
    wordings = select(func.count().label("wordings"), func.max(TextVersion.id).label("last_wording"), begun, ended).subquery()
    # Files are loaded with a date of their own, so the lengths are looked at too.
    said = select(
        func.count().label("answers"), func.max(Answer.as_of).label("answer_changed_at"), func.sum(func.length(Answer.text)).label("answer_letters")
    ).subquery()  # fmt: skip
    joined = roles.join(wordings, true()).join(said, true())
    return select(*roles.c, *wordings.c, *said.c).select_from(joined).subquery("edition")


COLUMNS = _columns()
_ALONE = select(*COLUMNS.c)


def current() -> str:
    """The edition now; one query."""
    now = clock.now()
    return named(db.session.connection().execute(_ALONE, {"now": now}).one(), now)


def named(row: Any, now: datetime) -> str:
    """The edition that a row with the `COLUMNS`, asked with this `now`, stands for."""
    parts = [str(getattr(row, column.name)) for column in COLUMNS.c]
    parts += [str(int(now.timestamp()) // QUARTER), _company(current_app.config["SETTINGS"].company_file)]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


@cache
def _company(path: Path) -> str:
    return hashlib.sha256(load_company(path).model_dump_json().encode()).hexdigest()
