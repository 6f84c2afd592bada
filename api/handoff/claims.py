"""Who of the recruiters has a conversation: claim, hand back, resolve, reopen, transfer, snooze, return to the queue.

Every function locks the conversation and works in the caller's transaction. Every change of speaker is said in the
conversation, and noted in the log of acts.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext

from api import clock
from api.accounts.models import Staff
from api.assistant.language import text_language
from api.audit.service import SYSTEM, Actor, record
from api.conversations import service as conversations
from api.conversations.models import Conversation, Stored
from api.conversations.streams import hub
from api.db import after_commit, db
from api.errors import Conflict, Invalid, NotFound
from api.fields import UNSTORABLE
from api.handoff import notify, service, words
from api.handoff.colleagues import is_away, stand_in, teams
from api.handoff.hours import REPLY_WITHIN, add_open_time, office_for, open_until
from api.handoff.models import Handoff
from api.roles import promise_acts

LONGEST_SNOOZE = timedelta(days=60)
LONGEST_TEXT = 4000


class Taken(Conflict):
    """Somebody else has the conversation; the field `holder` says who."""

    type = "taken"

    def __init__(self, name: str) -> None:
        super().__init__(lazy_gettext("%(name)s has this conversation already.", name=name), holder=name)


class NotYours(Conflict):
    """Only who has a conversation may do this."""

    type = "not-yours"
    sentence = lazy_gettext("This conversation is not with you, so nothing was done. Claim it first.")


class OnLeave(Conflict):
    """Work goes to people who are there."""

    type = "on-leave"
    sentence = lazy_gettext("You are on leave. End your leave on your account page first.")


class NobodyThere(Conflict):
    """The person is on leave and nobody stands in."""

    type = "nobody-there"

    def __init__(self, name: str) -> None:
        super().__init__(lazy_gettext("%(name)s is on leave and has no deputy. Choose another person or a team.", name=name))


def claim(staff: Staff, conversation_id: str) -> Handoff:
    """Become the one who speaks: from the queue, or over the assistant, whose waiting turns are dropped. Again changes nothing.

    Raises `Taken`, `OnLeave`, `NotFound`.
    """
    conversation = conversations.lock(conversation_id)
    handoff = service.open_handoff(conversation)
    if _is_held(conversation):
        holder = _holder(conversation)
        if holder is not None and holder.id != staff.id:
            raise Taken(holder.name)
        if holder is not None and handoff is not None:
            return handoff
    if is_away(staff, clock.now()):
        raise OnLeave
    handoff = handoff or new_handoff(conversation, "taken_over")
    _give(conversation, handoff, staff)
    words.joined(conversation, staff.name)
    record(_actor(staff), "handoff.claimed", handoff)
    return handoff


def hand_back(staff: Staff, conversation_id: str, note_to_candidate: str = "") -> None:
    """Let the assistant speak again, after a last word of one's own. Raises `NotYours`, `Invalid`, `NotFound`."""
    conversation = lock_own(staff, conversation_id)
    note = clean(note_to_candidate)
    if note:
        append_reply(conversation, staff, note)
    _close(conversation)
    conversations.give_to(conversation, "assistant")
    conversation.snoozed_until = None
    words.handed_back(conversation, staff.name)
    record(_actor(staff), "handoff.handed_back", conversation)


def resolve(staff: Staff, conversation_id: str) -> None:
    """End it: one's own, or one that waits in the queue. It comes back when the candidate writes again. Raises `NotYours`."""
    conversation = conversations.lock(conversation_id)
    if conversation.resolved_at is not None:
        return
    if conversation.owner != "queue" and not _is_own(conversation, staff):
        raise NotYours
    _close(conversation)
    if conversation.owner == "queue":
        conversations.give_to(conversation, "recruiter", staff.id)
    conversation.resolved_at = conversation.updated_at = clock.now()
    conversation.resolved_by, conversation.snoozed_until = staff.id, None
    words.resolved(conversation, staff.name)
    record(_actor(staff), "handoff.resolved", conversation)


