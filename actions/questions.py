"""Questions and their answers: one function an intent, run by one kind of action.

`@answers("ask_salary")` makes `action_ask_salary`. Whatever the question is, the same things happen
around its answer: an earlier pay is masked, a short reply to our own question is understood as
such, and what was offered before is forgotten.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import (
    alert_corrections,
    another_person,
    crisis,
    fraud,
    gateway,
    hurry,
    money,
    ordinals,
    overlay,
    own_address,
    pay_privacy,
    phones,
    replies,
    role_choice,
    senders,
    sympathy,
    undoing,
)
from actions import applications as own_applications
from actions.role_answers import NEXT
from actions.turn import Turn

Answer = Callable[[Turn], Awaitable[None]]

ANSWERS: dict[str, Answer] = {}
ACTIONS: list[type[Action]] = []  # subclasses are held weakly by Python; here they stay alive

COMPANY_QUESTION = "company_question"  # answers every intent `company_…`

SURE = 0.6  # from this confidence on, a short message is taken at its word
CERTAIN = 0.9  # from this one on, also what words alone would tell otherwise
NOT_UNDERSTOOD = frozenset({"nlu_fallback", "out_of_scope", "deny"})  # these don't reset the count
PRIVATE = frozenset(
    [
        "ask_application_status",
        "ask_next_contact",
        "confirm_receipt",
        "ask_feedback",
        "withdraw_application",
        "reschedule_interview",
        "export_my_data",
        "delete_my_data",
    ]
)
# What is no question, but begins a dialogue.
FORMS = {
    "withdraw_application": "withdraw_form",
    "reschedule_interview": "reschedule_form",
    "export_my_data": "export_form",
    "delete_my_data": "erase_form",
    "subscribe_job_alerts": "job_alert_form",
    "unsubscribe": "unsubscribe_form",
    "give_feedback": "rating_form",
}
ASKED_AGAIN = {"give_salary_expectation": "ask_salary"}  # which question is meant by 'and for that one?', where it is another
_ABOUT_ROLE = (None, "role", "again")  # what was asked for, or last: then 'and for that one?' may be about a role
# Intents that a short reply to our own question may be mistaken for.
_LOOSE = frozenset(["nlu_fallback", "out_of_scope", "search_roles", "affirm", "deny", "greet", "thank", "chitchat", "ask_location", "ask_role_tasks"])
_BY_THE_WAY = frozenset(["greet", "thank", "chitchat"])  # whatever was offered still stands after these

# What a telephone number may be mistaken for.
_BY_A_NUMBER = frozenset(["give_salary_expectation", "nlu_fallback", "out_of_scope"])


class QuestionAction(Action):
    """Answers the question that its intent stands for."""

    intent = ""

    def name(self) -> str:
        """The action's name in the domain."""
        return f"action_{self.intent}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Answer, and return what is to be remembered."""
        turn = Turn(dispatcher, tracker)
        pay_privacy.mask_earlier_pay(turn)
        await respond(turn, turn.intent if self.intent == COMPANY_QUESTION else self.intent)
        return turn.events()


def answers(intent: str) -> Callable[[Answer], Answer]:
    """Make the decorated function the answer to an intent."""

    def register(answer: Answer) -> Answer:
        ANSWERS[intent] = answer
        body = {"intent": intent, "__module__": answer.__module__, "__doc__": answer.__doc__}
        ACTIONS.append(type(f"Action_{intent}", (QuestionAction,), body))
        return answer

    return register


async def respond(turn: Turn, intent: str) -> None:
    """Answer what a message asks, and forget what was offered before it; small talk leaves that open."""
    if _comes_first(turn, intent):
        return
    try:
        meant = await _meant(turn, intent)
    except gateway.GatewayError:
        meant = intent  # whose answer says so, if it needs the facts
    asked = turn.slot("asked_for") or {}
    turn.offer = turn.slot("open_offer")
    turn.remember("open_offer", None)
    turn.remember("asked_for", None)
    if meant not in NOT_UNDERSTOOD and turn.slot("misunderstandings"):
        turn.remember("misunderstandings", 0)
    also = asked.get("also")
    if also and meant == asked.get("intent") != intent:
        await answer(turn, also)  # both questions waited for the role
    await answer(turn, meant)
    if meant in _BY_THE_WAY and turn.slot("open_offer") is None:
        turn.remember("open_offer", turn.offer)
    may_be_asked_again = ASKED_AGAIN.get(meant, meant)
    if may_be_asked_again in NEXT and turn.slot("asked_for") is None:
        turn.remember("asked_for", {"what": "again", "intent": may_be_asked_again})


