"""Staying in touch: recommending, customers' questions, feedback on the experience."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import offers, replies, texts
from actions.company_answers import tell_company_answer
from actions.forms import DONE, FormSteps, Step, is_question, skips
from actions.questions import answers
from actions.turn import Turn

_SCORE = re.compile(
    r"(?<![\d.,])([1-5])\s*(?:/\s*5|av 5|av fem|out of 5|out of five|stars?|stjärn\w*|tähte\w*|pistettä|poäng)|"
    r"(?:betyg\w*|arvosana\w*|rating|score|pisteet)\W{0,3}([1-5])(?!\d)|^\W*([1-5])\W*$",
    re.IGNORECASE,
)
_PHONE_COUNTRY = {"sv": "SE", "fi": "FI"}
LONGEST_COMMENT = 1000


@answers("refer_friend")
async def tell_referral(turn: Turn) -> None:
    """How to recommend somebody."""
    buttons = [replies.question(turn, "search_roles")]
    await tell_company_answer(turn, "refer_friend", "refer_friend", buttons=buttons)


@answers("customer_question")
async def point_to_customer_service(turn: Turn) -> None:
    """This is the recruitment's chat; customers are helped elsewhere."""
    if await turn.gateway.answer("customer_service", turn.language):
        await tell_company_answer(turn, "customer_service", "customer_question", buttons=[])
        return
    service = (await turn.gateway.company()).get("customer_service") or {}
    phones = service.get("phone") or {}
    country = _PHONE_COUNTRY.get(turn.language)
    numbers = [phones[country]] if country in phones else [f"{n} ({c})" for c, n in phones.items()]
    ways = [way for way in (service.get("url"), *numbers) if way]
    reach = texts.sentence("utter_part_service", turn.language, ways=" · ".join(ways)) if ways else ""
    now = {"as_of": turn.now.isoformat()}
    replies.say(turn, "utter_customer_service", reach=reach, sources=[replies.source("company", now, "customer_service")])


def score_in(turn: Turn) -> str | None:
    """A score from 1 to 5, pressed or written."""
    pressed = turn.entity("score")
    found = _SCORE.search(turn.text)
    written = next((group for group in found.groups() if group), None) if found else None
    return pressed if pressed in set("12345") else written


class RatingForm(FormSteps):
    """A score after what was said; it may be left out."""

    form = "rating_form"
    slots = ("feedback_score",)
    intents = frozenset({"give_feedback"})

    async def start(self, turn: Turn) -> Step:
        """What was said is the comment; a score in it is taken at once."""
        said = turn.text if turn.intent in self.intents else ""  # else it was the 'yes' to 'did you mean'
        turn.remember("feedback_comment", said[:LONGEST_COMMENT] or None)
        score = score_in(turn)
        return ({"feedback_score": score}, DONE) if score else ({}, "feedback_score")

    async def take(self, turn: Turn, slot: str) -> Step | None:
        """A score, a no, or more to say."""
        score = score_in(turn)
        if score:
            return {"feedback_score": score}, DONE
        if skips(turn, "rating"):
            return {"feedback_score": None}, DONE
        if turn.intent not in self.intents or is_question(turn):
            return None
        said = f"{turn.slot('feedback_comment') or ''}\n{turn.text}".strip()
        turn.remember("feedback_comment", said[:LONGEST_COMMENT])
        return {}, slot

    async def ask(self, turn: Turn, slot: str) -> None:
        """One to five, as buttons."""
        scores = [{"title": n, "payload": replies.payload("give_feedback", score=n)} for n in "12345"]
        skip = replies.button(turn, "skip", "deny", offer="rating")
        replies.say(turn, "utter_which_score", buttons=[*scores, skip])


class ActionRate(Action):
    """Hands score and comment to the gateway, and thanks."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_rate"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """One effect; a low score is offered a person."""
        turn = Turn(dispatcher, tracker)
        score, comment = turn.slot("feedback_score"), turn.slot("feedback_comment")
        if score or comment:
            number = int(score) if score else None
            turn.dispatcher.utter_message(json_message={"effect": {"kind": "feedback_score", "score": number, "comment": comment}})
        if (turn.slot("asked_for") or {}).get("what") != "person":
            low = score in ("1", "2")
            buttons = [offers.person(turn)] if low else []
            replies.say(turn, "utter_rated_low" if low else "utter_rated", buttons=buttons)
        turn.remember("feedback_score", None)
        turn.remember("feedback_comment", None)
        return turn.events()
