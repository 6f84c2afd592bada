"""Proving who one is, inside the chat: the mail address, then the code that was sent to it."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import offers, pay_privacy, phones, questions, replies, senders
from actions.blot import blot
from actions.forms import DONE, FormSteps, Step, is_another_matter, says_no
from actions.questions import PRIVATE
from actions.turn import Turn

# Private questions that go on in a form of their own once the candidate is known.
FORMS = {intent: form for intent, form in questions.FORMS.items() if intent in PRIVATE}
CODE_EVENTS = frozenset({"external_code_wrong", "external_code_expired"})
_CODE = re.compile(r"(?<!\d)(\d{6}|\d{3}[ -]\d{3})(?!\d)")
_NO_CODE = re.compile(
    r"ny kod|ingen kod|inte fått|inte kommit|kommer ingen|skicka (?:en|den)? ?(?:ny|igen|om)|"
    r"uusi koodi|uutta koodia|uuden koodin|ei (?:ole )?(?:tullut|saapunut)|en (?:ole )?saanut|lähetä uud|"
    r"new code|another code|no code|didn't (?:get|receive|come|arrive)|not (?:arrived|received|come)|resend|send (?:it )?again",
    re.IGNORECASE,
)
_OTHER_ADDRESS = re.compile(
    r"(?:fel|annan|ändra|byt).{0,12}(?:adress|mejl|mail)|(?:väärä|eri|toinen|vaihda).{0,12}(?:osoite|osoitteen|sähköposti)|"
    r"(?:wrong|different|another|change).{0,14}(?:address|e-?mail)",
    re.IGNORECASE,
)
_FORGOTTEN = re.compile(
    r"\b(?:minns|vet|kommer|osäker)\b.{0,12}\b(?:inte|ej|vilken)\b|\bglömt\b|\bingen aning\b|"
    r"\b(?:en|emmä|em) (?:mä |minä |mää |nyt |enää )*(?:muista|tiedä|tiiä|oo varma|ole varma)|\bunohd(?:in|i|an)\b|\bunohtanut\b|\bei mitään hajua\b|"
    r"\b(?:don'?t|do not|can'?t|cannot|can not) (?:really |quite )?(?:remember|recall|know)\b|\bforgot(?:ten)?\b|\bnot sure\b|\bno idea\b|\bidk\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"adress|mejl|mail|e-?post|osoit|sähköpost|s.posti|meil|\bone\b|vilken|\bmikä|\bmillä|\bwhich", re.IGNORECASE)


class VerificationForm(FormSteps):
    """Asks for the address, sends a code, asks for the code."""

    form = "verification_form"
    slots = ("email", "verification_code")
    intents = PRIVATE

    async def start(self, turn: Turn) -> Step:
        """First time: what is it for. After a wrong or used-up code: try again."""
        if turn.intent in CODE_EVENTS and not turn.pressed:  # somebody types what only the gateway says
            replies.say(turn, "utter_not_understood", buttons=[offers.person(turn)])
            return {}, DONE
        known = turn.tracker.get_slot("email")
        if turn.intent == "external_code_wrong" and known:
            return {"email": known}, "verification_code"
        if turn.intent in PRIVATE:
            turn.remember("pending_question", pending(turn))
        given = senders.email_in(turn.text)
        return self._send(turn, given) if given else ({}, "email")

    async def take(self, turn: Turn, slot: str) -> Step | None:
        """An address or a code; anything else may be a question of its own."""
        address = senders.email_in(turn.text) or turn.entity("email")
        if address:
            return self._send(turn, address)
        if slot == "verification_code":
            return self._take_code(turn)
        if _is_forgotten(turn.text):
            turn.remember("open_offer", {"kind": "person"})
            replies.say(turn, "utter_address_forgotten")
            return {}, slot
        if says_no(turn, self.form, self.intents):
            return self._stop(turn)
        if turn.intent in PRIVATE:
            turn.remember("pending_question", pending(turn))
            return {}, slot
        if is_another_matter(turn) or turn.intent in ("affirm", "request_human"):
            return None
        replies.say(turn, "utter_not_an_address")
        return {}, slot

    def _take_code(self, turn: Turn) -> Step | None:
        code = _CODE.search(blot(turn.text, phones.spans(turn.text)))
        if code:
            return {"verification_code": re.sub(r"\D", "", code.group(1))}, DONE
        email = turn.slot("email")
        if turn.entity("offer") == "other_address" or _OTHER_ADDRESS.search(turn.text):
            return {"email": None}, "email"
        if email and (turn.entity("offer") == "new_code" or _NO_CODE.search(turn.text)):
            return self._send(turn, email)
        if says_no(turn, self.form, self.intents):
            return self._stop(turn)
        if re.search(r"\d{3,}", turn.text) and len(turn.text.split()) <= 3:
            replies.say(turn, "utter_not_a_code")
            return {}, "verification_code"
        return None

    def _send(self, turn: Turn, email: str) -> Step:
        replies.effect(turn, "verification_start", email=email)
        return {"email": email}, "verification_code"

    def _stop(self, turn: Turn) -> Step:
        turn.remember("pending_question", None)
        replies.say(turn, "utter_verification_left")
        return {}, DONE

    def is_over(self, turn: Turn) -> bool:
        """Nothing is left to prove once the candidate is known."""
        return turn.verified or super().is_over(turn)

    async def ask(self, turn: Turn, slot: str) -> None:
        """Ask for the address or the code, in words that fit what has just happened."""
        cancel = replies.button(turn, "cancel", "deny", offer=self.form)
        if slot == "verification_code":
            wrong = turn.intent == "external_code_wrong"
            buttons = [
                replies.button(turn, "new_code", "affirm", offer="new_code"),
                replies.button(turn, "other_address", "affirm", offer="other_address"),
                cancel,
            ]
            response = "utter_code_wrong" if wrong else "utter_write_code"
            replies.say(turn, response, email=turn.slot("email"), buttons=buttons)
        elif turn.intent == "external_code_expired":
            known = turn.tracker.get_slot("email")
            again = [{"title": known, "payload": replies.payload("affirm", email=known)}] if known else []
            replies.say(turn, "utter_code_expired", buttons=[*again, cancel])
        elif _wants_to_know(turn):
            why = "utter_why_verification_to_act" if _wants_to_know(turn) in FORMS else "utter_why_verification"
            replies.say(turn, why, buttons=[cancel, replies.person(turn)])
        else:
            replies.say(turn, "utter_which_address", buttons=[cancel, replies.person(turn)])


def _wants_to_know(turn: Turn) -> str | None:
    """The private question that has just led here; None once the address has been asked for."""
    if turn.intent in PRIVATE:
        return turn.intent
    begins = turn.tracker.get_slot("requested_slot") is None
    return (turn.slot("pending_question") or {}).get("intent") if begins else None


def _is_forgotten(text: str) -> bool:
    """'I don't remember', said of the address that was asked for."""
    plain = text.replace("’", "'")
    return bool(_FORGOTTEN.search(plain)) and (len(plain.split()) <= 4 or bool(_ADDRESS.search(plain)))


