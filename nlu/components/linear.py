"""A linear one-vs-rest classifier on n-gram features; fits with scikit-learn, runs on numpy."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Sequence

import numpy as np

from nlu.components.ngrams import Ngrams, NgramSettings


@dataclass(frozen=True)
class LinearSettings:
    """`penalty` is C of the support vector machine: the larger, the closer to the examples."""

    ngrams: NgramSettings = field(default_factory=NgramSettings)
    penalty: float = 1.0


class LinearIntents:
    """One separating line an intent; the margin says on which side a text is, and how far."""

    def __init__(self, intents: list[str], ngrams: Ngrams, weights: np.ndarray, bias: np.ndarray):
        self.intents = intents
        self.ngrams = ngrams
        self.weights = weights
        self.bias = bias

    @classmethod
    def fit(
        cls, texts: Sequence[str], labels: Sequence[str], settings: LinearSettings
    ) -> LinearIntents:
        """Learn from texts and their intents (at least two different ones)."""
        from sklearn.svm import LinearSVC

        ngrams = Ngrams.fit(list(texts), settings.ngrams)
        machine = LinearSVC(C=settings.penalty, random_state=0)
        machine.fit(matrix(ngrams, texts), labels)
        weights = np.ascontiguousarray(machine.coef_.T, dtype=np.float32)
        bias = machine.intercept_.astype(np.float32)
        return cls([str(c) for c in machine.classes_], ngrams, weights, bias)

    def margins(self, text: str) -> np.ndarray:
        """One margin an intent, in the order of `intents`."""
        indices, values = self.ngrams.row(text)
        return values @ self.weights[indices] + self.bias

    def save(self, folder: Path) -> None:
        """Write the classifier into `folder` as JSON and plain arrays (half precision)."""
        self.ngrams.save(folder)
        (folder / "intents.json").write_text(json.dumps(self.intents), "utf-8")
        np.save(folder / "weights.npy", self.weights.astype(np.float16), allow_pickle=False)
        np.save(folder / "bias.npy", self.bias, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> LinearIntents:
        """Read what `save` wrote."""
        weights = np.load(folder / "weights.npy", allow_pickle=False).astype(np.float32)
        bias = np.load(folder / "bias.npy", allow_pickle=False)
        intents = json.loads((folder / "intents.json").read_text("utf-8"))
        return cls(intents, Ngrams.load(folder), weights, bias)


def matrix(ngrams: Ngrams, texts: Sequence[str]):
    """The rows of `texts` as a scipy CSR matrix."""
    from scipy.sparse import csr_matrix

    rows = [ngrams.row(text) for text in texts]
    ends = np.cumsum([0, *(len(indices) for indices, _ in rows)])
    indices = np.concatenate([indices for indices, _ in rows])
    values = np.concatenate([values for _, values in rows])
    return csr_matrix((values, indices, ends), shape=(len(rows), len(ngrams.vocabulary)))


def held_out_margins(
    texts: Sequence[str], labels: Sequence[str], settings: LinearSettings, folds: int = 5
) -> tuple[list[str], np.ndarray]:
    """Margins of each text from a classifier that has not seen it: (intents, texts x intents)."""
    from sklearn.model_selection import StratifiedKFold

    intents = sorted(set(labels))
    margins = np.full((len(texts), len(intents)), -2.0, np.float32)
    splitter = StratifiedKFold(folds, shuffle=True, random_state=0)
    for train, test in splitter.split(texts, labels):
        fold = LinearIntents.fit([texts[i] for i in train], [labels[i] for i in train], settings)
        columns = [intents.index(intent) for intent in fold.intents]
        rows = matrix(fold.ngrams, [texts[i] for i in test])
        margins[np.ix_(test, columns)] = rows @ fold.weights + fold.bias
    return intents, margins
