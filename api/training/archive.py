"""Archives on disk, and what training left in them about itself (nlu/components/held_out.py). No database here."""

from __future__ import annotations

import hashlib
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app

from api.examples.folding import words_of
from api.training.figures import Outcome

HELD_OUT = "/held_out.json"


@dataclass(frozen=True)
class Archive:
    """A file and the SHA-256 that it must have."""

    path: Path
    sha256: str


def folder() -> Path:
    """Where archives lie."""
    found: Path = current_app.config["SETTINGS"].var / "models"
    return found


def archive(model_id: str, sha256: str) -> Archive:
    """The archive of an NLU model."""
    return Archive(folder() / f"{model_id}.tar.gz", sha256)


def current() -> dict[str, Any] | None:
    """What `current.json` says of the archive in force: id, sha256, inputs_hash, trained_at. None if there is none."""
    try:
        found: dict[str, Any] = json.loads((folder() / "current.json").read_text("utf-8"))
        return found if (folder() / f"{found['id']}.tar.gz").exists() else None
    except (OSError, ValueError, KeyError):
        return None


def digest(language: str, text: str) -> str:
    """Which example a held-out prediction is about; the training computes the same."""
    key = " ".join(words_of(text)) or " ".join(text.casefold().split())
    return hashlib.sha256(f"{language}\n{key}".encode()).hexdigest()[:12]


def held_out(path: Path) -> list[Outcome]:
    """What the model made of its own examples when it had not seen them; none if the archive is older than that."""
    try:
        with tarfile.open(path, "r:gz") as packed:
            member = next((m for m in packed if m.name.endswith(HELD_OUT)), None)
            file = packed.extractfile(member) if member else None
            rows = json.load(file)["rows"] if file else []
    except (OSError, tarfile.TarError, ValueError, KeyError):
        return []
    return [Outcome(*row) for row in rows]


def counts(outcomes: list[Outcome]) -> dict[str, dict[str, int]]:
    """Examples by intent and language."""
    found: dict[str, dict[str, int]] = {}
    for outcome in outcomes:
        row = found.setdefault(outcome.intent, {})
        row[outcome.language] = row.get(outcome.language, 0) + 1
    return found