def _comes_first(turn: Turn, intent: str) -> bool:
    """What is heard before any question: words of suicide, money lost, the wrong person proven, grief. True if that was all."""
    if crisis.found_in(turn.text):
        crisis.answer(turn)
        return True
    if fraud.loss_in(turn.text, fraud.is_doubted(turn)):
        fraud.answer_loss(turn)
        return True
    if another_person.speaks(turn) and not turn.tracker.active_loop.get("name"):
        another_person.begin_anew(turn)
        return True
    word = sympathy.called_for(turn)
    if word and sympathy.is_the_matter(turn):
        sympathy.answer(turn, word)
        return True
    if word and intent not in ("complaint", "request_human"):  # their answers begin so themselves
        replies.say(turn, word)
    return False


async def answer(turn: Turn, intent: str) -> None:
    """Answer one question; when the facts can't be read, say so instead of guessing."""
    try:
        if intent in PRIVATE and not turn.verified:
            said = "" if turn.intent in ("affirm", "deny") else pay_privacy.without_earlier_pay(turn)[:300]
            turn.remember("pending_question", {"intent": intent, "text": said, "application": turn.application})
            turn.next_action = "verification_form"
            return
        if intent in FORMS:
            turn.next_action = FORMS[intent]
            return
        turn.asked = intent
        if intent in hurry.ASKED_WITH and hurry.found_in(turn.words):
            await hurry.tell_recruiters(turn)
        await ANSWERS[COMPANY_QUESTION if intent.startswith(overlay.COMPANY) else intent](turn)
    except gateway.GatewayError:
        replies.say(turn, "utter_data_unreachable", buttons=[replies.person(turn)])


async def _meant(turn: Turn, intent: str) -> str:
    """The question behind a reply to what we asked; otherwise the intent as understood."""
    if not turn.text:
        return intent
    asked = turn.slot("asked_for") or {}
    told = _told_by_its_words(turn, intent, asked)
    if told:
        return told
    if asked.get("what") in _ABOUT_ROLE and await role_choice.follows_up(turn, also_by_town=bool(asked)):
        return str(asked["intent"]) if asked else "ask_role_tasks"
    short = len(turn.text.split()) <= 4
    if intent not in _LOOSE and (not short or turn.confidence >= SURE):
        return intent
    return await _as_a_reply(turn, intent, asked) or intent


def _told_by_its_words(turn: Turn, intent: str, asked: dict[str, Any]) -> str | None:
    """The question that a message's own words tell better than the NLU, given what was asked for."""
    if intent in hurry.MISTAKEN_FOR and hurry.found_in(turn.text):
        return hurry.QUESTION
    if asked.get("what") == "alert" and alert_corrections.corrects(turn.text, asked):
        return str(asked["intent"])
    behind = own_address.question_behind(turn, intent, PRIVATE)
    if behind:
        return behind
    if turn.confidence < CERTAIN and own_applications.asks_of_other(turn):
        return "ask_application_status"
    if asked.get("what") == "sender" and senders.senders_in(turn.text):
        return "verify_offer"
    if undoing.wants_it_back(turn.text) or (asked.get("what") == "withdrawn" and undoing.regrets(turn.text)):
        return "withdraw_application"  # that dialogue knows how to have it back
    if fraud.goes_on(turn, intent):
        return "verify_offer"
    if intent in _BY_A_NUMBER and phones.first(turn.text) and not money.amount_spans(turn.text):
        return "request_human"
    if intent == "give_salary_expectation" and fraud.pays_out(turn.text):
        return "nlu_fallback"
    return None


async def _as_a_reply(turn: Turn, intent: str, asked: dict[str, Any]) -> str | None:
    """The question that a short or unsure message answers or goes on with."""
    if asked.get("what") == "role" and await role_choice.names_role(turn):
        return str(asked["intent"])
    if asked.get("what") == "application":
        turn.chosen_application = own_applications.chosen_in(turn.text, asked["of"])
        if turn.chosen_application:
            return str(asked["intent"])
    if asked.get("what") == "meaning":
        picked: str | None = ordinals.pick(asked["intents"], ordinals.ordinal_in(turn.text))
        return picked
    if await role_choice.is_bare_title(turn):
        return str(asked["intent"]) if asked.get("what") == "role" else "ask_role_tasks"
    if intent in _LOOSE and turn.slot("roles_shown") and ordinals.only_ordinal(turn.text):
        return "ask_role_tasks"
    return None
