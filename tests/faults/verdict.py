"""What became of every message: read from the database once all is quiet, and held against what candidates sent and saw."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import func, select

from api.conversations.models import Conversation, Effect, Message, Turn
from api.db import db, read_only
from api.handoff.models import Request
from tests.faults.stand import Stand
from tests.faults.traffic import Candidate

QUIET_SECONDS = 120.0


@dataclass
class Verdict:
    """`lost` and `doubled` count messages, answers and effects alike; `wrong` says everything that is not as promised."""

    messages: int = 0
    lost: int = 0
    doubled: int = 0
    longest: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def miss(self, what: str) -> None:
        self.lost += 1
        self.wrong.append(f"lost: {what}")

    def twice(self, what: str) -> None:
        self.doubled += 1
        self.wrong.append(f"doubled: {what}")

    def times(self, found: int, wanted: int, what: str) -> None:
        """`what` should be there so many times."""
        if found < wanted:
            self.miss(what)
        if found > wanted:
            self.twice(what)


def wait_until_quiet(stand: Stand, candidates: list[Candidate], seconds: float = QUIET_SECONDS) -> None:
    """Until no turn of these conversations waits; what still does then shows as lost."""
    ids, until = [c.id for c in candidates], time.monotonic() + seconds
    waiting = select(func.count()).select_from(Turn).where(Turn.status == "pending", Turn.conversation_id.in_(ids))
    while time.monotonic() < until:
        with stand.app.app_context():
            read_only()
            left = db.session.scalar(waiting)
            db.session.rollback()
        if not left:
            return
        time.sleep(0.3)


def judge(stand: Stand, candidates: list[Candidate], answered: bool = True) -> Verdict:
    """Hold all of it against what was sent. `answered`: by the assistant; no, where a person took over in the middle."""
    verdict = Verdict()
    with stand.app.app_context():
        read_only()
        for candidate in candidates:
            messages = list(db.session.scalars(select(Message).where(Message.conversation_id == candidate.id).order_by(Message.seq)))
            _messages(verdict, candidate, messages)
            if answered:
                _answers(verdict, candidate, messages)
                _effects(verdict, candidate)
            _wait_for_stream(candidate, messages)
            _stream(verdict, candidate, messages)
        db.session.rollback()
    return verdict


def _messages(verdict: Verdict, candidate: Candidate, messages: list[Message]) -> None:
    stored = [m for m in messages if m.sender == "candidate"]
    counts = Counter(m.client_id for m in stored)
    for sent in candidate.sent:
        verdict.messages += 1
        verdict.longest = max(verdict.longest, sent.took)
        verdict.times(counts[sent.client_id], 1, f"message {sent.text!r}")
    if [m.client_id for m in stored] != [s.client_id for s in candidate.sent]:
        verdict.wrong.append(f"order of messages: {[m.text for m in stored]}")
    if [m.seq for m in messages] != list(range(1, len(messages) + 1)):
        verdict.wrong.append(f"numbers of messages: {[m.seq for m in messages]}")


def _answers(verdict: Verdict, candidate: Candidate, messages: list[Message]) -> None:
    texts = {m.id: m.text for m in messages if m.sender == "candidate"}
    replies = [m for m in messages if m.sender == "assistant" and m.in_reply_to]
    for id_, text in texts.items():
        verdict.times(sum(m.in_reply_to == id_ for m in replies), 1, f"answer to {text!r}")
    if [m.in_reply_to for m in replies] != list(texts) or any(m.text != f"answer to {texts.get(m.in_reply_to or '')}" for m in replies):
        verdict.wrong.append(f"order of answers: {[m.text for m in replies]}")
    state = db.session.scalar(select(Conversation.state).where(Conversation.id == candidate.id)) or {}
    verdict.times(int(state.get("turns", 0)), len(texts), f"turns in the state of conversation {candidate.number}")


def _effects(verdict: Verdict, candidate: Candidate) -> None:
    asked = [s.text for s in candidate.sent if "please" in s.text]
    done = Counter(db.session.scalars(select(Request.text).where(Request.conversation_id == candidate.id)))
    for text in asked:
        verdict.times(done[text], 1, f"request {text!r}")
    effects = db.session.scalar(select(func.count()).select_from(Effect).where(Effect.conversation_id == candidate.id)) or 0
    verdict.times(effects, len(asked), f"effects of conversation {candidate.number}")


def _wait_for_stream(candidate: Candidate, messages: list[Message]) -> None:
    """A stream that was cut comes back by itself; give it the time to."""
    last, until = max((m.seq for m in messages if not m.hidden), default=0), time.monotonic() + 40
    while time.monotonic() < until and (not candidate.events or candidate.events[-1] < last):
        time.sleep(0.1)


def _stream(verdict: Verdict, candidate: Candidate, messages: list[Message]) -> None:
    visible = [m.seq for m in messages if not m.hidden]
    counts = Counter(candidate.events)
    for seq in visible:
        verdict.times(counts[seq], 1, f"event {seq} of conversation {candidate.number}")
    if candidate.events != sorted(candidate.events):
        verdict.wrong.append(f"order of events: {candidate.events}")
    if any(candidate.seen.get(m.seq) not in (None, m.text) for m in messages):
        verdict.wrong.append("an event held other words than the message")
