"""YAML as data, nothing else."""

from __future__ import annotations

from typing import Any


def load(text: str | bytes) -> Any:
    """What the text holds; None for an empty one. Raises `yaml.YAMLError`."""
    import yaml  # type: ignore[import-untyped]  # not at each start: texts and examples are read when they are asked for

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where it is built
    return yaml.load(text, loader)  # noqa: S506 - both are safe loaders
