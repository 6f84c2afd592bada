"""The assistant as a function: (state, message) -> (replies, effects, new state)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import EventVerbosity

from nlu import in_process, quicker
from nlu.in_process import InProcess
from nlu.output import TurnOutput
from nlu.processor import TurnProcessor
from nlu.state import BadState, events_of, state_of
from nlu.turn import BadTurn, Button, Turn, for_understanding

ALTERNATIVES = 4
VOLATILE_SLOTS = ("now",)
_NOT_FROM_OUTSIDE = {"restart", "back", "session_start"}


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
        parts = self.understand(turn)
        tracker = self.processor.new_tracker(turn.conversation, events)
        output = TurnOutput(turn.language)
        for text, parsed in parts:
            message = UserMessage(
                text, output, turn.conversation, parsed, "desk", message_id=turn.message_id
            )
            message.text = text
            await self.processor.handle_message(message)
        first = parts[0][1]
        return {
            "replies": output.said.replies,
            "effects": output.said.effects,
            "state": state_of(tracker.current_state(EventVerbosity.ALL)["events"], VOLATILE_SLOTS),
            "intent": first["intent"]["name"],
            "confidence": round(float(first["intent"]["confidence"]), 4),
            "alternatives": _alternatives(first),
            "language": turn.language,
            "model_id": self.model_id,
        }

    def understand(self, turn: Turn) -> list[tuple[str, dict[str, Any]]]:
        """The message as one or two (text, parse) pairs; a button needs no guessing."""
        if turn.button:
            return [(turn.button.payload, self._pressed(turn.button))]
        text = turn.text or ""
        return [(text, self.parse(text, turn.language))]

    def parse(self, text: str, language: str) -> dict[str, Any]:
        """What the NLU makes of a text in a language."""
        message = UserMessage(for_understanding(text), metadata={"language": language})
        parsed = self.processor._parse_message_with_graph(message, None)
        return {**parsed, "text": text}

    def _pressed(self, button: Button) -> dict[str, Any]:
        if button.intent not in self.processor.domain.intents or button.intent in _NOT_FROM_OUTSIDE:
            raise BadTurn(f"There is no intent '{button.intent}'.")
        intent = {"name": button.intent, "confidence": 1.0}
        entities = [{"entity": name, "value": value} for name, value in button.entities.items()]
        return {
            "text": button.payload,
            "intent": intent,
            "intent_ranking": [intent],
            "entities": entities,
        }


def _alternatives(parsed: dict[str, Any]) -> list[dict[str, Any]]:
    """The next best intents; all of the best ones when the message was not understood."""
    ranking = [r for r in parsed.get("intent_ranking", []) if r["name"] != parsed["intent"]["name"]]
    return [
        {"intent": r["name"], "confidence": round(float(r["confidence"]), 4)}
        for r in ranking[:ALTERNATIVES]
    ]
