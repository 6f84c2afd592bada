"""Stand-ins for the large libraries that Rasa imports and this assistant never uses.

Importing Rasa loads TensorFlow, message-channel clients, database drivers and more: over ten
seconds and 350 MB before anything happens. Our pipeline uses none of it. `pretend_absent` puts
empty stand-ins in their place, from which classes may be derived at import time; anything that
really runs one of them fails loudly. It must be called before the first import of Rasa, and only
where the pipeline is known to do without (the server checks the archive first).
"""

from __future__ import annotations

import importlib.machinery
import sys
from types import ModuleType
from typing import Any

UNUSED = frozenset(
    {
        "tensorflow",
        "tensorflow_addons",
        "tensorflow_hub",
        "tensorflow_text",
        "keras",
        "jax",
        "jaxlib",
        "tensorboard",
        "h5py",
        "aiogram",
        "botocore",
        "boto3",
        "s3transfer",
        "pymongo",
        "bson",
        "redis",
        "slack_sdk",
        "twilio",
        "webexteamssdk",
        "fbmessenger",
        "mattermostwrapper",
        "rocketchat_API",
        "socketio",
        "engineio",
        "aio_pika",
        "aiormq",
        "confluent_kafka",
        "matplotlib",
        "sklearn_crfsuite",
        "pycrfsuite",
        "prompt_toolkit",
        "questionary",
        "sqlalchemy",
        "apscheduler",
    }
)
# What of these a pipeline may need after all, by the start of a component's class path.
NEEDED_BY = (
    "rasa.nlu.classifiers.diet_classifier",
    "rasa.nlu.selectors",
    "rasa.nlu.featurizers.dense_featurizer",
    "rasa.nlu.extractors.crf_entity_extractor",
    "rasa.core.policies.ted_policy",
    "rasa.core.policies.unexpected_intent_policy",
)


class _StandInType(type):
    """A class whose every attribute, item and call is again such a class."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _StandInType(name, (), {})

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls.__dict__.get("__module__") != __name__:
            return super().__call__(*args, **kwargs)
        return _StandInType(cls.__name__, (), {"__module__": __name__})

    def __getitem__(cls, key: Any) -> Any:
        return cls


class _StandInModule(ModuleType):
    """A package with any name in it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _StandInType(name, (), {"__module__": __name__})


class _StandInFinder:
    """Finds every module below the names in `UNUSED`, and makes it empty."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name.partition(".")[0] not in UNUSED:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _StandInModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing runs in a stand-in."""


def pretend_absent() -> None:
    """Put the stand-ins in front of the installed libraries, for this process."""
    if not any(isinstance(finder, _StandInFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _StandInFinder())  # type: ignore[arg-type]


def can_do_without(component_paths: list[str]) -> bool:
    """Whether a pipeline of these class paths works with the stand-ins."""
    return not any(path.startswith(NEEDED_BY) for path in component_paths)
