"""Runs custom actions inside this process, and fails aloud when one fails."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import pkgutil
from typing import Any

import rasa.core.actions.action as rasa_actions
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection as Rejected
from rasa_sdk.interfaces import Tracker

from actions import tracing


class ActionFailed(Exception):
    """A custom action raised, is unknown, or answered something that Rasa cannot use."""

    def __init__(self, action: str, why: str) -> None:
        super().__init__(f"{action}: {why}")


class InProcess(EndpointConfig):
    """The place where custom actions run, instead of an action server."""

    def __init__(self, package: str) -> None:
        super().__init__()
        _import_all(package)  # rasa_sdk would end the process for an import that fails
        self._executor = ActionExecutor()
        self._executor.register_package(package)
        self._domains: dict[int, dict[str, Any]] = {}

    def names(self) -> set[str]:
        """The names of all custom actions found."""
        return set(self._executor.actions)

    async def run(self, name: str, tracker: DialogueStateTracker, domain: Domain) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Run one action: (events, messages). Rejections and failures are raised."""
        action = self._executor.actions.get(name)
        if action is None:
            raise ActionFailed(name, "no such action")
        dispatcher = CollectingDispatcher()
        arguments = (dispatcher, sdk_tracker(tracker), self._domain(domain))
        try:
            with tracing.span(f"action {name.removeprefix('action_')}", action=name):
                if inspect.iscoroutinefunction(action):
                    events = await action(*arguments)
                else:  # it may wait for the gateway: keep the other turns going
                    events = await asyncio.to_thread(action, *arguments)
        except Rejected as rejection:
            raise rasa_actions.ActionExecutionRejection(name, str(rejection)) from rejection
        except Exception as error:
            raise ActionFailed(name, f"{type(error).__name__}: {error}") from error
        return check_events(name, events), dispatcher.messages

    def _domain(self, domain: Domain) -> dict[str, Any]:
        """The domain as actions get it; made once, so actions must not change it."""
        if id(domain) not in self._domains:
            self._domains = {id(domain): domain.as_dict()}
        return self._domains[id(domain)]


def _import_all(package: str) -> None:
    found = importlib.import_module(package)
    for module in pkgutil.walk_packages(found.__path__, f"{package}."):
        importlib.import_module(module.name)


def sdk_tracker(tracker: DialogueStateTracker) -> Tracker:
    """Rasa's tracker as the one that actions know."""
    return Tracker.from_dict(tracker.current_state(EventVerbosity.ALL))


def check_events(name: str, events: Any) -> list[dict[str, Any]]:
    """What an action returned, if it is a list of events; None counts as an empty list.

    Rasa checks this with a JSON schema that it compiles anew each time: 85 % of a turn.
    """
    if events is None:
        return []
    if not isinstance(events, list):
        raise ActionFailed(name, "it returned no list of events")
    for event in events:
        if not isinstance(event, dict) or not isinstance(event.get("event"), str):
            raise ActionFailed(name, "it returned something that is no event")
    return events


class InProcessAction(RemoteAction):
    """Rasa's way to a custom action, with the server, its JSON and its schema left out."""

    async def run(
        self,
        output_channel: Any,
        nlg: Any,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> list[Event]:
        """Run the action; its messages become bot events, in order, before its own events."""
        assert isinstance(self.action_endpoint, InProcess)
        events, messages = await self.action_endpoint.run(self.name(), tracker, domain)
        for message in messages:
            response = message.get("response")
            if response and response not in domain.responses:
                raise ActionFailed(self.name(), f"there is no response '{response}'")
        spoken = await self._utter_responses(messages, output_channel, nlg, tracker)
        return [*spoken, *deserialise_events(events)]


def install() -> None:
    """Make Rasa build `InProcessAction` wherever it would call an action server."""
    rasa_actions.RemoteAction = InProcessAction  # type: ignore[misc]
