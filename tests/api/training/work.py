"""Trainings without Rasa: archives that hold only what training says of itself, and tools that answer from a table."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from api import jobs
from api.config import LANGUAGES
from api.examples import merge
from api.training import tasks, tools
from api.training.archive import Archive, archive, digest
from api.training.work import Work

INTENTS = ("ask_salary", "ask_deadline", "out_of_scope")
EACH = 40


def write_archive(path: Path, rows: list[list[Any]]) -> str:
    """An archive with held-out predictions; its SHA-256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = json.dumps({"rows": rows}).encode()
    with tarfile.open(path, "w:gz") as packed:
        member = tarfile.TarInfo("components/train_intents/held_out.json")
        member.size = len(data)
        packed.addfile(member, io.BytesIO(data))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def rows(wrong: dict[tuple[str, str], int] | None = None) -> list[list[Any]]:
    """Forty examples of each intent in each language, 2 of them (or as many as `wrong` says) taken for another one."""
    found: list[list[Any]] = []
    for language in LANGUAGES:
        for place, intent in enumerate(INTENTS):
            other = INTENTS[(place + 1) % len(INTENTS)]
            bad = (wrong or {}).get((language, intent), 2)
            found += [[digest(language, f"{intent} {i}"), language, intent, other if i < bad else intent, 0.9, True] for i in range(EACH)]
    return found


class Tools:
    """What stands in for Rasa. `answers`: model id -> text -> intent (else `ask_salary`)."""

    def __init__(self, models: Path) -> None:
        self.models = models
        self.trained = rows()
        self.answers: dict[str, dict[str, str]] = {}
        self.smoke: dict[str, Any] = {"passed": True, "sentence": ""}
        self.stories: dict[str, Any] = {"passed": True, "sentence": "49 / 49"}
        self.number = 0

    def train(self, work: Work, merged: merge.Merged, models: Path) -> dict[str, Any]:
        self.number += 1
        id_ = f"20261126-12000{self.number}-aaaaaaaa"
        sha = write_archive(models / f"{id_}.tar.gz", self.trained)
        work.log("training LinearIntentClassifier, 35 %, 12.0 s")
        return {"id": id_, "sha256": sha, "inputs_hash": "b" * 64, "trained_at": f"2026-11-26T12:00:0{self.number}+00:00"}

    def understand(self, work: Work, model: Archive, messages: list[tuple[str, str]], done: Any = None) -> list[dict[str, Any]]:
        said = self.answers.get(model.path.name.removesuffix(".tar.gz"), {})
        return [
            {"intent": said.get(text, "ask_salary"), "confidence": 0.8, "alternatives": [{"intent": "ask_deadline", "confidence": 0.1}]} for text, _ in messages
        ]


def install(monkeypatch: pytest.MonkeyPatch, var: Path) -> Tools:
    """Put the stand-ins in place, and a model in force into `var`."""
    stand_ins = Tools(var / "models")
    sha = write_archive(var / "models" / "20261101-000000-cccccccc.tar.gz", rows())
    current = {"id": "20261101-000000-cccccccc", "sha256": sha, "inputs_hash": "c" * 64, "trained_at": "2026-11-01T00:00:00+00:00"}
    (var / "models" / "current.json").write_text(json.dumps(current))
    counts = {intent: dict.fromkeys(LANGUAGES, EACH) for intent in INTENTS}
    monkeypatch.setattr(merge, "write", lambda folder: merge.Merged(folder, folder, [folder], "b" * 64, counts, ["One question is thin."]))
    monkeypatch.setattr(tasks, "_trained", stand_ins.train)
    monkeypatch.setattr(tools, "understand", stand_ins.understand)
    monkeypatch.setattr(tools, "smoke_test", lambda work, model: stand_ins.smoke)
    monkeypatch.setattr(tools, "play_stories", lambda work, model: stand_ins.stories)
    return stand_ins


def finish(training_id: str) -> None:
    """What the worker does with it."""
    jobs.run_now("training.run", training_id)


__all__ = ["EACH", "INTENTS", "Tools", "archive", "finish", "install", "rows", "write_archive"]
