"""The wordings that admins give to the assistant's texts and the company's answers, in versions.

A text has a kind (`response`: a whole message; `title`: a question's button; `button`; `word`; `answer`: what the
company says; `question_title`: the button of a company question), a key and a language. Of the versions whose
time it is, the one that began last counts: a campaign wins over the usual text until it ends, and a mended
usual text does not push a campaign aside that is still to come. Without a version the shipped text counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from flask_babel import gettext
from sqlalchemy import ColumnElement, func, or_, select

from api import clock
from api.accounts.models import Staff
from api.answers.checks import LONGEST, WITHOUT_SHIPPED, must_hold
from api.answers.models import Answer, TextVersion
from api.answers.shipped import find
from api.audit.service import SYSTEM, Actor, record
from api.config import LANGUAGES
from api.db import db
from api.errors import Conflict, Invalid, NotFound

SPOKEN = ("response", "title", "button", "word", "question_title")  # what the assistant keeps at hand; answers it asks for
KEY = re.compile(r"[a-z][a-z0-9_]{0,79}")

Texts = dict[str, dict[str, dict[str, str]]]


def save(
    staff: Staff | None,
    kind: str,
    key: str,
    texts: dict[str, str | None],
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> list[TextVersion]:
    """Let a text be worded so, by language, from a time (default: now) until a time (default: for good).

    None for a text: the shipped wording again. Languages that are not named stay as they are, and so do those
    that say this already. `staff` None: a command acts. Raises `NotFound` for a text that there is none of,
    `Invalid` for a wording or a time that cannot be.
    """
    known(kind, key)
    now = clock.now()
    begins = max(valid_from, now) if valid_from else now
    if valid_until is not None and valid_until <= begins:
        raise Invalid(gettext("The end must come after the beginning, and still be to come."))
    standing = base(kind, key)
    wanted = {language: _as_shipped(standing, language, _trimmed(kind, key, language, text)) for language, text in texts.items()}
    for text in wanted.values():
        if text is not None:
            must_hold(kind, key, text)
    if valid_from is None and valid_until is None:
        said = {v.language: (v.text, v.valid_until) for v in in_force(now, kind, key)}
        wanted = {language: text for language, text in wanted.items() if said.get(language, (None, None)) != (text, None)}
    made = []
    for language, text in wanted.items():
        version = TextVersion(kind=kind, key=key, language=language, text=text, valid_from=begins, valid_until=valid_until, created_at=now)
        version.worded_at = None if text is None else now
        made.append(_add(staff, version))
    return made


def confirm(staff: Staff, kind: str, key: str, language: str) -> TextVersion:
    """Note that the text in this language still says what the others do. Raises `NotFound` where it says nothing."""
    known(kind, key)
    now = clock.now()
    said = next((v for v in in_force(now, kind, key) if v.language == language), None)
    if (said is None or said.text is None) and language not in base(kind, key):
        raise NotFound
    version = TextVersion(kind=kind, key=key, language=language, text=said and said.text, valid_from=now, created_at=now)
    version.valid_until, version.worded_at = (said.valid_until, said.worded_at) if said else (None, None)
    return _add(staff, version, "text.confirmed")


def end(staff: Staff, version_id: int) -> TextVersion:
    """End a version now; one that is still to come is called off. Raises `NotFound`, `Conflict`."""
    version = db.session.get(TextVersion, version_id, with_for_update=True)
    now = clock.now()
    if version is None:
        raise NotFound
    ends = max(now, version.valid_from)
    if version.valid_until is not None and version.valid_until <= ends:
        raise Conflict(gettext("That version has ended already."))
    version.valid_until = ends
    record(Actor("staff", staff.id), "text.ended", version, kind=version.kind, key=version.key, language=version.language)
    return version


def revert(staff: Staff, version_id: int) -> TextVersion | None:
    """Let an earlier version count again from now on; None if it does already. Raises `NotFound`."""
    version = db.session.get(TextVersion, version_id)
    if version is None:
        raise NotFound
    made = save(staff, version.kind, version.key, {version.language: version.text})
    return made[0] if made else None


def current(kind: str, key: str, language: str) -> str | None:
    """What is said now in exactly this language: by the version in force, else as shipped; None if nothing is."""
    said = worded(kind, key, language)
    return said if said is not None else base(kind, key).get(language)


def worded(kind: str, key: str, language: str) -> str | None:
    """What a version in force says; None where the shipped text counts. One query, and no file is read."""
    return next((version.text for version in in_force(clock.now(), kind, key) if version.language == language), None)


def base(kind: str, key: str) -> dict[str, str]:
    """The text without any version, by language: as shipped, or as the company's files say."""
    if kind == "answer":
        return {row.language: row.text for row in db.session.scalars(select(Answer).where(Answer.key == key))}
    shipped = find(kind, key)
    return dict(shipped.texts) if shipped else {}


