"""From an archive on disk to an assistant that has shown that it works."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlu.absent import pretend_absent, unused_by
from nlu.quiet import silence_structlog
from nlu.train import current, file_sha256, models_folder
from nlu.turn import Turn, read_turn

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
    """Check, load and smoke-test; `step` is told what goes on."""
    step("loading")
    assistant = assemble(archive)
    step("smoke test")
    smoke_test(assistant)
    return assistant


def assemble(archive: Archive) -> Assistant:
    """Check and load, without a smoke test; raises `CannotLoad`."""
    _check(archive)
    pretend_absent(unused_by(_component_paths(archive.path), serving=True))
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


async def warm_up(assistant: Assistant, seconds: float) -> None:
    """Ask for a role's pay in each language, so that no candidate waits for connections and locales.

    Nothing comes of it: a turn is only a function. It runs in the loop that will serve, whose connections
    it opens; a gateway that does not answer yet does not matter.
    """
    for language in ("sv", "fi", "en"):
        with contextlib.suppress(Exception):
            asked = await asyncio.wait_for(assistant.take(_warm_up_turn("/ask_salary", language)), seconds)
            buttons = [button["button"] for reply in asked["replies"] for button in reply["buttons"]]
            await asyncio.wait_for(assistant.take(_warm_up_turn(buttons[0], language)), seconds)


def _warm_up_turn(button: str, language: str) -> Turn:
    context = {"page_role": None, "verified": False, "now": datetime.now(timezone.utc).isoformat()}
    return read_turn({"conversation": "warm-up", "message_id": "warm-up", "button": button, "language": language, "context": context})
