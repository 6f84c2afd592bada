"""Rasa's message processor for one turn at a time, without stores, schedulers or swallowed errors."""

from __future__ import annotations

import tarfile
import tempfile
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from rasa.core.actions.action import ActionExecutionRejection
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import (
    MODEL_ARCHIVE_COMPONENTS_DIR,
    MODEL_ARCHIVE_METADATA_FILE,
    LocalModelStorage,
)
from rasa.engine.storage.storage import ModelMetadata
from rasa.graph_components.providers.domain_provider import DomainProvider
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecutionRejected, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.io import read_json_file

from actions import texts, tracing
from nlu.in_process import InProcess
from nlu.nlg import LanguageGenerator
from nlu.runner import StraightRunner

_tracker: ContextVar[DialogueStateTracker] = ContextVar("tracker")


class RequestStore(TrackerStore):
    """Holds the tracker of the request being served, and nothing else."""

    async def retrieve(self, sender_id: str) -> DialogueStateTracker:
        """The request's tracker."""
        return _tracker.get()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the tracker for the rest of the request."""
        _tracker.set(tracker)


class TurnProcessor(MessageProcessor):
    """Loads an archive and takes turns; an error in an action ends the turn with that error."""

    def __init__(self, archive: Path, actions: InProcess) -> None:
        super().__init__(
            str(archive),
            RequestStore(None),
            InMemoryLockStore(),
            LanguageGenerator({}),
            action_endpoint=actions,
        )
        self.tracker_store.domain = self.domain
        # The texts are those that the actions beside them were written for, however old the archive.
        self.domain.responses.update({name: list(said.values()) for name, said in texts.responses().items()})
        self.nlg.responses = self.domain.responses  # type: ignore[attr-defined]

    @staticmethod
    def _load_model(model_path: Any) -> tuple[str, ModelMetadata, StraightRunner]:
        with tempfile.TemporaryDirectory() as folder:
            with tarfile.open(model_path, "r:gz") as archive:
                archive.extractall(folder, filter="data")
            written = read_json_file(Path(folder) / MODEL_ARCHIVE_METADATA_FILE)
            metadata = ModelMetadata.from_dict(written)
            schema = metadata.predict_schema
            # The archive holds the domain twice; reading its YAML takes longer than all the rest.
            providers = [name for name, node in schema.nodes.items() if node.uses is DomainProvider]
            runner = StraightRunner.create_knowing(
                schema,
                LocalModelStorage(Path(folder) / MODEL_ARCHIVE_COMPONENTS_DIR),
                ExecutionContext(schema, metadata.model_id),
                known=dict.fromkeys(providers, metadata.domain),
            )
        return Path(model_path).name, metadata, runner

    def new_tracker(self, conversation: str, events: list[dict[str, Any]]) -> DialogueStateTracker:
        """Make the tracker of this request from event dictionaries."""
        tracker = DialogueStateTracker.from_dict(conversation, events, self.domain.slots)
        _tracker.set(tracker)
        return tracker

    async def _update_tracker_session(self, *args: Any, **kwargs: Any) -> None:
        """Sessions begin with the state, not with the clock."""

    def _check_for_unseen_features(self, parse_data: dict[str, Any]) -> None:
        """Rasa warns of names that the domain lacks, with the name: checked at load instead."""

    async def _handle_message_with_tracker(self, message: Any, tracker: Any) -> None:
        """Log the message that `nlu.assistant` has understood."""
        parsed = message.parse_data
        tracker.update(
            UserUttered(
                message.text,
                parsed["intent"],
                parsed["entities"],
                parsed,
                input_channel=message.input_channel,
                message_id=message.message_id,
            ),
            self.domain,
        )

    def _predict_next_with_tracker(self, tracker: DialogueStateTracker) -> PolicyPrediction:
        with tracing.span("choose action"):
            return super()._predict_next_with_tracker(tracker)

    async def _run_action(  # as Rasa's, but errors are not swallowed
        self,
        action: Any,
        tracker: DialogueStateTracker,
        output_channel: Any,
        nlg: Any,
        prediction: PolicyPrediction,
    ) -> bool:
        if action.name() == ACTION_LISTEN_NAME:  # does nothing: no need of a copy to do it with
            self._log_action_on_tracker(tracker, action, [], prediction)
            return False
        try:
            seen = tracker.copy()
            seen.update_with_events(prediction.events, self.domain)
            events = await action.run(output_channel, nlg, seen, self.domain) or []
        except ActionExecutionRejection:
            tracker.update(ActionExecutionRejected(action.name(), prediction.policy_name, prediction.max_confidence))
            return self.should_predict_another_action(action.name())
        self._log_action_on_tracker(tracker, action, events, prediction)
        if any(isinstance(event, UserUttered) for event in events):
            tracker = await self.run_action_extract_slots(output_channel, tracker)
        await self._send_bot_messages(events, tracker, output_channel)
        return self.should_predict_another_action(action.name())
