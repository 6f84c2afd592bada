"""Our actions for stock Rasa's action server: `rasa run actions --actions tests.bench.stock_actions`.

The only difference: the start of a session puts into slots what the gateway tells our assistant with each turn.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecuted, SessionStarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher

import actions
from actions.session import ActionSessionStart

for module in pkgutil.iter_modules(actions.__path__):
    importlib.import_module(f"actions.{module.name}")


class StartWithContext(ActionSessionStart):
    """Takes language and page from the metadata of the first message."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Start, set the slots, listen."""
        told = tracker.get_slot("session_started_metadata") or {}
        context = {"conversation_id": tracker.sender_id, "verified": False, **told}
        return [SessionStarted(), *(SlotSet(name, value) for name, value in context.items()), ActionExecuted("action_listen")]
