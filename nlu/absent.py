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
UNUSED_WHEN_SERVING = UNUSED | {"scipy", "sklearn", "joblib"}
# What needs some of these after all, by the beginning of a component's class path.
_NEEDS_TENSORFLOW = (
    "rasa.nlu.classifiers.diet_classifier",
    "rasa.nlu.selectors",
    "rasa.nlu.featurizers.dense_featurizer",
    "rasa.nlu.extractors.crf_entity_extractor",
    "rasa.core.policies.ted_policy",
    "rasa.core.policies.unexpected_intent_policy",
)
_NEEDS_SCIPY = ("rasa.nlu.classifiers.", "rasa.nlu.featurizers.")
_NEEDS_NEITHER = ("rasa.nlu.classifiers.regex_message_handler.",)  # Rasa adds it to every pipeline: buttons


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
    """Finds every module below some names, and makes it empty."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name.partition(".")[0] not in self._names:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _StandInModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing runs in a stand-in."""


def unused_by(component_paths: list[str], serving: bool) -> frozenset[str]:
    """The libraries that a pipeline of these class paths does without."""
    if any(path.startswith(_NEEDS_TENSORFLOW) for path in component_paths):
        return frozenset()
    if serving and not any(path.startswith(_NEEDS_SCIPY) and not path.startswith(_NEEDS_NEITHER) for path in component_paths):
        return UNUSED_WHEN_SERVING
    return UNUSED


def pretend_absent(names: frozenset[str] = UNUSED) -> None:
    """Put stand-ins in front of these libraries, for this process."""
    sys.meta_path.insert(0, _StandInFinder(names))  # type: ignore[arg-type]
