"""One message of a candidate as the actions see it, and what is remembered after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import gateway
from actions.texts import LANGUAGES


@dataclass
class Turn:
    """What came in, what goes out (`dispatcher`), and slots set on the way."""

    dispatcher: CollectingDispatcher
    tracker: Tracker
    changed: dict[str, Any] = field(default_factory=dict)
    next_action: str | None = None
    offer: dict[str, Any] | None = None  # what was offered in the turn before
    asked: str = ""  # the intent being answered, which a short reply may have led to
    chosen_application: str | None = None  # of those asked about, the one that a short reply names
    chosen_roles: list[str] = field(default_factory=list)  # those that 'and for that one?' points to

    @property
    def language(self) -> str:
        """sv, fi or en."""
        language = self.tracker.get_slot("language")
        return language if language in LANGUAGES else "en"

    @property
    def parse(self) -> dict[str, Any]:
        """What was understood of the message."""
        return self.tracker.latest_message or {}

    @property
    def pressed(self) -> bool:
        """Whether a button was pressed, or the gateway tells of an event. Typed text is guessed at: several intents are ranked."""
        ranking = self.parse.get("intent_ranking") or []
        return (self.parse.get("text") or "").startswith("/") and len(ranking) <= 1 and self.confidence == 1.0

    @property
    def text(self) -> str:
        """The message as typed; empty for a pressed button."""
        return "" if self.pressed else self.parse.get("text") or ""

    @property
    def intent(self) -> str:
        """The intent of the message."""
        return (self.parse.get("intent") or {}).get("name") or "nlu_fallback"

    @property
    def confidence(self) -> float:
        """How sure the intent is, 0 to 1."""
        return float((self.parse.get("intent") or {}).get("confidence") or 0.0)

    @property
    def message_id(self) -> str | None:
        """The message's id; two questions in one message share it."""
        return self.parse.get("message_id")

    @property
    def now(self) -> datetime:
        """The time of the message, with its zone."""
        written = self.tracker.get_slot("now")
        return datetime.fromisoformat(written) if written else datetime.now(timezone.utc)

    @property
    def verified(self) -> bool:
        """Whether the candidate has proved who they are."""
        return bool(self.tracker.get_slot("verified"))

    @property
    def conversation(self) -> str:
        """The conversation's id."""
        return self.tracker.get_slot("conversation_id") or self.tracker.sender_id

    @property
    def gateway(self) -> gateway.Gateway:
        """Where facts are read."""
        return gateway.current()

    @property
    def resumed(self) -> dict[str, Any]:
        """The question that is taken up again because the candidate has just been verified."""
        if self.intent != "external_verified":
            return {}
        return self.tracker.get_slot("pending_question") or {}

    @property
    def words(self) -> str:
        """What was asked, in words: the message, or that of the question taken up again."""
        return self.text or self.resumed.get("text") or ""

    @property
    def application(self) -> str | None:
        """The application that a button or a short reply names, now or in the question taken up again."""
        return self.entity("application") or self.chosen_application or self.resumed.get("application")

    def entities(self, name: str) -> list[str]:
        """The values of an entity, in the order they were said."""
        found = (e.get("value") for e in self.parse.get("entities") or [] if e.get("entity") == name)
        return [str(value) for value in found if value not in (None, "")]

    def entity(self, name: str) -> str | None:
        """The first value of an entity."""
        return next(iter(self.entities(name)), None)

    def slot(self, name: str) -> Any:
        """A slot as it is now, with what this turn has changed."""
        return self.changed[name] if name in self.changed else self.tracker.get_slot(name)

    def remember(self, name: str, value: Any) -> None:
        """Set a slot when this action ends."""
        self.changed[name] = value

    def events(self) -> list[dict[str, Any]]:
        """The slots that really changed, and the action that follows, if any."""
        events = [SlotSet(name, value) for name, value in self.changed.items() if value != self.tracker.get_slot(name)]
        return events + ([FollowupAction(self.next_action)] if self.next_action else [])
