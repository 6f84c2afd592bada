"""Dialogues that collect something over several messages.

Each is a Rasa form whose `validate_<form>` action does the whole work: it takes what the message
gives, asks for what is missing, and names the slot that it waits for. A message that is no answer
is refused, so that the rules answer it; then the form asks again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import clear_yes, crisis, fraud, gateway, pay_privacy, replies
from actions.questions import SURE
from actions.turn import Turn

# Returned by `start` and `take` when nothing is left to ask.
DONE = None

_YES = re.compile(
    r"^\W*(?:ja|japp|jo|jepp|jajamän|absolut|gärna|okej|ok|okay|visst|självklart|kyllä|joo|juu|jep|toki|okei|"
    r"yes|yeah|yep|yup|sure|please do|go ahead|do it)\b",
    re.IGNORECASE,
)
_NO = re.compile(
    r"^\W*(?:nej|nä|nää|näe|nix|nope|no|nah|ei|eiku|eikä|inte|"
    r"en (?=halua|tahdo|sitten|peru|vielä|nyt|taida))\b",
    re.IGNORECASE,
)
# Finnish "no" is "well", unless it stands alone or English goes on.
_WELL = re.compile(
    r"^\W*(?:niin )?no+h?\b[\s,.…-]+"
    r"(?!(?:thank\w*|thx|ty|i|it|we|you|keep|leave|wait|not|never|need|don'?t|do|please|cancel|that|this|the|way|forget|sorry|no)\b)(?=\w)",
    re.IGNORECASE,
)
_GO_ON = re.compile(
    r"^\W*(?:kysy|tee|pyydä|soita|laita|pistä|lähetä|hae|etsi|näytä|kerro|tilaa|anna mennä|mikä ettei|miksei|"
    r"totta ?kai|tietysti|tietty|tietenkin|sopii|hyvä on|mielellään)\w*",
    re.IGNORECASE,
)
_CHANGED_MIND = re.compile(
    r"\b(?:vänta|ångra\w*|ändrade mig|ändrat mig|strunt\w*|glöm det|låt bli|odota|odotas|seis|sittenkään|kuitenkaan|muutin mieleni|"
    r"unohda|antaa olla|jätetään|wait|never ?mind|forget it|changed my mind|hold on)\b",
    re.IGNORECASE,
)
_STOP = re.compile(r"\b(?:stopp|stop|avbryt|cancel|keskeytä|lopeta|behåll|keep it|pidetään|don't|do not|älä)\b", re.IGNORECASE)
_SKIP = re.compile(
    r"\b(?:hoppa över|(?:vill|tänker)(?: jag)? (?:helst )?inte (?:säga|berätta|svara)|spelar ingen roll|ingen kommentar|"
    r"ohita|en halua (?:sanoa|kertoa|vastata)|en kerro|ei kommenttia|"
    r"skip|rather not|prefer not|no comment|don't want to (?:say|tell)|none of your)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\?|^\W*(?:vad|när|hur|var|vem|vilk\w+|varför|kan (?:ni|du|man|jag)|finns|"
    r"mikä|mitä|milloin|koska|miten|kuinka|missä|kuka|miksi|onko|voinko|voiko|saako|"
    r"what|when|how|where|who|which|why|can (?:i|you)|is there|do you)\b",
    re.IGNORECASE,
)
# These are heard at once, whatever yes or no they come with.
_HEARD_FIRST = frozenset(["request_human", "complaint", "bot_challenge"])
# "se testi, mitä siinä tehään": what it is about comes first.
_ASKED_LATER = re.compile(
    r"\b(?:vad|när|hur|varför|mikä|mitä|milloin|miten|kuinka|miksi|paljonko|montako|what|when|how|why)\b",
    re.IGNORECASE,
)
_SMALL_TALK = frozenset(["affirm", "deny", "greet", "thank", "chitchat", "goodbye"])
# What no form may swallow, and from which confidence on; what an address or a name may be taken for is never another matter.
_PRESSING = frozenset(["complaint", "request_human", "unsubscribe", "bot_challenge", "ask_accommodation", "technical_problem"])
_PRESSING_SURE, _OTHERS_SURE = 0.7, 0.9
_LIKE_AN_ANSWER = _SMALL_TALK | {"nlu_fallback", "out_of_scope", "ask_location", "ask_contact_person", "verify_offer"}

FormSlot = str
Step = tuple[dict[str, Any], "FormSlot | None"]  # slots filled, and the slot to ask for next


class FormSteps(Action):
    """One form: `form` is its name, `slots` what it collects, `intents` what begins it."""

    form: ClassVar[str] = ""
    slots: ClassVar[tuple[str, ...]] = ()
    intents: ClassVar[frozenset[str]] = frozenset()

    def name(self) -> str:
        """Rasa runs this each time the form runs."""
        return f"validate_{self.form}"

    async def start(self, turn: Turn) -> Step:
        """Begin, with what the first message already tells."""
        raise NotImplementedError

    async def take(self, turn: Turn, slot: FormSlot) -> Step | None:
        """Take an answer; None when the message is none."""
        raise NotImplementedError

    async def ask(self, turn: Turn, slot: FormSlot) -> None:
        """Ask for a slot."""
        raise NotImplementedError

    def is_over(self, turn: Turn) -> bool:
        """Whether what happened in between makes going on pointless: a person takes over."""
        return (turn.slot("asked_for") or {}).get("what") == "person"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """One step of the form; no events means that the message was no answer."""
        turn = Turn(dispatcher, tracker)
        waiting_for = tracker.get_slot("requested_slot")
        try:
            step = await self._step(turn, waiting_for if waiting_for in self.slots else None)
            if step is None:
                return []
            filled, following = step
            for name, value in filled.items():
                turn.remember(name, value)
            if following is not DONE:
                await self.ask(turn, following)
        except gateway.GatewayError:
            replies.say(turn, "utter_data_unreachable", buttons=[replies.person(turn)])
            following = DONE
        noted = following or waiting_for or self.slots[0]
        return [
            SlotSet(noted, turn.slot(noted)),  # Rasa refuses the message unless some slot is set
            *turn.events(),
            SlotSet("requested_slot", following),
        ]

    async def _step(self, turn: Turn, waiting_for: FormSlot | None) -> Step | None:
        if waiting_for is None:
            if turn.intent == "external_verified":
                turn.remember("pending_question", None)
            pay_privacy.mask_earlier_pay(turn)
            turn.remember("open_offer", None)
            turn.remember("asked_for", None)
            for slot in self.slots:
                turn.remember(slot, None)
            return await self.start(turn)
        if comes_back(turn.tracker, self.form):
            return {}, DONE if self.is_over(turn) else waiting_for
        if crisis.found_in(turn.text):
            return None  # answered as what it is, and the form is left
        if turn.intent not in self.intents and fraud.loss_in(turn.text, fraud.is_doubted(turn)):
            return None
        step = await self.take(turn, waiting_for)
        if step is None and turn.intent in self.intents:
            return {}, waiting_for
        if step is not None:
            pay_privacy.mask_earlier_pay(turn)
            turn.remember("misunderstandings", 0)
        return step


def comes_back(tracker: Tracker, form: str) -> bool:
    """Whether the form runs again only because a question in between has been answered."""
    actions = [event.get("name") for event in tracker.events if event.get("event") == "action"]
    while actions and actions[-1] == form:
        actions.pop()
    return bool(actions) and actions[-1] != "action_listen"


def reply(turn: Turn) -> str:
    """The message as typed, without the 'no' by which Finnish begins whatever it is going to say."""
    return _WELL.sub("", turn.text) if turn.language == "fi" else turn.text


def says_yes(turn: Turn, offer: str) -> bool:
    """A typed yes that isn't taken back in the same breath, or the yes button of this very offer."""
    if not turn.text:
        return turn.intent == "affirm" and turn.entity("offer") == offer
    said = reply(turn)
    if _CHANGED_MIND.search(said) or _NO.search(said) or _heard_first(turn, offer):
        return False
    well_then = said != turn.text and clear_yes.is_plain(said, offer)  # "no peru vaan"
    return well_then or bool(_YES.search(said)) or turn.intent == "affirm"


