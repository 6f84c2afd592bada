"""A linear one-vs-rest classifier on sparse features; fits with scikit-learn, runs on numpy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nlu.components.apart import each_apart
from nlu.components.concepts import Lexicon
from nlu.components.features import Features, FeatureSettings

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_SURELY_NOT = -2.0  # the margin of an intent that a fold has never seen


@dataclass(frozen=True)
class LinearSettings:
    """`penalty` is C of the support vector machine: the larger, the closer to the examples.

    An intent with far fewer examples than is usual (a newly taught one: ten a language beside two hundred) would
    hardly ever win: its examples count up to `rare_weight` times, and what speaks for it or against it counts more by
    `rare_boost` for each factor of e that it has fewer. Not its bias: a text with nothing known must not become the
    newest question. Where all intents have their share, nothing changes.
    """

    features: FeatureSettings = field(default_factory=FeatureSettings)
    penalty: float = 1.0
    folds: int = 4
    rare_weight: float = 20.0
    rare_boost: float = 0.3


class LinearIntents:
    """One separating plane an intent; the margin says on which side a text is, and how far."""

    def __init__(self, intents: list[str], features: Features, weights: np.ndarray, bias: np.ndarray) -> None:
        """`weights` are features x intents, `bias` one number an intent."""
        self.intents = intents
        self.features = features
        self.weights = weights
        self.bias = bias

    def margins(self, text: str) -> np.ndarray:
        """One margin an intent, in the order of `intents`."""
        indices, values = self.features.row(text)
        return values @ self.weights[indices] + self.bias

    def save(self, folder: Path) -> None:
        """Write the classifier into `folder` as JSON and plain arrays (half precision)."""
        self.features.save(folder)
        (folder / "intents.json").write_text(json.dumps(self.intents), "utf-8")
        np.save(folder / "weights.npy", self.weights.astype(np.float16), allow_pickle=False)
        np.save(folder / "bias.npy", self.bias, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> LinearIntents:
        """Read what `save` wrote."""
        weights = np.load(folder / "weights.npy", allow_pickle=False).astype(np.float32)
        bias = np.load(folder / "bias.npy", allow_pickle=False)
        intents = json.loads((folder / "intents.json").read_text("utf-8"))
        return cls(intents, Features.load(folder), weights, bias)


@dataclass(frozen=True)
class Fitted:
    """A classifier, and the margins of its own examples from classifiers that had not seen them."""

    model: LinearIntents
    held_out: np.ndarray  # texts x intents, in the order of `model.intents`


def fit(texts: Sequence[str], labels: Sequence[str], settings: LinearSettings, lexicon: Lexicon) -> Fitted:
    """Learn from texts and their intents; an intent needs as many texts as there are folds."""
    from sklearn.model_selection import StratifiedKFold

    features, rows = Features.fit(texts, settings.features, lexicon)
    wanted = np.array(labels)
    intents = sorted(set(labels))
    folds = list(StratifiedKFold(settings.folds, shuffle=True, random_state=0).split(rows, wanted))
    parts = [np.arange(len(wanted)), *(train for train, _ in folds)]
    # Not in threads: all solvers of a process draw from one stream of random numbers, and two at once would learn
    # something else each time.
    planes = each_apart(_planes, [(rows, wanted, part, settings) for part in parts])
    held_out = np.full((len(wanted), len(intents)), _SURELY_NOT, np.float32)
    for (_, test), (seen, weights, bias) in zip(folds, planes[1:], strict=True):
        columns = [intents.index(intent) for intent in seen]
        held_out[np.ix_(test, columns)] = rows[test] @ weights + bias
    _, weights, bias = planes[0]
    return Fitted(LinearIntents(intents, features, weights, bias), held_out)


def usual_rows(labels: Sequence[str]) -> list[int]:
    """Where the labels are that are not rare."""
    rarity = _rarity(np.array(labels))
    return [place for place, label in enumerate(labels) if label not in rarity]


def _rarity(labels: np.ndarray) -> dict[str, float]:
    """How many times fewer examples than is usual the rare intents have: those with less than a quarter."""
    names, counts = np.unique(labels, return_counts=True)
    usual = float(np.median(counts))
    return {str(name): usual / count for name, count in zip(names, counts, strict=True) if count < usual / 4}


def _planes(rows: csr_matrix, labels: np.ndarray, part: np.ndarray, settings: LinearSettings) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The intents among `labels` at `part` in order, and the plane of each, learned from these rows alone."""
    from sklearn.svm import LinearSVC

    rows, labels = rows[part], labels[part]
    rarity = _rarity(labels)
    weighed = {intent: min(times, settings.rare_weight) for intent, times in rarity.items()}
    machine = LinearSVC(C=settings.penalty, tol=0.1, random_state=0, class_weight=weighed).fit(rows, labels)
    weights, bias = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:  # scikit-learn then gives the second one's plane only
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    names = [str(name) for name in machine.classes_]
    weights = weights * (1 + settings.rare_boost * np.log([[rarity.get(name, 1.0)] for name in names]))
    return names, np.ascontiguousarray(weights.T, np.float32), bias.astype(np.float32)