def pending(turn: Turn) -> dict[str, Any]:
    """The question to answer when the candidate is known."""
    return {"intent": turn.intent, "text": pay_privacy.without_earlier_pay(turn)[:300], "application": turn.entity("application")}


class ActionConfirmCode(Action):
    """Hands the code to the gateway, which says in an event whether it was right."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_confirm_code"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """The code leaves the slots at once."""
        turn = Turn(dispatcher, tracker)
        code = turn.slot("verification_code")
        if code:
            replies.effect(turn, "verification_confirm", code=code)
            replies.say(turn, "utter_checking_code")
            turn.remember("verification_code", None)
        return turn.events()


class ActionExternalVerified(Action):
    """The candidate is known now: answer what they had asked."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_external_verified"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Only the gateway makes a candidate verified; the event alone proves nothing."""
        turn = Turn(dispatcher, tracker)
        if not turn.pressed:
            await questions.respond(turn, "nlu_fallback")
            return turn.events()
        asked = turn.slot("pending_question") or {}
        if not turn.verified:
            return []
        intent = asked.get("intent")
        if intent in FORMS:
            turn.next_action = FORMS[intent]  # which reads the question, and forgets it
            return turn.events()
        turn.remember("pending_question", None)
        if intent in questions.ANSWERS:
            await questions.answer(turn, intent)
        else:
            replies.say(turn, "utter_verified")
        return turn.events()
