"""The start of a conversation's state."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecuted, SessionStarted
from rasa_sdk.executor import CollectingDispatcher


class ActionSessionStart(Action):
    """Says nothing and copies nothing: the gateway greets and keeps the state."""

    def name(self) -> str:
        """Rasa's own name for it."""
        return "action_session_start"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Start, and listen."""
        return [SessionStarted(), ActionExecuted("action_listen")]
