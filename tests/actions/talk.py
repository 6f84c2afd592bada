"""A candidate who talks to the actions, with the rules of `stories/` played by hand: no Rasa needed."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from actions import gateway, questions, texts
from tests.actions.office import NOW, Office

PRIVATE = {"ask_application_status", "ask_next_contact", "confirm_receipt", "ask_feedback"}
FORMS = {
    **questions.FORMS,
    "external_code_wrong": "verification_form",
    "external_code_expired": "verification_form",
}
OPEN = {"subscribe_job_alerts", "unsubscribe", "give_feedback", "external_code_wrong", "external_code_expired"}
AFTERWARDS = {
    "withdraw_form": "action_withdraw",
    "reschedule_form": "action_reschedule",
    "export_form": "action_export",
    "erase_form": "action_erase",
    "job_alert_form": "action_job_alert_on",
    "unsubscribe_form": "action_job_alert_off",
    "rating_form": "action_rate",
    "verification_form": "action_confirm_code",
}


@lru_cache(maxsize=1)
def executor() -> ActionExecutor:
    found = ActionExecutor()
    found.register_package("actions")
    return found


@dataclass
class Heard:
    """All that the assistant said and asked for in one turn."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    language: str = "en"

    @property
    def spoken(self) -> list[dict[str, Any]]:
        return [m for m in self.messages if m["response"]]

    @property
    def names(self) -> list[str]:
        """The responses that were spoken."""
        return [m["response"] for m in self.spoken]

    @property
    def text(self) -> str:
        """What the candidate reads, bubbles on lines of their own."""
        return "\n".join(texts.sentence(m["response"], self.language, **m) for m in self.spoken)

    @property
    def buttons(self) -> dict[str, str]:
        """Title -> payload."""
        return {b["title"]: b["payload"] for m in self.spoken for b in m["buttons"]}

    @property
    def sources(self) -> list[tuple[str, str]]:
        return [(s["kind"], s["ref"]) for m in self.spoken for s in m.get("sources") or []]

    @property
    def effects(self) -> list[dict[str, Any]]:
        return [m["custom"]["effect"] for m in self.messages if m["custom"]]


class Candidate:
    """One conversation: its slots and the form in progress."""

    def __init__(self, office: Office, language: str = "en", page: str | None = None, verified: bool = False) -> None:
        self.office = office
        self.slots: dict[str, Any] = {"language": language, "page_role": page, "verified": verified, "now": NOW, "conversation_id": "c1"}
        self.form: str | None = None

    def says(self, intent: str, text: str, confidence: float = 0.9, ranking: list[tuple[str, float]] | None = None) -> Heard:
        """A typed message that was understood as `intent`."""
        ranked = [{"name": name, "confidence": sure} for name, sure in ranking or [(intent, confidence)]]
        parse = {"text": text, "intent": {"name": intent, "confidence": confidence}, "entities": [], "intent_ranking": ranked}
        return asyncio.run(self._turn(parse))

    def presses(self, payload: str) -> Heard:
        """A button, or an event of the gateway."""
        found = re.fullmatch(r"/(\w+)(\{.*\})?", payload)
        assert found, payload
        entities = [{"entity": k, "value": v} for k, v in json.loads(found[2] or "{}").items()]
        return asyncio.run(self._turn({"text": payload, "intent": {"name": found[1], "confidence": 1.0}, "entities": entities}))

    def asks_both(self, first: str, second: str, text: str) -> Heard:
        """One message with two questions, which the server plays one after the other."""
        heard = Heard(language=self.slots["language"])
        for intent in (first, second):
            parse = {"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": [], "message_id": "m1"}
            heard.messages += asyncio.run(self._turn(parse)).messages
        return heard

    async def _turn(self, parse: dict[str, Any]) -> Heard:
        gateway.use(self.office.gateway())
        heard = Heard(language=self.slots["language"])
        done = ["action_listen"]
        if self.form and await self._step(self.form, parse, done, heard):
            return heard
        await self._answer(parse, done, heard)
        if self.form and done[-1] != self.form:
            await self._step(self.form, parse, done, heard)
        return heard

    async def _answer(self, parse: dict[str, Any], done: list[str], heard: Heard) -> None:
        intent = parse["intent"]["name"]
        if intent in PRIVATE | set(FORMS) - OPEN and not self.slots["verified"]:
            await self._begin("verification_form", parse, done, heard)
        elif intent in FORMS:
            await self._begin(FORMS[intent], parse, done, heard)
        else:
            action = "action_company_question" if intent.startswith("company_") else f"action_{intent}"
            following = await self._run(action, parse, done, heard)
            if following:
                await self._begin(following, parse, done, heard)

    async def _begin(self, form: str, parse: dict[str, Any], done: list[str], heard: Heard) -> None:
        self.form = form
        self.slots["requested_slot"] = None
        await self._step(form, parse, done, heard)

    async def _step(self, form: str, parse: dict[str, Any], done: list[str], heard: Heard) -> bool:
        """Run the form once; False when the message was no answer to it."""
        before = len(heard.messages)
        events = await self._events(f"validate_{form}", parse, [*done, form], heard)
        if not any(e["event"] == "slot" and e["name"] != "requested_slot" for e in events) and done[-1] == "action_listen":
            del heard.messages[before:]
            return False
        self._keep(events)
        done.append(form)
        if self.slots.get("requested_slot") is None:
            self.form = None
            await self._run(AFTERWARDS[form], parse, done, heard)
        return True

    async def _run(self, name: str, parse: dict[str, Any], done: list[str], heard: Heard) -> str | None:
        events = await self._events(name, parse, done, heard)
        self._keep(events)
        done.append(name)
        return next((e["name"] for e in events if e["event"] == "followup"), None)

    async def _events(self, name: str, parse: dict[str, Any], done: list[str], heard: Heard) -> list[dict[str, Any]]:
        happened = [{"event": "action", "name": action} for action in done]
        tracker = Tracker("c1", dict(self.slots), parse, happened, False, None, {"name": self.form} if self.form else {}, done[-1])
        dispatcher = CollectingDispatcher()
        events = await executor().actions[name](dispatcher, tracker, {})
        heard.messages += dispatcher.messages
        return events

    def _keep(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
