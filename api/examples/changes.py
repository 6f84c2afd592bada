"""What is done to a whole intent: retired, merged into another, renamed, split; shown before, and undone after.

An intent that the repository ships keeps its answer and its rules: buttons in the chat still lead to them. What goes
is that typed messages are understood as it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask_babel import lazy_gettext
from sqlalchemy import func, select

from api import clock, plain_yaml
from api.accounts.models import Staff
from api.answers import texts
from api.audit.service import record
from api.config import ROOT
from api.db import db
from api.errors import Conflict, Invalid, NotFound
from api.examples import queries, service
from api.examples.corpus import MOVES, corpus
from api.examples.models import COMPANY, IntentChange, LockedMessage
from api.examples.names import INDISPENSABLE
from api.examples.shipped import STORIES, shipped


@dataclass(frozen=True)
class Hanging:
    """What hangs on an intent: examples by language, locked messages, rules and stories by name, intents merged into it."""

    examples: dict[str, int]
    locked: int
    rules: list[str]
    heirs: list[str]
    indispensable: bool


def hanging(intent: str) -> Hanging:
    """What a change of this intent touches."""
    locked = db.session.scalar(select(func.count()).select_from(LockedMessage).where(LockedMessage.intent == intent)) or 0
    heirs = sorted(
        db.session.scalars(select(IntentChange.intent).where(IntentChange.into == intent, IntentChange.kind == "merge", IntentChange.undone_at.is_(None)))
    )
    rules = [f"company {intent.removeprefix(COMPANY)}"] if intent.startswith(COMPANY) else rules_of(intent)
    return Hanging(corpus().counts(intent), locked, rules, heirs, intent in INDISPENSABLE)


def retire(staff: Staff, intent: str) -> IntentChange:
    """Understand no message as this any more. Raises `Invalid`, `Conflict`."""
    return _put_away(staff, intent, None)


def merge(staff: Staff, intent: str, into: str) -> IntentChange:
    """Let another intent take over all examples, now and later. Raises `Invalid`, `Conflict`."""
    return _put_away(staff, intent, into)


def note_split(staff: Staff, intent: str, into: str, many: int) -> IntentChange:
    """Note that examples of one intent have become a question of their own."""
    return _add(staff, IntentChange(kind="split", intent=intent, into=into, data={"examples": many}))


def rename(staff: Staff, intent: str, titles: dict[str, str]) -> IntentChange:
    """Call a shipped question otherwise on its button, by language. Raises `Invalid`, `NotFound`."""
    if not shipped().titles["en"].get(intent):
        raise NotFound
    texts.save(staff, "title", intent, {language: text.strip() for language, text in titles.items() if text.strip()})
    return _add(staff, IntentChange(kind="rename", intent=intent, data={}))


def undo(staff: Staff, change_id: str) -> IntentChange:
    """Put an intent back as it was before it was retired or merged. Raises `NotFound`, `Conflict`."""
    change = db.session.get(IntentChange, change_id, with_for_update=True)
    if change is None or change.kind not in MOVES:
        raise NotFound
    if change.undone_at is not None:
        raise Conflict(lazy_gettext("That has been undone already."))
    change.undone_at = clock.now()
    db.session.flush()
    record(service.actor(staff), "intent.restored", change, intent=change.intent)
    return change


def of(intent: str) -> list[IntentChange]:
    """What was done to an intent, the newest first."""
    return list(db.session.scalars(select(IntentChange).where(IntentChange.intent == intent).order_by(IntentChange.created_at.desc()).limit(50)))


def rules_of(intent: str) -> list[str]:
    """The rules and stories of the repository that begin or go on with an intent, by name."""
    return _rules(tuple((str(file), file.stat().st_mtime_ns) for file in sorted((ROOT / STORIES).glob("*.yml")))).get(intent, [])


@lru_cache(maxsize=1)
def _rules(state: tuple[tuple[str, int], ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file, _ in state:
        written = plain_yaml.load(Path(file).read_text("utf-8")) or {}
        for entry in [*(written.get("rules") or []), *(written.get("stories") or [])]:
            steps = entry.get("steps") or []
            named = {step["intent"] for step in steps if "intent" in step} | {o["intent"] for step in steps for o in step.get("or", ()) if "intent" in o}
            for intent in named:
                found.setdefault(str(intent), []).append(str(entry.get("rule") or entry.get("story")))
    return found


def allowed(intent: str, into: str | None) -> str:
    """The intent itself, if it may be retired or merged so. Raises `Invalid`, `NotFound`, `Conflict`."""
    names, gone = queries.names(), queries.retired()
    if intent not in names:
        raise NotFound
    if intent in INDISPENSABLE:
        raise Invalid(lazy_gettext("The desk cannot do without this question."))
    if intent in gone:
        raise Conflict(lazy_gettext("This question is retired already."))
    if into is not None and (into == intent or into not in names or into in gone):
        raise Invalid(lazy_gettext("Choose another question that is in use."))
    return intent


def _put_away(staff: Staff, intent: str, into: str | None) -> IntentChange:
    change = IntentChange(kind="merge" if into else "retire", intent=allowed(intent, into), into=into)
    change.data = {"examples": corpus().counts(intent)}
    return _add(staff, change)


def _add(staff: Staff, change: IntentChange) -> IntentChange:
    change.staff_id, change.created_at = staff.id, clock.now()
    db.session.add(change)
    db.session.flush()
    ending = {"retire": "retired", "merge": "merged", "split": "split", "rename": "renamed"}[change.kind]
    record(service.actor(staff), f"intent.{ending}", change, intent=change.intent, into=change.into)
    return change
