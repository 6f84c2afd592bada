"""Asking for another interview time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import applications as own_applications
from actions import dates, offers, replies, times_said
from actions.applications import Application
from actions.forms import DONE, FormSteps, Step, chosen, is_question, says_no
from actions.process import has_coming_interview
from actions.turn import Turn


class RescheduleForm(FormSteps):
    """Which interview, and when it would suit better."""

    form = "reschedule_form"
    slots = ("reschedule_application", "reschedule_wish")
    intents = frozenset({"reschedule_interview"})

    async def start(self, turn: Turn) -> Step:
        """With one coming interview only the wish is asked for, unless it has been said: naming a day alone is none."""
        coming = await _coming(turn)
        meant = own_applications.meant(turn, coming) if coming else []
        if not meant:
            replies.say(turn, "utter_no_interview", buttons=[offers.person(turn)])
            return {}, DONE
        if len(meant) > 1:
            return {}, "reschedule_application"
        booked = datetime.fromisoformat(meant[0]["interview"]["at"])
        wish = turn.words if times_said.wishes_time(turn.words, booked.weekday()) else None
        filled = {"reschedule_application": meant[0]["ref"], "reschedule_wish": wish}
        return filled, DONE if wish else "reschedule_wish"

    async def take(self, turn: Turn, slot: str) -> Step | None:
        """The application by its button or name; the wish in any words that aren't a question."""
        if slot == "reschedule_application":
            return await self._take_application(turn)
        if not turn.text:
            return self._stop(turn) if says_no(turn, "reschedule", self.intents) else None
        if times_said.names_time(turn.text) and turn.intent != "ask_interview":
            return {"reschedule_wish": turn.text}, DONE
        if says_no(turn, "reschedule", self.intents):
            return self._stop(turn)
        if is_question(turn) or turn.intent == "request_human":
            return None
        return {"reschedule_wish": turn.text}, DONE

    async def _take_application(self, turn: Turn) -> Step | None:
        coming = await _coming(turn)
        ref = chosen(turn, (a["ref"] for a in coming)) or own_applications.named_in_words(turn, coming)
        if ref:
            return {"reschedule_application": ref}, "reschedule_wish"
        return self._stop(turn) if says_no(turn, "reschedule", self.intents) else None

    def _stop(self, turn: Turn) -> Step:
        replies.say(turn, "utter_interview_stays")
        return {"reschedule_application": None}, DONE

    async def ask(self, turn: Turn, slot: str) -> None:
        """Ask which interview, or when it would suit."""
        coming = await _coming(turn)
        if slot == "reschedule_application":
            own_applications.ask_which(turn, "reschedule_interview", coming)
            return
        ref = turn.slot("reschedule_application")
        application = next(a for a in coming if a["ref"] == ref)
        at = application["interview"]["at"]
        replies.say(
            turn,
            "utter_which_time",
            title=application["role_title"],
            moment=dates.moment(at, turn.language, turn.now.date()),
            sources=[own_applications.source(application)],
            buttons=[replies.button(turn, "keep_time", "deny", offer="reschedule")],
        )


async def _coming(turn: Turn) -> list[Application]:
    return [a for a in await own_applications.own(turn) if has_coming_interview(turn, a)]


class ActionReschedule(Action):
    """Passes the wish on; the old time holds until a person has answered."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_reschedule"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """One effect, and what happens now."""
        turn = Turn(dispatcher, tracker)
        ref, wish = turn.slot("reschedule_application"), turn.slot("reschedule_wish")
        if ref and wish:
            replies.effect(turn, "reschedule", application=ref, wish=wish)
            replies.say(turn, "utter_reschedule_asked")
        turn.remember("reschedule_application", None)
        turn.remember("reschedule_wish", None)
        return turn.events()
