"""Runs Rasa's own training graph on the inputs, with progress."""

from __future__ import annotations

import copy
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlu.absent import pretend_absent, unused_by

if TYPE_CHECKING:
    from nlu.train import Inputs, Say


def train_archive(inputs: Inputs, archive: Path, say: Say) -> None:
    """Train `inputs` into `archive`; raises `TrainingFailed` with a sentence when it cannot."""
    from nlu.train import TrainingFailed

    pretend_absent(unused_by(_component_paths(inputs.config), serving=False))
    from rasa.shared.exceptions import RasaException

    say("reading data", 5)
    try:
        _run(inputs, archive, say)
    except RasaException as error:
        raise TrainingFailed(" ".join(str(error).split())) from error


def _component_paths(config: Path) -> list[str]:
    """The class paths in a configuration; short names are Rasa's own and looked up there."""
    import yaml

    written = yaml.safe_load(config.read_text("utf-8")) or {}
    parts = [*(written.get("pipeline") or []), *(written.get("policies") or [])]
    heavy = {
        "DIETClassifier": "rasa.nlu.classifiers.diet_classifier",
        "ResponseSelector": "rasa.nlu.selectors",
        "CRFEntityExtractor": "rasa.nlu.extractors.crf_entity_extractor",
        "LanguageModelFeaturizer": "rasa.nlu.featurizers.dense_featurizer",
        "TEDPolicy": "rasa.core.policies.ted_policy",
        "UnexpecTEDIntentPolicy": "rasa.core.policies.unexpected_intent_policy",
    }
    return [heavy.get(part["name"], part["name"]) for part in parts]


def _run(inputs: Inputs, archive: Path, say: Say) -> None:
    from rasa.engine.constants import PLACEHOLDER_IMPORTER
    from rasa.engine.graph import ExecutionContext
    from rasa.engine.recipes.recipe import Recipe
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.validation import validate
    from rasa.shared.data import TrainingType
    from rasa.shared.importers.importer import TrainingDataImporter

    importer = TrainingDataImporter.load_from_config(str(inputs.config), str(inputs.domain), [str(path) for path in inputs.data])
    domain = _check(importer)
    recipe = Recipe.recipe_for_name(importer.get_config().get("recipe"))
    configuration = recipe.graph_config_for_recipe(importer.get_config(), {}, training_type=TrainingType.BOTH)
    validate(configuration)
    schema = configuration.train_schema
    with tempfile.TemporaryDirectory() as folder:
        storage = LocalModelStorage(Path(folder))
        # Rasa's GraphTrainer would also fingerprint and cache every step: slower than the steps.
        runner = _telling_runner(say).create(schema, storage, ExecutionContext(schema))
        runner.run({PLACEHOLDER_IMPORTER: importer})
        say("writing the archive", 97)
        storage.create_model_package(archive, configuration, domain)


def _check(importer: Any) -> Any:
    """The domain, apart from what training may change in it; raises for empty inputs."""
    from nlu.train import TrainingFailed

    if importer.get_domain().is_empty():
        raise TrainingFailed("The domain holds nothing, or Rasa refused one of its files.")
    if importer.get_nlu_data().contains_no_pure_nlu_data():
        raise TrainingFailed("The data folders hold no examples.")
    if importer.get_stories().is_empty():
        raise TrainingFailed("The data folders hold no rules or stories.")
    return copy.deepcopy(importer.get_domain())


def _telling_runner(say: Say) -> Any:
    """A runner class that reports each training step; the others take next to no time."""
    from nlu.runner import StraightRunner

    class TellingRunner(StraightRunner):
        @staticmethod
        def progress(name: str, number: int, of: int) -> None:
            if name.startswith("train_"):
                stage = name.removeprefix("train_").rpartition(".")[2].rstrip("0123456789")
                say(f"training {stage}", 15 + 80 * number // of)

    return TellingRunner