def reopen_for_message(conversation: Conversation, message: Stored) -> None:
    """The candidate writes after the end: to the same person within opening hours, else to the queue.

    After `DESK_REOPEN_DAYS` it is a new matter, and the assistant's. The conversation is locked.
    """
    now, ended_at = clock.now(), conversation.resolved_at
    if ended_at is None:
        return
    before = db.session.get(Staff, conversation.resolved_by) if conversation.resolved_by else None
    conversation.resolved_at = conversation.resolved_by = None
    if now - ended_at > timedelta(days=current_app.config["SETTINGS"].reopen_days):
        conversations.give_to(conversation, "assistant")
        words.new_matter(conversation, message.id)
        conversations.ask_assistant(message)
        return
    handoff = new_handoff(conversation, "wrote_again")
    person = stand_in(before, now) if before is not None and open_until(office(conversation), now) is not None else None
    if person is not None:
        _give(conversation, handoff, person)
        notify.tell(person, notify.WROTE_AGAIN, conversation, f"again:{handoff.id}")
    else:
        conversations.give_to(conversation, "queue")
        notify.queued(conversation, handoff)
    words.reopened(conversation, person.name if person else None, message.id)
    record(Actor("candidate", conversation.candidate_id or conversation.id), "handoff.reopened", handoff)


def transfer(staff: Staff, conversation_id: str, to_staff_id: str | None = None, team: str | None = None) -> Handoff:
    """Pass one's own conversation, or one in the queue, on to a person (or who stands in for them) or to a team's queue.

    What they said before does not count as the answer of who gets it. Admins may pass on anybody's. Raises `NotYours`, `NobodyThere`, `Invalid`, `NotFound`.
    """
    conversation = conversations.lock(conversation_id)
    waits = conversation.owner == "queue"
    if not waits and not _is_own(conversation, staff) and not (staff.access == "admin" and _is_held(conversation)):
        raise NotYours
    handoff = service.open_handoff(conversation) or new_handoff(conversation, "taken_over")
    if to_staff_id:
        _pass_to_person(conversation, handoff, to_staff_id)
    elif team and team in teams():
        handoff.team = team
        _owe_answer(conversation, handoff)
        return_to_queue(conversation, "team")
    else:
        raise Invalid(lazy_gettext("Choose a person or a team."))
    record(_actor(staff), "handoff.transferred", handoff, to=conversation.staff_id or "team")
    return handoff


def snooze(staff: Staff, conversation_id: str, until: datetime | None) -> None:
    """Put one's own conversation aside until a moment (`None`: back now). Raises `NotYours`, `Invalid`."""
    conversation = lock_own(staff, conversation_id)
    now = clock.now()
    if until is not None and not now < until <= now + LONGEST_SNOOZE:
        raise Invalid(lazy_gettext("Choose a time within the next 60 days."))
    conversation.snoozed_until = until
    moved(conversation)
    record(_actor(staff), "handoff.snoozed" if until else "handoff.unsnoozed", conversation)


def return_to_queue(conversation: Conversation, reason: str) -> Handoff:
    """Let the conversation wait for the next who is free, and say so. `reason`: silent, away, team. It is locked."""
    handoff = service.open_handoff(conversation) or new_handoff(conversation, "taken_over")
    before = _holder(conversation)
    conversations.give_to(conversation, "queue")
    conversation.snoozed_until = None
    handoff.claimed_by = handoff.claimed_at = handoff.warned_at = None
    handoff.returns += 1
    words.in_line_again(conversation, before.name if before else None, reason)
    notify.queued(conversation, handoff)
    record(SYSTEM, "handoff.returned", handoff, reason=reason)
    return handoff


def hand_over(conversation: Conversation, person: Staff) -> Handoff:
    """Give a held conversation to another person, and say so. It is locked."""
    handoff = service.open_handoff(conversation) or new_handoff(conversation, "taken_over")
    before = _holder(conversation)
    _give(conversation, handoff, person)
    words.passed_on(conversation, before.name if before else None, person.name)
    notify.given(person, conversation, handoff)
    return handoff


def candidate_wrote(heard: conversations.Heard) -> None:
    """What a candidate's message does to who speaks: it calls a request off, begins again what was ended, brings back what was put aside.

    A message that comes again does nothing again, and one that the assistant answers leaves it the speaker.
    """
    message = heard.message
    if heard.turn_id is not None or not isinstance(message, Stored):
        return
    conversation = conversations.lock(message.conversation_id)
    if message.button == service.BACK:
        _back_to_assistant(conversation, message)
    elif conversation.owner != "assistant" and not (message.button or "").startswith(conversations.DESK_BUTTON):
        conversation.snoozed_until = None
        reopen_for_message(conversation, message)


