"""Training is skipped, refused and recorded as it should be; the slow part is left out here."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from nlu import train as training
from nlu.absent import UNUSED, UNUSED_WHEN_SERVING, unused_by
from nlu.train import Inputs, Trained, TrainingFailed, current, file_sha256


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    for name in ("config.yml", "domain/a.yml", "data/sv/a.yml", "data/concepts.tsv", "components/a.py"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name, "utf-8")
    return Inputs(tmp_path / "config.yml", tmp_path / "domain", (tmp_path / "data",), (tmp_path / "components",))


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Instead of training, write a file; the list says which."""
    written: list[Path] = []

    def fake(inputs: Inputs, archive: Path, say: object) -> None:
        archive.write_bytes(b"model %d" % len(written))
        written.append(archive)

    monkeypatch.setattr(training, "_train_archive", fake)
    return written


def silent(stage: str, percent: int) -> None:
    """Nobody listens."""


def test_the_hash_changes_with_any_input_and_with_a_name(inputs, tmp_path):
    seen = {inputs.hash()}
    for name in ("config.yml", "domain/a.yml", "data/sv/a.yml", "data/concepts.tsv", "components/a.py"):
        (tmp_path / name).write_text("changed", "utf-8")
        seen.add(inputs.hash())
    (tmp_path / "data/sv/a.yml").rename(tmp_path / "data/sv/b.yml")
    seen.add(inputs.hash())
    assert len(seen) == 7


def test_other_files_do_not_count(inputs, tmp_path):
    before = inputs.hash()
    (tmp_path / "data/notes.txt").write_text("x", "utf-8")
    assert inputs.hash() == before


def test_training_writes_an_archive_and_its_record(inputs, trained, tmp_path):
    result = training.train(inputs, tmp_path / "models", force=False, say=silent)
    archive = tmp_path / "models" / f"{result.id}.tar.gz"
    assert result.sha256 == file_sha256(archive)
    assert set(json.loads((tmp_path / "models/current.json").read_text())) == {"id", "sha256", "inputs_hash", "trained_at"}
    assert not list((tmp_path / "models").glob(".training-*"))


def test_nothing_is_trained_when_nothing_has_changed(inputs, trained, tmp_path):
    first = training.train(inputs, tmp_path / "models", force=False, say=silent)
    assert training.train(inputs, tmp_path / "models", force=False, say=silent) == first
    assert len(trained) == 1


def test_force_trains_anyway(inputs, trained, tmp_path):
    training.train(inputs, tmp_path / "models", force=False, say=silent)
    training.train(inputs, tmp_path / "models", force=True, say=silent)
    assert len(trained) == 2


def test_a_damaged_archive_is_trained_again(inputs, trained, tmp_path):
    first = training.train(inputs, tmp_path / "models", force=False, say=silent)
    archive = tmp_path / "models" / f"{first.id}.tar.gz"
    archive.chmod(0o644)
    archive.write_bytes(b"damaged")
    assert current(tmp_path / "models") is None
    training.train(inputs, tmp_path / "models", force=False, say=silent)
    assert len(trained) == 2


def test_a_failure_leaves_the_old_record(inputs, trained, tmp_path, monkeypatch):
    first = training.train(inputs, tmp_path / "models", force=False, say=silent)

    def fails(*_: object) -> None:
        raise TrainingFailed("broken")

    monkeypatch.setattr(training, "_train_archive", fails)
    with pytest.raises(TrainingFailed):
        training.train(inputs, tmp_path / "models", force=True, say=silent)
    assert current(tmp_path / "models") == first


def test_a_record_of_another_shape_counts_as_none(tmp_path):
    for wrong in ("", "[]", '{"id": "x"}'):
        (tmp_path / "current.json").write_text(wrong)
        assert current(tmp_path) is None


def test_what_is_missing_is_named(inputs, tmp_path, capsys, monkeypatch):
    with pytest.raises(TrainingFailed, match="nowhere is missing"):
        training.train(replace(inputs, domain=Path("nowhere")), tmp_path, force=False, say=silent)
    assert training.main(["--domain", "nowhere", "--models", str(tmp_path)]) == 1
    assert "Training failed: nowhere is missing" in capsys.readouterr().err


OURS = [
    "nlu.components.intent_classifier.LinearIntentClassifier",
    "rasa.nlu.classifiers.regex_message_handler.RegexMessageHandler",
    "rasa.core.policies.rule_policy.RulePolicy",
]


def test_too_little_memory_is_told_from_other_failures(tmp_path, monkeypatch, capsys):
    def train(*_: object) -> None:
        try:
            raise MemoryError
        except MemoryError as error:
            raise RuntimeError("as Rasa says it") from error

    monkeypatch.setattr(training, "train", train)
    assert training.main(["--models", str(tmp_path)]) == 137
    assert "not enough memory" in capsys.readouterr().err


def test_our_pipeline_does_without_tensorflow_and_serves_without_scipy():
    assert unused_by(OURS, serving=False) == UNUSED
    assert unused_by(OURS, serving=True) == UNUSED_WHEN_SERVING


def test_a_pipeline_that_needs_the_real_thing_gets_it():
    assert unused_by([*OURS, "rasa.nlu.classifiers.diet_classifier.DIETClassifier"], serving=True) == frozenset()
    assert unused_by([*OURS, "rasa.nlu.classifiers.logistic_regression_classifier.LogisticRegressionClassifier"], serving=True) == UNUSED


def test_a_record_has_what_the_gateway_reads():
    assert list(Trained("i", "s", "h", "t").__dict__) == ["id", "sha256", "inputs_hash", "trained_at"]
