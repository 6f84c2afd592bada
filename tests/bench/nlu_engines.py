"""Classifiers to compare, all asked in the same way: examples in, scored rankings out."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import yaml

from nlu.components.calibration import calibrate
from nlu.components.concepts import Lexicon
from nlu.components.features import FeatureSettings
from nlu.components.linear import Fitted, LinearSettings, fit
from tests.bench.nlu_sets import Message

LEXICON = Path("nlu/data/concepts.tsv")


@dataclass(frozen=True)
class Scored:
    """The best intent of a message and a score that says how sure it is."""

    intent: str
    score: float
    sure: bool | None = None  # None: the engine has no threshold of its own


class Engine(Protocol):
    """Something that learns intents."""

    name: str

    def train(self, examples: Sequence[Message]) -> None:
        """Learn; what was learnt before is forgotten."""

    def score(self, message: Message) -> Scored:
        """Understand one message."""


class Ours:
    """The project's classifier, with or without concepts, for all languages together."""

    def __init__(self, name: str = "ours", concepts: bool = True, calibrated: bool = True) -> None:
        self.name = name
        self._calibrated = calibrated
        self._lexicon = Lexicon.read(LEXICON) if concepts else Lexicon([])

    def train(self, examples: Sequence[Message]) -> None:
        """Fit, and calibrate on held-out examples where wanted."""
        texts, labels = [m.text for m in examples], [m.intent for m in examples]
        self._fitted: Fitted = fit(texts, labels, LinearSettings(FeatureSettings()), self._lexicon)
        self._calibration = None
        if self._calibrated:
            languages = [m.language for m in examples]
            self._calibration = calibrate(self._fitted.model.intents, self._fitted.held_out, labels, languages)

    def score(self, message: Message) -> Scored:
        """The calibrated confidence, or else the largest margin."""
        model = self._fitted.model
        margins = model.margins(message.text)
        if self._calibration is None:
            first, second = np.sort(margins)[[-1, -2]]
            return Scored(model.intents[int(margins.argmax())], float(first + 0.25 * (first - second)))
        decision = self._calibration.decide(model.intents, margins, message.language)
        intent, confidence = decision.ranking[0]
        return Scored(intent, confidence, decision.sure)


class OursByLanguage:
    """One classifier a language."""

    name = "ours, one a language"

    def train(self, examples: Sequence[Message]) -> None:
        """Train each language on its own examples."""
        self._engines = {language: Ours() for language in sorted({m.language for m in examples})}
        for language, engine in self._engines.items():
            engine.train([m for m in examples if m.language == language])

    def score(self, message: Message) -> Scored:
        """Ask the message's own language."""
        return self._engines[message.language].score(message)


class RasaPipeline:
    """A pipeline of Rasa's own components, trained and run by Rasa."""

    def __init__(self, name: str, classifier: dict[str, Any], minutes: float | None = None) -> None:
        self.name = name
        self._classifier = classifier
        self._minutes = minutes
        self.epochs: int | None = None

    def train(self, examples: Sequence[Message]) -> None:
        """Train; with `minutes`, as many epochs as fit into them, judged by the first two."""
        if self._minutes is None:
            self._run(examples, self._classifier)
            return
        first = self._timed(examples, 1)
        step = max(1.0, self._timed(examples, 3) - first) / 2
        self.epochs = max(1, int((self._minutes * 60 - (first - step)) / step))
        self._run(examples, {**self._classifier, "epochs": self.epochs})

    def _timed(self, examples: Sequence[Message], epochs: int) -> float:
        started = time.monotonic()
        self._run(examples, {**self._classifier, "epochs": epochs})
        return time.monotonic() - started

    def score(self, message: Message) -> Scored:
        """Rasa's best intent and its confidence."""
        from rasa.core.channels.channel import UserMessage
        from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER

        inputs = {PLACEHOLDER_MESSAGE: [UserMessage(message.text)], PLACEHOLDER_TRACKER: None}
        parsed = self._runner.run(inputs, [self._target])[self._target][0]
        intent = parsed.get("intent") or {}
        return Scored(str(intent.get("name")), float(intent.get("confidence") or 0.0))

    def _run(self, examples: Sequence[Message], classifier: dict[str, Any]) -> None:
        from rasa.engine.constants import PLACEHOLDER_IMPORTER
        from rasa.engine.graph import ExecutionContext
        from rasa.engine.recipes.recipe import Recipe
        from rasa.engine.storage.local_model_storage import LocalModelStorage
        from rasa.shared.data import TrainingType
        from rasa.shared.importers.importer import TrainingDataImporter

        from nlu.runner import StraightRunner

        with tempfile.TemporaryDirectory() as folder:
            config = _write_project(Path(folder), examples, classifier)
            importer = TrainingDataImporter.load_nlu_importer_from_config(str(config), training_data_paths=[str(Path(folder) / "data.json")])
            recipe = Recipe.recipe_for_name("default.v1").graph_config_for_recipe(importer.get_config(), {}, training_type=TrainingType.NLU)
            storage = LocalModelStorage(Path(folder, "storage"))
            Path(folder, "storage").mkdir()
            StraightRunner.create(recipe.train_schema, storage, ExecutionContext(recipe.train_schema)).run({PLACEHOLDER_IMPORTER: importer})
            self._runner = StraightRunner.create(recipe.predict_schema, storage, ExecutionContext(recipe.predict_schema))
            self._target = str(recipe.nlu_target)


def _write_project(folder: Path, examples: Sequence[Message], classifier: dict[str, Any]) -> Path:
    """Rasa's `config.yml` and training data; its JSON form, which takes any text as it is."""
    import json

    written = [{"text": m.text, "intent": m.intent, "entities": []} for m in examples]
    (folder / "data.json").write_text(json.dumps({"rasa_nlu_data": {"common_examples": written}}), "utf-8")
    pipeline = [
        {"name": "WhitespaceTokenizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        classifier,
    ]
    config = folder / "config.yml"
    config.write_text(yaml.safe_dump({"recipe": "default.v1", "assistant_id": "comparison", "language": "en", "pipeline": pipeline}), "utf-8")
    return config


def logistic() -> RasaPipeline:
    """Rasa's linear classifier with its defaults."""
    return RasaPipeline("Rasa LogisticRegressionClassifier", {"name": "LogisticRegressionClassifier"})


def diet(minutes: float) -> RasaPipeline:
    """Rasa's transformer for intents alone, for a stated time."""
    settings = {"name": "DIETClassifier", "entity_recognition": False, "constrain_similarities": True, "random_seed": 0}
    return RasaPipeline("Rasa DIETClassifier", settings, minutes)