def _back_to_assistant(conversation: Conversation, message: Stored) -> None:
    """The candidate would rather have the assistant: so be it, unless a person is there already."""
    holder = _holder(conversation) if _is_held(conversation) else None
    if holder is not None:
        words.already_there(conversation, holder.name, message.id)
        return
    handoff = service.open_handoff(conversation)
    _close(conversation)
    if handoff is not None:
        record(Actor("candidate", conversation.candidate_id or conversation.id), "handoff.called_off", handoff)
    if conversation.owner != "assistant":
        conversation.resolved_at = conversation.resolved_by = conversation.snoozed_until = None
        conversations.give_to(conversation, "assistant")
    words.assistant_again(conversation, message.id)


def lock_own(staff: Staff, conversation_id: str) -> Conversation:
    """The conversation, locked, if this person has it. Raises `NotYours`, `NotFound`."""
    conversation = conversations.lock(conversation_id)
    if not _is_own(conversation, staff):
        raise NotYours
    return conversation


def append_reply(conversation: Conversation, staff: Staff, text: str, **fields: Any) -> Stored:
    """A message of the recruiter who has the locked conversation."""
    language = text_language(text, conversation.language)
    stored = conversations.append(conversation, conversations.Draft("recruiter", text, author=staff.name, staff_id=staff.id, language=language, **fields))
    conversation.staff_seen_seq = stored.seq
    handoff = service.open_handoff(conversation)
    if handoff is not None:
        handoff.first_reply_at = handoff.first_reply_at or stored.sent_at
        handoff.warned_at = None
    promise_acts.contacted(conversation, staff, handoff.claimed_at if handoff else None)
    return stored


def clean(text: str) -> str:
    """What staff typed, as it may be kept. Raises `Invalid`."""
    found = text.replace("\r\n", "\n").strip()
    if len(found) > LONGEST_TEXT or UNSTORABLE.search(found):
        raise Invalid(lazy_gettext("Write at most 4,000 characters."))
    return found


def new_handoff(conversation: Conversation, reason: str) -> Handoff:
    """A handoff that nobody asked for by the button: taken over, or written again. It is stored."""
    now = clock.now()
    handoff = Handoff(
        conversation_id=conversation.id, reason=reason, summary=service.summary(conversation), requested_at=now,
        reply_due_at=_reply_due(conversation, now),
    )  # fmt: skip
    db.session.add(handoff)
    db.session.flush()
    return handoff


def office(conversation: Conversation) -> Any:
    """The office by whose hours this candidate is answered."""
    return office_for(service.office_of(conversation), conversation.language)


def moved(conversation: Conversation) -> None:
    """Wake whoever follows the conversation once this is committed."""
    woken, id_ = hub(), conversation.id
    after_commit(lambda: woken.wake(id_))


def _pass_to_person(conversation: Conversation, handoff: Handoff, to_staff_id: str) -> None:
    target = db.session.get(Staff, to_staff_id)
    if target is None or not target.active:
        raise NotFound
    person = stand_in(target, clock.now())
    if person is None:
        raise NobodyThere(target.name)
    if not (_is_held(conversation) and conversation.staff_id == person.id):
        _owe_answer(conversation, handoff)
        hand_over(conversation, person)


def _owe_answer(conversation: Conversation, handoff: Handoff) -> None:
    """Whoever gets it by choice owes an answer of their own: "I'll pass you on" answered nothing.

    While nobody has answered at all, the candidate waits for what they were promised first: passing on puts nothing off.
    """
    if handoff.first_reply_at is not None:
        handoff.first_reply_at, handoff.reply_due_at = None, _reply_due(conversation, clock.now())


def _reply_due(conversation: Conversation, now: datetime) -> datetime:
    return add_open_time(office(conversation), now, REPLY_WITHIN)


def _give(conversation: Conversation, handoff: Handoff, staff: Staff) -> None:
    conversations.give_to(conversation, "recruiter", staff.id)
    conversation.snoozed_until = conversation.resolved_at = conversation.resolved_by = None
    handoff.claimed_by, handoff.claimed_at, handoff.warned_at = staff.id, clock.now(), None


def _close(conversation: Conversation) -> None:
    handoff = service.open_handoff(conversation)
    if handoff is not None:
        handoff.closed_at = clock.now()


def _is_held(conversation: Conversation) -> bool:
    return conversation.owner == "recruiter" and conversation.resolved_at is None


def _is_own(conversation: Conversation, staff: Staff) -> bool:
    return _is_held(conversation) and conversation.staff_id == staff.id


def _holder(conversation: Conversation) -> Staff | None:
    return db.session.get(Staff, conversation.staff_id) if conversation.staff_id else None


def _actor(staff: Staff) -> Actor:
    return Actor("staff", staff.id)
