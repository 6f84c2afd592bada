"""Withdrawing an application: which, really, and perhaps why."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import applications as own_applications
from actions import clear_yes, offers, replies, undoing
from actions.applications import Application
from actions.forms import DONE, FormSteps, Step, chosen, is_question, says_limited_yes, says_no, says_yes, skips
from actions.turn import Turn

LONGEST_REASON = 500
_BECAUSE = re.compile(r"\b(?:because|since|eftersom|därför att|för att|för jag|koska|sillä|kun sain)\b(.+)", re.I | re.S)
_YES_AND = re.compile(r"^\W*(?:ja|japp|kyllä|joo|yes|yeah)\b[,.\s]+(.+)", re.I | re.S)
_WITHDRAW = re.compile(r"dra\w* tillbaka|återta|peru|vedä|withdraw|gör det|tee se|do it|tack|kiitos|please|thank", re.I)


class WithdrawForm(FormSteps):
    """The withdrawal happens at the yes; the reason is asked afterwards, and may be left out."""

    form = "withdraw_form"
    slots = ("withdraw_application", "withdraw_confirmed", "withdraw_reason")
    intents = frozenset({"withdraw_application"})

    async def start(self, turn: Turn) -> Step:
        """With one running application the yes is asked for at once."""
        mine = await own_applications.own(turn)
        running = [a for a in mine if a["status"] == "active"]
        withdrawn = [a for a in mine if a["status"] == "withdrawn"]
        if withdrawn and (undoing.wants_it_back(turn.words) or (not running and undoing.regrets(turn.words))):
            _ask_for_it_back(turn, withdrawn)
            return {}, DONE
        if not running:
            replies.say(turn, "utter_nothing_to_withdraw", buttons=[offers.person(turn)])
            return {}, DONE
        meant = own_applications.meant(turn, running)
        if len(meant) > 1:
            return {}, "withdraw_application"
        filled = {"withdraw_application": meant[0]["ref"], "withdraw_reason": reason_in(turn.words)}
        return filled, "withdraw_confirmed"

    async def take(self, turn: Turn, slot: str) -> Step | None:
        """One answer."""
        if slot == "withdraw_application":
            return await self._take_application(turn)
        if slot == "withdraw_confirmed":
            return await self._take_yes_or_no(turn)
        if turn.text and undoing.regrets(turn.text):
            return await self._regret(turn)
        if skips(turn, "withdraw_reason"):
            return {"withdraw_reason": None}, DONE
        if not turn.text or is_question(turn) or turn.intent == "request_human":
            return None
        return {"withdraw_reason": turn.text[:LONGEST_REASON]}, DONE

    async def _take_application(self, turn: Turn) -> Step | None:
        running = await _running(turn)
        ref = chosen(turn, (a["ref"] for a in running)) or own_applications.named_in_words(turn, running)
        if ref:
            return {"withdraw_application": ref}, "withdraw_confirmed"
        return self._keep(turn) if says_no(turn, "withdraw", self.intents) else None

    async def _take_yes_or_no(self, turn: Turn) -> Step | None:
        pressed = chosen(turn, (a["ref"] for a in await _running(turn)))
        if pressed and turn.intent in self.intents:
            return {"withdraw_application": pressed}, "withdraw_confirmed"
        if says_no(turn, "withdraw", self.intents):
            return self._keep(turn)
        ref = turn.slot("withdraw_application")
        for_another = pressed not in (None, ref)
        if not is_question(turn) and says_limited_yes(turn, "withdraw", reasons=True):
            replies.say(turn, "utter_withdraw_unclear")
            return {"withdraw_confirmed": None}, "withdraw_confirmed"
        if for_another or is_question(turn) or not says_yes(turn, "withdraw"):
            return None
        reason = reason_in(turn.text) or turn.slot("withdraw_reason")
        if reason:
            return {"withdraw_confirmed": True, "withdraw_reason": reason}, DONE
        replies.effect(turn, "withdraw", application=ref)
        return {"withdraw_confirmed": True}, "withdraw_reason"

    async def _regret(self, turn: Turn) -> Step:
        ref = turn.slot("withdraw_application")
        _ask_for_it_back(turn, [a for a in await own_applications.own(turn) if a["ref"] == ref])
        return {"withdraw_confirmed": None, "withdraw_reason": None}, DONE

    def _keep(self, turn: Turn) -> Step:
        replies.say(turn, "utter_application_kept")
        return {"withdraw_confirmed": False}, DONE

    async def ask(self, turn: Turn, slot: str) -> None:
        """Ask which, whether, or why."""
        if slot == "withdraw_reason":
            buttons = [replies.button(turn, "skip", "deny", offer="withdraw_reason")]
            just_done = turn.changed.get("withdraw_confirmed") is True
            response = "utter_withdrawn_why" if just_done else "utter_withdraw_why"
            replies.say(turn, response, buttons=buttons)
            return
        running = await _running(turn)
        if slot == "withdraw_application":
            own_applications.ask_which(turn, "withdraw_application", running)
            return
        ref = turn.slot("withdraw_application")
        application = next(a for a in running if a["ref"] == ref)
        replies.say(
            turn,
            "utter_withdraw_sure",
            title=application["role_title"],
            sources=[own_applications.source(application)],
            buttons=[
                replies.button(turn, "withdraw_yes", "affirm", offer="withdraw", application=ref),
                replies.button(turn, "withdraw_no", "deny", offer="withdraw"),
                *([] if "withdraw_application" in turn.changed else [replies.person(turn)]),  # asked again: perhaps there is more to it
            ],
        )


@offers.does("withdraw")
async def take_up_again(turn: Turn, facts: dict[str, Any]) -> None:
    """An old 'yes, withdraw it' was pressed: ask once more, then do it."""
    if turn.verified:
        turn.next_action = WithdrawForm.form


def reason_in(text: str) -> str | None:
    """What follows 'because', or a plain 'yes, …' with more to say; None where no reason is given."""
    found = _BECAUSE.search(text) or _YES_AND.match(text)
    reason = found.group(1).strip(" .,!") if found else ""
    no_reason = len(reason.split()) < 2 or _WITHDRAW.search(reason) or clear_yes.is_plain(reason, "withdraw")
    return None if no_reason else reason[:LONGEST_REASON]


def _ask_for_it_back(turn: Turn, withdrawn: list[Application]) -> None:
    """A person can undo it; the one named, else the last withdrawn. `withdrawn` holds at least one."""
    application = max(own_applications.meant(turn, withdrawn), key=lambda a: a.get("stage_since") or "")
    contact = own_applications.contact_name(turn, application)
    if not offers.first_time(turn, f"undo_withdrawal:{application['ref']}"):
        replies.say(turn, "utter_question_sent_already", contact=contact)
        return
    replies.effect(turn, "ask_recruiter", topic="undo_withdrawal", role=application["role_ref"], question=turn.words or None)
    replies.say(
        turn,
        "utter_withdrawal_undo_asked",
        title=application["role_title"],
        contact=contact,
        sources=[own_applications.source(application)],
        buttons=[replies.person(turn)],
    )


async def _running(turn: Turn) -> list[Application]:
    return [a for a in await own_applications.own(turn) if a["status"] == "active"]


class ActionWithdraw(Action):
    """Ends the dialogue; a reason, if there is one, is added to the withdrawal."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_withdraw"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """The same effect once more, with the reason, and a word of thanks."""
        turn = Turn(dispatcher, tracker)
        if turn.slot("withdraw_confirmed"):
            ref, reason = turn.slot("withdraw_application"), turn.slot("withdraw_reason")
            if reason:
                replies.effect(turn, "withdraw", application=ref, reason=reason)
            handed_over = (turn.slot("asked_for") or {}).get("what") == "person"
            if reason or not handed_over:  # who asked for a person has not declined to say why
                response = "utter_withdraw_thanks" if reason else "utter_withdraw_no_reason"
                replies.say(turn, response, buttons=[replies.question(turn, "search_roles")])
            if not handed_over:
                turn.remember("asked_for", {"what": "withdrawn"})  # a regret that follows is about this
        for slot in WithdrawForm.slots:
            turn.remember(slot, None)
        return turn.events()
