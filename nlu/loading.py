"""From an archive on disk to an assistant that has shown that it works."""

from __future__ import annotations

import hmac
import json
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlu.absent import pretend_absent, unused_by
from nlu.quiet import silence_structlog
from nlu.train import current, file_sha256, models_folder

if TYPE_CHECKING:
    from nlu.assistant import Assistant

# Questions that any trained model must get right; one that does not must not take turns.
KNOWN_MESSAGES = (
    ("sv", "Vad är lönen?", "ask_salary"),
    ("sv", "Hur söker jag jobbet?", "how_to_apply"),
    ("fi", "Mikä on palkka?", "ask_salary"),
    ("fi", "Haluan puhua ihmisen kanssa", "request_human"),
    ("en", "What is the salary?", "ask_salary"),
    ("en", "I want to talk to a person", "request_human"),
)


class CannotLoad(Exception):
    """The archive is missing, is not the one that was named, or does not work."""


@dataclass(frozen=True)
class Archive:
    """A trained archive and the SHA-256 that it must have."""

    path: Path
    sha256: str

    @property
    def model_id(self) -> str:
        """The archive's name without its endings."""
        return self.path.name.removesuffix(".tar.gz")


def newest_archive() -> Archive:
    """The archive that training finished last."""
    models = models_folder()
    trained = current(models)
    if trained is None:
        raise CannotLoad(f"There is no trained model in {models}; run python -m nlu.train.")
    return Archive(models / f"{trained.id}.tar.gz", trained.sha256)


def load(archive: Archive, step: Callable[[str], None]) -> Assistant:
    """Check, load, smoke-test and warm up; `step` is told what goes on."""
    step("loading")
    _check(archive)
    pretend_absent(unused_by(_component_paths(archive.path), serving=True))
    assistant = _assemble(archive)
    step("smoke test")
    smoke_test(assistant)
    step("warming up")
    warm_up(assistant)
    return assistant


def _assemble(archive: Archive) -> Assistant:
    try:
        from nlu.assistant import Assistant

        silence_structlog()
        return Assistant(archive.path, archive.model_id)
    except Exception as error:
        raise CannotLoad(f"The model or its actions cannot be loaded: {type(error).__name__}: {error}") from error


def _check(archive: Archive) -> None:
    try:
        found = file_sha256(archive.path)
    except OSError as error:
        raise CannotLoad(f"The archive {archive.path} cannot be read.") from error
    if not hmac.compare_digest(found, archive.sha256.lower()):
        raise CannotLoad(f"The archive {archive.path} is not the one with the named SHA-256.")


def _component_paths(path: Path) -> list[str]:
    """The class paths of the components in an archive, read without importing anything."""
    try:
        with tarfile.open(path, "r:gz") as archive:
            file = archive.extractfile("metadata.json")
            written: dict[str, Any] = json.load(file) if file else {}
        nodes = written["predict_schema"]["nodes"].values()
        return [node["uses"] for node in nodes]
    except (tarfile.TarError, KeyError, ValueError) as error:
        raise CannotLoad(f"The archive {path} is not a Rasa model.") from error


def smoke_test(assistant: Assistant) -> None:
    """Known messages must get their intents, and every custom action must exist."""
    for language, text, intent in KNOWN_MESSAGES:
        found = assistant.parse(text, language)["intent"]["name"]
        if found != intent:
            raise CannotLoad(f"The model takes a known {language} message for {found}.")
    domain = assistant.processor.domain
    wanted = {name for name in domain.user_actions if not name.startswith("utter_")}
    missing = sorted(wanted - assistant.actions.names())
    if missing:
        raise CannotLoad(f"The domain names actions that do not exist: {', '.join(missing)}.")


def warm_up(assistant: Assistant) -> None:
    """Predict once for a message in each language, without running any action."""
    from rasa.shared.core.events import UserUttered

    from nlu.state import events_of

    for language, text, _ in KNOWN_MESSAGES[::2]:
        events = events_of(None, {"language": language})
        tracker = assistant.processor.new_tracker("warm-up", events)
        parsed = assistant.parse(text, language)
        tracker.update(UserUttered(text, parsed["intent"], parsed["entities"], parsed))
        assistant.processor._predict_next_with_tracker(tracker)
