"""News of new roles by mail, and stopping it."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import alert_corrections, lines_of_work, offers, places, replies, senders, texts
from actions.forms import DONE, FormSteps, Step, is_another_matter, says_no
from actions.turn import Turn

WISH = ("field", "employment_type", "location", "remote")  # what an alert may be about


class _AddressForm(FormSteps):
    """Asks for a mail address, unless one is said or already proven."""

    question = ""

    async def start(self, turn: Turn) -> Step:
        """Take the address of the message or the proven one."""
        proven = turn.slot("email") if turn.verified else None
        address = senders.email_in(turn.text) or proven
        slot = self.slots[0]
        return ({slot: address}, DONE) if address else ({}, slot)

    async def take(self, turn: Turn, slot: str) -> Step | None:
        """An address, a no, or another question."""
        address = senders.email_in(turn.text)
        if address:
            return {slot: address}, DONE
        if says_no(turn, self.form, self.intents):
            replies.say(turn, "utter_all_right")
            return {}, DONE
        if is_another_matter(turn) or turn.intent in ("affirm", "request_human", *self.intents):
            return None
        replies.say(turn, "utter_not_an_address")
        return {}, slot

    async def ask(self, turn: Turn, slot: str) -> None:
        """Say what the address is for."""
        cancel = replies.button(turn, "cancel", "deny", offer=self.form)
        replies.say(turn, self.question, buttons=[cancel])


class JobAlertForm(_AddressForm):
    """To which address, for which place, line of work and kind of employment."""

    form, slots, question = "job_alert_form", ("alert_email",), "utter_alert_address"
    intents = frozenset({"subscribe_job_alerts"})

    async def start(self, turn: Turn) -> Step:
        """Keep what the wish names; a correction changes that part of the wish before, or its address."""
        before = turn.slot("alert_wish") or {}
        asked = before.get("asked") or {}
        if asked and alert_corrections.corrects(turn.text, asked):
            named = {name: value for name, value in _wish_in(turn).items() if value}
            turn.remember("alert_wish", {**before, **named, "asked": None, "corrected": asked["email"]})
            return {"alert_email": senders.email_in(turn.text) or asked["email"]}, DONE
        offered = before if turn.intent == "affirm" and not asked else None
        turn.remember("alert_wish", offered or _wish_in(turn))
        return await super().start(turn)


def _wish_in(turn: Turn) -> dict[str, Any]:
    """The first line of work, kind of employment and place that a message or its button names, and whether remote work is."""
    said = " ".join([turn.text, *(value for name in ("location", "field", "employment_type") for value in turn.entities(name))])
    pressed = [name for name in turn.entities("field") if name in lines_of_work.FIELDS]
    kinds = lines_of_work.employment_in(said)
    # An internship is told by its kind, whatever line of work it is in.
    fields = [name for name in pressed or lines_of_work.fields_in(said) if name not in kinds]
    towns = places.towns_in(said) or turn.entities("location")
    remote = lines_of_work.wants_remote(said) or None
    firsts = {"field": fields, "employment_type": kinds, "location": towns}
    return {**{name: next(iter(found), None) for name, found in firsts.items()}, "remote": remote}


@offers.does("alerts")
async def take_up_alerts(turn: Turn, facts: dict[str, Any]) -> None:
    """'Yes' to 'I can email you when new jobs come out'."""
    turn.remember("alert_wish", facts.get("wish"))
    turn.next_action = JobAlertForm.form


class UnsubscribeForm(_AddressForm):
    """From which address; a verified candidate needs to say none."""

    form, slots, question = "unsubscribe_form", ("unsubscribe_email",), "utter_unsubscribe_address"
    intents = frozenset({"unsubscribe"})

    async def start(self, turn: Turn) -> Step:
        """The gateway knows the addresses of a verified candidate."""
        step = await super().start(turn)
        return ({}, DONE) if turn.verified else step


class ActionJobAlertOn(Action):
    """Asks the gateway for the confirmation mail."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_job_alert_on"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Nothing is sent until the candidate has confirmed in that mail."""
        turn = Turn(dispatcher, tracker)
        email, kept = turn.slot("alert_email"), turn.slot("alert_wish") or {}
        wish = {name: kept.get(name) for name in WISH}
        turn.remember("alert_email", None)
        turn.remember("alert_wish", None)
        if email:
            replies.effect(turn, "job_alert_on", email=email, **wish)
            said = "utter_alert_corrected" if kept.get("corrected") else "utter_alert_on"
            replies.say(turn, said, email=email, filters=_filters(turn, wish))
            asked = {"what": "alert", "intent": "subscribe_job_alerts", "email": email}
            turn.remember("asked_for", asked)
            turn.remember("alert_wish", {**wish, "asked": asked})
        return turn.events()


def _filters(turn: Turn, wish: dict[str, Any]) -> str:
    words = [places.name(wish.get("location") or "", turn.language)]
    words += [texts.word(f"field_{wish['field']}", turn.language)] if wish.get("field") else []
    words += [texts.word(f"kind_{wish['employment_type']}", turn.language)] if wish.get("employment_type") else []
    words += [texts.word("remote", turn.language)] if wish.get("remote") else []
    said = ", ".join(word for word in words if word)
    return texts.sentence("utter_part_filters", turn.language, filters=said) if said else ""


class ActionJobAlertOff(Action):
    """Asks the gateway to stop the mails."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_job_alert_off"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """With the address, or for the verified candidate."""
        turn = Turn(dispatcher, tracker)
        email = turn.slot("unsubscribe_email")
        if email or turn.verified:
            replies.effect(turn, "job_alert_off", email=email)
            # Another's mails end by a link in a mail, of which the gateway tells.
            replies.say(turn, "utter_alert_off" if turn.verified else "utter_alert_off_asked")
            if email:
                turn.remember("asked_for", {"what": "alert", "intent": "unsubscribe", "email": email})
        turn.remember("unsubscribe_email", None)
        return turn.events()