def overrides(now: datetime, kinds: Iterable[str] = SPOKEN) -> Texts:
    """What is said otherwise than shipped at a time: {kind: {key: {language: text}}}, without the company's answers."""
    found: Texts = {}
    for version in counting(now, TextVersion.kind.in_(tuple(kinds))):
        if version.text is not None:
            found.setdefault(version.kind, {}).setdefault(version.key, {})[version.language] = version.text
    return found


def in_force(now: datetime, kind: str, key: str | None = None) -> list[TextVersion]:
    """The versions that count at a time, at most one for each text and language."""
    conditions = [TextVersion.kind == kind] if key is None else [TextVersion.kind == kind, TextVersion.key == key]
    return counting(now, *conditions)


def counting(now: datetime, *conditions: ColumnElement[bool]) -> list[TextVersion]:
    """The versions that count at a time among those that meet the conditions; one query."""
    place = func.row_number().over(
        partition_by=(TextVersion.kind, TextVersion.key, TextVersion.language), order_by=(TextVersion.valid_from.desc(), TextVersion.id.desc())
    )
    running = TextVersion.valid_from <= now, or_(TextVersion.valid_until.is_(None), TextVersion.valid_until > now)
    placed = select(TextVersion.id, place.label("place")).where(*running, *conditions).subquery()
    query = select(TextVersion).join(placed, placed.c.id == TextVersion.id).where(placed.c.place == 1)
    return list(db.session.scalars(query.order_by(TextVersion.kind, TextVersion.key, TextVersion.language)))


def known(kind: str, key: str) -> None:
    """Raises `NotFound` unless a text of this kind and key may be worded."""
    if kind not in LONGEST or not (KEY.fullmatch(key) if kind in WITHOUT_SHIPPED else find(kind, key)):
        raise NotFound


def _trimmed(kind: str, key: str, language: str, text: str | None) -> str | None:
    """Without blanks around it, but for those that the shipped text has: it may be a part of a sentence."""
    if language not in LANGUAGES:
        raise Invalid(gettext("There is no language '%(name)s'.", name=language))
    if text is None:
        return None
    shipped = find(kind, key)
    like = shipped.texts.get(language, "") if shipped else ""
    kept = text.replace("\r\n", "\n").strip()
    before, after = like[: len(like) - len(like.lstrip())], like[len(like.rstrip()) :]
    return f"{before}{kept}{after}" if kept else ""


def _as_shipped(standing: dict[str, str], language: str, text: str | None) -> str | None:
    """None for what is shipped anyhow, so that an update of it is not kept out."""
    return None if text == standing.get(language) else text


def _add(staff: Staff | None, version: TextVersion, act: str = "text.saved") -> TextVersion:
    version.staff_id = staff.id if staff else None
    db.session.add(version)
    db.session.flush()
    actor = Actor("staff", staff.id) if staff else SYSTEM
    record(actor, act, version, kind=version.kind, key=version.key, language=version.language)
    return version
