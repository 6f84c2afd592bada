"""Rasa's door to the linear classifier: intents with calibrated confidence, or `nlu_fallback`."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.calibration import Calibration, Goals, calibrate
from nlu.components.concepts import Lexicon
from nlu.components.features import FeatureSettings
from nlu.components.held_out import judged, save
from nlu.components.linear import LinearIntents, LinearSettings, fit, usual_rows


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(GraphComponent, IntentClassifier):
    """Says which intent a message has, how sure it is, and when it is too unsure to say.

    The language of a message is read from its metadata (`{"language": "sv"}`).
    """

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        trained: tuple[LinearIntents, Calibration] | None = None,
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._trained = trained

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`ranking` intents are kept; the rest is explained in features.py and calibration.py."""
        return {
            "ranking": 6,
            "lexicon": None,
            "penalty": LinearSettings().penalty,
            "features": dataclasses.asdict(FeatureSettings()),
            "goals": dataclasses.asdict(Goals()),
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntentClassifier:
        """A classifier that has still to be trained."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit, calibrate on held-out examples, and write both to the model, with what it makes of those examples."""
        # Events ("/external_verified") are never typed; Rasa only wants an example of each.
        examples = [m for m in training_data.intent_examples if m.get(TEXT) and not m.get(TEXT).startswith("/")]
        texts = [m.get(TEXT) for m in examples]
        labels = [m.get(INTENT) for m in examples]
        languages = [message_language(m) for m in examples]
        settings = LinearSettings(FeatureSettings(**self._config["features"]), float(self._config["penalty"]))
        path = self._config["lexicon"]
        fitted = fit(texts, labels, settings, Lexicon.read(Path(path)) if path else Lexicon([]))
        goals = Goals(**self._config["goals"])
        usual = usual_rows(labels)  # the thresholds are for the questions that most messages ask
        calibration = calibrate(fitted.model.intents, fitted.held_out[usual], [labels[i] for i in usual], [languages[i] for i in usual], goals)
        self._trained = (fitted.model, calibration)
        held_out = judged(fitted.model.intents, fitted.held_out, calibration, texts, labels, languages)
        with self._storage.write_to(self._resource) as folder:
            self._trained[0].save(folder)
            self._trained[1].save(folder)
            save(held_out, folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntentClassifier:
        """Read a trained classifier; a missing or broken file raises."""
        with model_storage.read_from(resource) as folder:
            trained = (LinearIntents.load(folder), Calibration.load(folder))
        return cls(config, model_storage, resource, trained)

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent and ranking of each message; the ranking keeps real intents only."""
        if self._trained is None:
            raise RuntimeError("The intent classifier is not trained.")
        model, calibration = self._trained
        for message in messages:
            text = message.get(TEXT) or ""
            decision = calibration.decide(model.intents, model.margins(text), message_language(message))
            ranking = [{"name": n, "confidence": c} for n, c in decision.ranking]
            best = dict(ranking[0])
            if not decision.sure:
                best["name"] = DEFAULT_NLU_FALLBACK_INTENT_NAME
            message.set(INTENT, best, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking[: self._config["ranking"]], add_to_output=True)
        return messages


def message_language(message: Message) -> str | None:
    """The language that the sender or the data folder says a message is in."""
    return (message.get(METADATA) or {}).get("language")
