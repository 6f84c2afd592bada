"""Reading trainings, NLU models, their figures, mistakes and differences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from api import clock
from api.accounts.models import Staff
from api.answers import queries as answers
from api.config import LANGUAGES
from api.db import db
from api.errors import NotFound
from api.examples.corpus import corpus
from api.examples.folding import without_entities
from api.examples.models import COMPANY
from api.examples.queries import retired
from api.training.archive import digest
from api.training.gate import Facts, Verdict, verdict
from api.training.models import Difference, Mistake, NluModel, Training

SHOWN_MODELS, SHOWN_TRAININGS, SHOWN_DIFFERENCES = 15, 10, 50


def live() -> NluModel | None:
    """The NLU model that takes turns."""
    return db.session.scalar(select(NluModel).where(NluModel.status == "live"))


def candidate(id_: str) -> NluModel:
    """An NLU model, whatever its status. Raises `NotFound`."""
    found = db.session.get(NluModel, id_)
    if found is None:
        raise NotFound
    return found


def models() -> list[NluModel]:
    """The newest NLU models, and the live one however old it is."""
    newest = list(db.session.scalars(select(NluModel).order_by(NluModel.trained_at.desc(), NluModel.id.desc()).limit(SHOWN_MODELS)))
    in_force = next((m for m in newest if m.status == "live"), None) or live()
    return newest if in_force is None or in_force in newest else [*newest, in_force]


def training(id_: str) -> Training:
    """A training or comparison. Raises `NotFound`."""
    found = db.session.get(Training, id_)
    if found is None:
        raise NotFound
    return found


def trainings() -> list[Training]:
    """The newest ones."""
    return list(db.session.scalars(select(Training).order_by(Training.created_at.desc()).limit(SHOWN_TRAININGS)))


def under_way() -> Training | None:
    """The one that is queued or running."""
    return db.session.scalar(select(Training).where(Training.under_way.is_(True)))


def names_of(ids: set[str | None]) -> dict[str, str]:
    """Names of staff by id."""
    wanted = [i for i in ids if i]
    return dict(db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(wanted))).all()) if wanted else {}


def seconds_left(row: Training, now: datetime | None = None) -> float | None:
    """About how long it still takes: as long as the last one of its kind, else by how far it is. None: not known yet."""
    if row.status != "running" or row.started_at is None:
        return None
    passed = ((now or clock.now()) - row.started_at).total_seconds()
    done = (Training.kind == row.kind, Training.status == "done", Training.started_at.is_not(None))
    last = db.session.scalar(select(Training).where(*done).order_by(Training.created_at.desc()).limit(1))
    if last is not None and last.started_at and last.ended_at:
        whole = (last.ended_at - last.started_at).total_seconds()
        if whole > passed:
            return whole - passed
    return passed * (100 - row.percent) / row.percent if row.percent >= 5 else None


@dataclass(frozen=True)
class Mistaken:
    """An example that the newest model takes for something else when it has not seen it (`nlu_fallback`: it asks back)."""

    language: str
    text: str
    predicted: str
    confidence: float


def mistakes(intent: str) -> list[Mistaken]:
    """What cross-validation got wrong among the examples that an intent still has, the surest mistakes first."""
    newest = select(NluModel.id).join(Mistake, Mistake.model_id == NluModel.id).order_by(NluModel.trained_at.desc()).limit(1).scalar_subquery()
    rows = list(db.session.scalars(select(Mistake).where(Mistake.model_id == newest, Mistake.intent == intent).order_by(Mistake.confidence.desc())))
    if not rows:
        return []
    texts = {(row.language, digest(row.language, without_entities(row.text))): row.text for row in corpus().of(intent)}
    return [Mistaken(r.language, texts[r.language, r.digest], r.predicted, r.confidence) for r in rows if (r.language, r.digest) in texts]


def gate(model: NluModel) -> Verdict:
    """What the gate says of an NLU model now."""
    in_force = live()
    judged = _judged(model.id)
    others = in_force is not None and in_force.id != model.id
    return verdict(
        Facts(
            counts=model.counts,
            retired=frozenset(retired()),
            live=others,
            up_to_date=in_force is not None and model.compared_with == in_force.id,
            live_counts=in_force.counts if in_force and others else {},
            without_answer=without_answer(model),
            comparison=model.comparison,
            checks=model.checks,
            better=judged.get("better", 0),
            worse=judged.get("worse", 0),
        )
    )


def _judged(model_id: str) -> dict[str, int]:
    """How many wordings were judged how."""
    found = select(Difference.verdict, func.count()).where(Difference.model_id == model_id, Difference.verdict.is_not(None))
    return {str(verdict): n for verdict, n in db.session.execute(found.group_by(Difference.verdict))}


def without_answer(model: NluModel) -> list[tuple[str, str]]:
    """Company questions that the model understands and nobody has written an answer to, by language."""
    asked = sorted(intent for intent in model.counts if intent.startswith(COMPANY))
    said = answers.said(clock.now()) if asked else {}
    return [(intent, language) for intent in asked for language in LANGUAGES if language not in said.get(intent, {})]


@dataclass(frozen=True)
class DifferencePage:
    """Some of the differences; `counts` are of all: {"all", "open", "better", "worse", "neither"}, in wordings."""

    rows: list[Difference]
    counts: dict[str, int]
    page: int
    pages: int


def differences(model_id: str, show: str = "open", page: int = 1) -> DifferencePage:
    """Differences of a candidate: `show` is open, all, better, worse or neither."""
    found = select(Difference.verdict, func.count()).where(Difference.model_id == model_id).group_by(Difference.verdict)
    verdicts: dict[str | None, int] = dict(db.session.execute(found).all())
    counts = {"open": verdicts.get(None, 0), "all": sum(verdicts.values())} | {name: verdicts.get(name, 0) for name in ("better", "worse", "neither")}
    query = select(Difference).where(Difference.model_id == model_id)
    if show != "all":
        query = query.where(Difference.verdict.is_(None) if show == "open" else Difference.verdict == show)
    pages = max(1, -(-counts[show] // SHOWN_DIFFERENCES))
    page = min(max(1, page), pages)
    rows = db.session.scalars(query.order_by(Difference.position).limit(SHOWN_DIFFERENCES).offset((page - 1) * SHOWN_DIFFERENCES))
    return DifferencePage(list(rows), counts, page, pages)


def difference(id_: str) -> Difference:
    """One of them. Raises `NotFound`."""
    found = db.session.get(Difference, id_)
    if found is None:
        raise NotFound
    return found


def summary(model: NluModel) -> dict[str, Any]:
    """How many of the real messages looked at are answered otherwise, for a heading."""
    return (model.comparison or {}).get("messages") or {"looked_at": 0, "different": 0}
