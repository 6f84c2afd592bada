"""What a recruiter need not ask again: what was asked, what was answered, what is open."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from api.conversations.models import Conversation, Message
from api.conversations.service import DESK_BUTTON
from api.db import db
from api.handoff.card import shortened

LOOKED_AT = 80
MOST = 8
# What people say between their questions.
NO_QUESTION = {"greet", "thank", "goodbye", "affirm", "deny", "chitchat", "bot_challenge", "rate", "give_feedback"}
# What no reply of the assistant answers. The wish for a person often holds the question itself: 'nobody called, can I talk to somebody?'
UNANSWERED = {"nlu_fallback", "out_of_scope", "request_human"}


@dataclass(frozen=True)
class Summary:
    """In the words of the conversation, the oldest first; `answered` in those of the answers. What is open is not among `asked`."""

    asked: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)


def of(conversation: Conversation, note: str = "") -> Summary | None:
    """The summary of the latest messages; None while nothing has been asked. What the `note` says already is left out."""
    said = _latest(conversation)
    last_by_person = max((m.seq for m in said if m.sender == "recruiter"), default=0)
    told = {shortened(line) for line in (note, *note.splitlines())}
    found = Summary()
    for question, answer in _answers(said):
        text = shortened(question.text)
        if text in told:
            continue
        if answer is not None:
            found.answered.append(shortened(answer.text))
        still_open = answer is None and question.seq > last_by_person
        (found.open if still_open else found.asked).append(text)
    return Summary(found.asked[-MOST:], found.answered[-MOST:], found.open[-MOST:]) if found.asked or found.open else None


def _answers(said: list[Message]) -> list[tuple[Message, Message | None]]:
    """Each question with what answers it. One that was answered by a question ('Withdraw which?') is answered by what follows the candidate's 'yes'."""
    replies: dict[str, list[Message]] = {}
    for message in said:
        if message.sender == "assistant" and message.in_reply_to:
            replies.setdefault(message.in_reply_to, []).append(message)
    pairs: list[tuple[Message, Message | None]] = []
    asked_back = False
    for message in (m for m in said if m.sender == "candidate"):
        answers = replies.get(message.id, [])
        answer = next((a for a in answers if not _asks_back(a)), None)
        if _asks(message):
            pairs.append((message, answer if _is_answered(message, answers) else None))
            asked_back = bool(answers) and answer is None and message.intent not in UNANSWERED
        elif asked_back and answer is not None:
            pairs[-1] = pairs[-1][0], answer
            asked_back = False
    return pairs


def _asks_back(reply: Message) -> bool:
    """Answers name their source; 'Which job do you mean?' and 'I don't know. Shall I ask?' have none."""
    return "?" in reply.text and not reply.sources


def _latest(conversation: Conversation) -> list[Message]:
    query = select(Message).where(Message.conversation_id == conversation.id, Message.hidden.is_(False), Message.sender != "system")
    return list(reversed(list(db.session.scalars(query.order_by(Message.seq.desc()).limit(LOOKED_AT)))))


def _asks(message: Message) -> bool:
    if message.sender != "candidate" or message.intent in NO_QUESTION:
        return False
    if message.button is None:
        return True
    return message.intent != "request_human" and not message.button.startswith(DESK_BUTTON)


def _is_answered(question: Message, answers: list[Message]) -> bool:
    return bool(answers) and question.intent not in UNANSWERED and all(a.rating != "down" for a in answers)