def says_limited_yes(turn: Turn, act: str, reasons: bool = False) -> bool:
    """A typed yes with a condition, a limit or another wish: not enough for what cannot be undone.

    `reasons`: whether the answer may tell why; otherwise a yes with more to say must be understood as a yes, and of nothing else.
    """
    said = reply(turn)
    if not said or _heard_first(turn, act) or not (_YES.search(said) or turn.intent == "affirm"):
        return False
    affirmed = turn.intent == "affirm" and not clear_yes.names_act(said)
    understood = affirmed or reasons or clear_yes.is_plain(said, act)
    return not understood or clear_yes.is_limited(said, act, reasons)


def _heard_first(turn: Turn, act: str) -> bool:
    return turn.intent in _HEARD_FIRST and not clear_yes.is_plain(reply(turn), act)


def says_well_yes(turn: Turn) -> bool:
    """Finnish 'no joo', 'no kysy': a yes that looks like an English no."""
    said = reply(turn)
    if said == turn.text or _NO.search(said) or _CHANGED_MIND.search(said):
        return False
    return bool(_YES.search(said) or _GO_ON.search(said))


def says_no(turn: Turn, offer: str, about: Collection[str] = ()) -> bool:
    """A typed no, a change of mind too, or the no button of this offer.

    `about` are the intents that the question is about: 'cancel my application' is no 'cancel' to 'shall I withdraw it?'.
    """
    if not turn.text:
        return turn.intent == "deny" and turn.entity("offer") == offer
    said = reply(turn)
    if _NO.search(said) or _CHANGED_MIND.search(said):
        return True
    if turn.intent in about or said != turn.text:
        return bool(_STOP.search(said)) and turn.intent not in about
    return not _YES.search(said) and (turn.intent == "deny" or bool(_STOP.search(said)))


def skips(turn: Turn, offer: str) -> bool:
    """Would rather not answer."""
    return bool(_SKIP.search(turn.text)) or (says_no(turn, offer) and len(turn.text.split()) <= 4)


def is_question(turn: Turn) -> bool:
    """Whether the message asks something of its own instead of answering."""
    if turn.intent in _SMALL_TALK:
        return False
    said = reply(turn)
    about_us = turn.intent.startswith("ask_") and turn.confidence >= SURE
    return not said or bool(_ASKS.search(said)) or (about_us and bool(_ASKED_LATER.search(said)))


def is_another_matter(turn: Turn) -> bool:
    """Whether the message asks something of its own, or is clearly understood as something that a form must not swallow."""
    if is_question(turn):
        return True
    sure = _PRESSING_SURE if turn.intent in _PRESSING else _OTHERS_SURE
    return turn.intent not in _LIKE_AN_ANSWER and turn.confidence >= sure


def chosen(turn: Turn, of: Iterable[str]) -> str | None:
    """The application that a button names, if it is one of these."""
    pressed = turn.entity("application")
    return pressed if pressed in set(of) else None
