"""What the job does to compare an NLU model with the live one: reads archives, asks both, stores what differs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from api import clock
from api.candidates.models import Candidate
from api.conversations.models import Conversation, Message
from api.db import db, read_only
from api.examples.corpus import studio_data
from api.examples.folding import fold, without_entities
from api.examples.queries import locked as locked_messages
from api.examples.shipped import shipped
from api.reviews.masking import mask
from api.training import pairs, tools
from api.training.archive import Archive, archive, digest, held_out
from api.training.figures import FALLBACK, Outcome, figures
from api.training.models import Difference, NluModel
from api.training.work import Work

MESSAGES = 1000  # of the newest ones that candidates typed
Asked = tuple[str, str]  # text, language


@dataclass(frozen=True)
class Real:
    """A message as a candidate wrote it, and what may be shown of it."""

    id: str
    language: str
    text: str
    masked: str


@dataclass(frozen=True)
class Side:
    """One of the two models: its archive, and what it made of examples that it had not seen."""

    archive: Archive
    held_out: dict[str, Outcome]


def side(model: NluModel) -> Side:
    """Read a model's archive."""
    found = archive(model.id, model.sha256)
    return Side(found, {outcome.digest: outcome for outcome in held_out(found.path)})


@dataclass(frozen=True)
class Compared:
    """What is to be stored: `comparison` and `locked` figures as JSON, and the differences."""

    comparison: dict[str, Any]
    locked: dict[str, Any]
    live_locked: dict[str, Any]
    differences: list[dict[str, Any]]


def compare(work: Work, new: Side, live: Side | None) -> Compared:
    """Ask both models all that they can be compared on. Nothing is open in the database meanwhile."""
    wordings, real, locked = _gather()
    learnt = set(new.held_out) | set(live.held_out if live else ())
    fresh = {key: outcome for key, outcome in locked.items() if key not in learnt}
    absent = _absent(new, live, wordings) if live else {}
    added = _absent(live, new, wordings) if live else {}
    locked_texts = {key: wordings[key] for key in fresh}
    asked = [*locked_texts.values(), *absent.values(), *((m.text, m.language) for m in real)]
    answers = tools.understand(work, new.archive, asked, lambda n: work.progress(0.5 * n / max(1, len(asked))))
    new_locked = _outcomes(fresh, answers)
    of_new = new.held_out | _outcomes({key: live.held_out[key] for key in absent} if live else {}, answers[len(fresh) :])
    if live is None:
        return Compared({}, figures(new_locked.values()), {}, [])
    asked_live = [*locked_texts.values(), *added.values(), *((m.text, m.language) for m in real)]
    before = tools.understand(work, live.archive, asked_live, lambda n: work.progress(0.5 + 0.5 * n / max(1, len(asked_live))))
    old_locked = _outcomes(fresh, before)
    of_live = live.held_out | _outcomes({key: new.held_out[key] for key in added}, before[len(fresh) :])
    differences = _differences(real, before[len(before) - len(real) :], answers[len(answers) - len(real) :])
    comparison = {
        "held_out": pairs.plain(pairs.pairs(of_live, of_new)) if live.held_out and new.held_out else {},
        "locked": pairs.plain(pairs.pairs(old_locked, new_locked)),
        "locked_left_out": len(locked) - len(fresh),
        "messages": {"looked_at": len(real), "different": sum(row["count"] for row in differences)},
        "absent": len(absent),
        "added": len(added),
    }
    return Compared(comparison, figures(new_locked.values()), figures(old_locked.values()), differences)


def _absent(of: Side, other: Side, wordings: dict[str, Asked]) -> dict[str, Asked]:
    """What `other` has learnt and `of` has not, though it knows the intent: messages that `of` has never seen."""
    known = {outcome.intent for outcome in of.held_out.values()}
    return {key: wordings[key] for key, outcome in other.held_out.items() if key not in of.held_out and outcome.intent in known and key in wordings}


def _outcomes(meant: dict[str, Outcome], answers: Iterable[dict[str, Any]]) -> dict[str, Outcome]:
    """What a model answered to the first messages it was asked; what they mean is known."""
    return {key: _outcome(outcome, answer) for (key, outcome), answer in zip(meant.items(), answers, strict=False)}


