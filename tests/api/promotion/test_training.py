"""`desk train`, and so `make up`: trains when the repository has changed, and leaves alone what the studio put live."""

from __future__ import annotations

from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from api.db import db
from api.launch import training
from api.promotion import archives, service
from api.promotion.live import Record
from api.training.models import NluModel
from tests.api.promotion.nlu_models import COUNTS, FINE, admin, put_live


class Trainer:
    """Stands for `nlu.train`: notes what it was told, and makes an archive. `repository`: the hash of its data."""

    def __init__(self, settings: Any) -> None:
        self.settings, self.repository = settings, "aa" * 32
        self.told: list[list[str]] = []

    def run(self, arguments: list[str]) -> None:
        self.told.append(arguments)
        name = f"trained-{len(self.told)}"
        file = archives.path(self.settings, name)
        file.write_bytes(name.encode())
        archives.write_current(self.settings, Record(name, archives.sha256(file), "bb" * 32, "2026-11-26T03:00:00+00:00"))


@pytest.fixture
def trainer(context: APIFlask, monkeypatch: pytest.MonkeyPatch) -> Trainer:
    made = Trainer(context.config["SETTINGS"])
    monkeypatch.setattr(training, "_run", made.run)
    monkeypatch.setattr(training, "_repository", lambda: made.repository)
    monkeypatch.setattr(training.merge, "write", lambda folder: training.merge.Merged(folder / "c", folder / "d", [folder / "e"], "bb" * 32, {}, ["Thin."]))
    return made


def live() -> str:
    db.session.rollback()
    return db.session.scalars(select(NluModel.id).where(NluModel.status == "live")).one()


def test_it_trains_once_and_again_when_the_repository_has_changed(trainer: Trainer, capsys: pytest.CaptureFixture[str]) -> None:
    training.train(trainer.settings)
    assert live() == "trained-1" and "Studio: Thin." in capsys.readouterr().out
    assert trainer.told[0][trainer.told[0].index("--inputs-hash") + 1] == "bb" * 32
    training.train(trainer.settings)
    assert "nothing has changed" in capsys.readouterr().out
    trainer.repository = "cc" * 32
    training.train(trainer.settings)
    training.train(trainer.settings, force=True)
    assert live() == "trained-3" and "--force" in trainer.told[2]
    assert [p.name for p in archives.folder(trainer.settings).iterdir() if p.name.startswith(".")] == []


def test_what_the_studio_put_live_stays_until_the_repository_changes(context: APIFlask, trainer: Trainer) -> None:
    training.train(trainer.settings)
    file = archives.path(trainer.settings, "studio")
    file.write_bytes(b"studio")
    sara = admin(context)
    db.session.add(NluModel(id="studio", sha256=archives.sha256(file), counts=COUNTS, checks=FINE, comparison={}, compared_with="trained-1"))
    db.session.commit()
    asked = service.promote(sara, "studio")
    db.session.commit()
    put_live(asked.id)
    training.train(trainer.settings)
    assert live() == "studio" and len(trainer.told) == 1
    file.unlink()
    training.train(trainer.settings)
    assert live() == "trained-2"


def test_an_archive_from_before_is_taken_over_without_training(trainer: Trainer) -> None:
    archives.folder(trainer.settings).mkdir(exist_ok=True)
    trainer.run([])
    trainer.told.clear()
    trainer.repository = "bb" * 32
    training.train(trainer.settings)
    assert trainer.told == []
