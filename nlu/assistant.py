"""The assistant as a function: (state, message) -> (replies, effects, new state)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.trackers import EventVerbosity

from actions import crisis, gateway, tracing
from actions.overlay import COMPANY
from nlu import in_process, quicker
from nlu.in_process import InProcess
from nlu.output import TurnOutput
from nlu.processor import TurnProcessor
from nlu.split import two_questions
from nlu.state import BadState, blotted, events_of, form_in_progress, state_of
from nlu.turn import BadTurn, Button, Turn, for_understanding

ALTERNATIVES = 4
VOLATILE_SLOTS = ("now",)
_NOT_FROM_OUTSIDE = {"restart", "back", "session_start"}

Parsed = dict[str, Any]


class Assistant:
    """A loaded model with its actions. Holds nothing of any conversation."""

    def __init__(self, archive: Path, model_id: str, actions_package: str = "actions") -> None:
        in_process.install()
        quicker.install()
        self.actions = InProcess(actions_package)
        self.processor = TurnProcessor(archive, self.actions)
        self.model_id = model_id

    async def take(self, turn: Turn) -> dict[str, Any]:
        """Take one turn; raises `BadTurn`, or whatever went wrong in an action."""
        try:
            events = events_of(turn.state, turn.slots)
        except BadState as error:
            raise BadTurn(str(error)) from error
        with tracing.span("understand"):
            parts = self.understand(turn, may_split=form_in_progress(events) is None)
        tracker = self.processor.new_tracker(turn.conversation, events)
        output = TurnOutput(turn.language)
        with gateway.reading(turn.edition, turn.now):
            for number, parsed in enumerate(parts):
                output.begin_part(number)
                await self.processor.handle_message(_message(turn, parsed, output))
        first, text = parts[0], turn.text or ""
        happened = blotted(tracker.current_state(EventVerbosity.ALL)["events"], text, for_understanding(text), output.hidden)
        tracing.note(intent=first["intent"]["name"], model_id=self.model_id, effects=len(output.effects))
        return {
            "replies": output.replies(),
            "effects": output.effects,
            "state": state_of(happened, VOLATILE_SLOTS),
            "intent": first["intent"]["name"],
            "confidence": round(float(first["intent"]["confidence"]), 4),
            "alternatives": _alternatives(first),
            "language": turn.language,
            "model_id": self.model_id,
        }

    def understand(self, turn: Turn, may_split: bool) -> list[Parsed]:
        """The message as what it asks: one intent, two questions, or a pressed button's."""
        if turn.button:
            return self._pressed(turn.button)
        text = turn.text or ""
        whole = self.parse(text, turn.language)
        if crisis.found_in(text):
            return [_taken_for(whole, crisis.INTENT)]
        cut = None
        if may_split:
            cut = two_questions(text, whole, lambda part: self.parse(part, turn.language))
        if cut is None:
            return [whole]
        # Each question keeps the whole text and its entities: a role is often named only once.
        asked = ("intent", "intent_ranking")
        return [{**whole, **{key: half[key] for key in asked}} for half in (cut.first, cut.second)]

    def parse(self, text: str, language: str) -> Parsed:
        """What the NLU makes of a text in a language."""
        message = UserMessage(for_understanding(text), metadata={"language": language})
        parsed = self.processor._parse_message_with_graph(message, None)
        return {**parsed, "text": text}

    def _pressed(self, button: Button) -> list[Parsed]:
        """A button asks one thing, or two when it says `also`; both get its entities."""
        entities = [{"entity": name, "value": value} for name, value in button.entities.items()]
        parts = []
        for name in filter(None, (button.intent, button.also)):
            if name.startswith(COMPANY) and name not in self.processor.domain.intents:
                name = "nlu_fallback"  # an old button of a question that is no longer taught: nobody's fault
            if name not in self.processor.domain.intents or name in _NOT_FROM_OUTSIDE:
                raise BadTurn(f"There is no intent '{name}'.")
            intent = {"name": name, "confidence": 1.0}
            parts.append(
                {
                    "text": button.payload,
                    "intent": intent,
                    "intent_ranking": [intent],
                    "entities": list(entities),
                }
            )
        return parts


def _message(turn: Turn, parsed: Parsed, output: TurnOutput) -> UserMessage:
    message = UserMessage(None, output, turn.conversation, parsed, "desk", message_id=turn.message_id)
    message.text = parsed["text"]  # as typed: the constructor would strip it
    return message


def _taken_for(parsed: Parsed, name: str) -> Parsed:
    """A message whose intent is known for certain, whatever the NLU makes of it."""
    intent = {"name": name, "confidence": 1.0}
    others = [entry for entry in parsed.get("intent_ranking", []) if entry["name"] != name]
    return {**parsed, "intent": intent, "intent_ranking": [intent, *others]}


def _alternatives(parsed: Parsed) -> list[dict[str, Any]]:
    """The next best intents; all of the best ones when the message was not understood."""
    ranking = [r for r in parsed.get("intent_ranking", []) if r["name"] != parsed["intent"]["name"]]
    return [{"intent": r["name"], "confidence": round(float(r["confidence"]), 4)} for r in ranking[:ALTERNATIVES]]