def _outcome(meant: Outcome, answer: dict[str, Any]) -> Outcome:
    sure = answer["intent"] != FALLBACK
    best = answer["intent"] if sure or not answer["alternatives"] else answer["alternatives"][0]["intent"]
    return Outcome(meant.digest, meant.language, meant.intent, best, answer["confidence"], sure)


def _gather() -> tuple[dict[str, Asked], list[Real], dict[str, Outcome]]:
    """Wordings by digest, the newest real messages, and the locked set; one short transaction that only reads."""
    db.session.rollback()
    read_only()
    data, locked = studio_data(), locked_messages()
    meant = {digest(row.language, row.text): Outcome(digest(row.language, row.text), row.language, row.intent, "", 0.0, False) for row in locked}
    meant = {key: outcome for key, outcome in meant.items() if data.lands(outcome.intent)}
    rows = list(db.session.execute(_typed()))
    wordings = {digest(row.language, row.text): (row.text, row.language) for row in locked}
    wordings |= {digest(t.language, t.text): (without_entities(t.text), t.language) for t in data.examples}
    db.session.rollback()
    for (language, _), (_, text) in shipped().by_key.items():
        plain = without_entities(text)
        wordings.setdefault(digest(language, plain), (plain, language))
    real = [Real(id_, language, text, mask(text, language, [name] if name else [])) for id_, language, text, name in rows]
    return wordings, real, meant


def _typed() -> Any:
    """The newest messages that candidates typed, with their names if we know them."""
    named = select(Message.id, Message.language, Message.text, Candidate.name).join(Conversation, Conversation.id == Message.conversation_id)
    typed = named.outerjoin(Candidate, Candidate.id == Conversation.candidate_id).where(
        Message.sender == "candidate", Message.button.is_(None), Message.hidden.is_(False), Message.text != ""
    )
    return typed.order_by(Message.sent_at.desc(), Message.id).limit(MESSAGES)


def _differences(real: list[Real], before: list[dict[str, Any]], now: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is answered otherwise now: one row a wording, the most frequent first."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for message, old, new in zip(real, before, now, strict=True):
        if old["intent"] == new["intent"]:
            continue
        row = found.setdefault((message.language, fold(message.masked)), _difference(message, old, new))
        row["count"] += 1
    return sorted(found.values(), key=lambda row: -row["count"])


def _difference(message: Real, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    return {
        "message_id": message.id,
        "count": 0,
        "language": message.language,
        "text": message.masked,
        "old_intent": old["intent"],
        "old_confidence": old["confidence"],
        "new_intent": new["intent"],
        "new_confidence": new["confidence"],
    }


def store(model_id: str, live_id: str | None, found: Compared, checks: dict[str, Any]) -> None:
    """Keep it, in the caller's transaction. What was judged before of the same messages stays judged."""
    model = db.session.get_one(NluModel, model_id)
    model.figures = (model.figures or {}) | {"locked": found.locked, "live_locked": found.live_locked}
    model.comparison, model.checks, model.compared_with, model.compared_at = found.comparison, checks, live_id, clock.now()
    judged = {
        (row.language, fold(row.text)): row
        for row in db.session.scalars(select(Difference).where(Difference.model_id == model_id, Difference.right_intent.is_not(None)))
    }
    kept = {key: (row.right_intent, row.staff_id, row.decided_at) for key, row in judged.items()}
    db.session.execute(delete(Difference).where(Difference.model_id == model_id))
    # A message may have been erased while the models were asked.
    wanted = [row["message_id"] for row in found.differences]
    still = set(db.session.scalars(select(Message.id).where(Message.id.in_(wanted), Message.text != "")))
    for position, row in enumerate(row for row in found.differences if row["message_id"] in still):
        right, staff_id, at = kept.get((row["language"], fold(row["text"])), (None, None, None))
        verdict = judge(row["old_intent"], row["new_intent"], right) if right else None
        db.session.add(Difference(model_id=model_id, position=position, right_intent=right, verdict=verdict, staff_id=staff_id, decided_at=at, **row))
    db.session.flush()


def judge(old: str, new: str, right: str) -> str:
    """Which answer is better, when `right` is right: `better` (the new one), `worse` or `neither`. To ask back is better than wrong."""

    def worth(intent: str) -> int:
        return 2 if intent == right else 1 if intent == FALLBACK else 0

    difference = worth(new) - worth(old)
    return "better" if difference > 0 else "worse" if difference < 0 else "neither"
