"""From margins to a confidence that means something, and to the decision to ask back.

Learnt from held-out margins: a language has its own curve and its own thresholds, because the
same margin is right more often in one language than in another.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

OUT_OF_SCOPE = "out_of_scope"
ANY_LANGUAGE = "*"


@dataclass(frozen=True)
class Curve:
    """Confidence = 1 / (1 + exp(-(margin * a + gap * b + c))); below `threshold` we ask back."""

    margin: float
    gap: float
    offset: float
    threshold: float
    out_of_scope_threshold: float

    def confidence(self, best: np.ndarray, second: np.ndarray) -> np.ndarray:
        """How likely the best intent is the right one, from the two largest margins."""
        score = self.margin * best + self.gap * (best - second) + self.offset
        return 1.0 / (1.0 + np.exp(-score))


@dataclass(frozen=True)
class Decision:
    """Intents with confidences, best first, and whether the best one is sure enough to act on."""

    ranking: list[tuple[str, float]]
    sure: bool


class Calibration:
    """One curve a language and one for messages of unknown language."""

    def __init__(self, curves: dict[str, Curve]):
        self.curves = curves

    def curve(self, language: str | None) -> Curve:
        """The curve of a language, or the common one."""
        return self.curves.get(language or ANY_LANGUAGE, self.curves[ANY_LANGUAGE])

    def decide(self, intents: list[str], margins: np.ndarray, language: str | None) -> Decision:
        """Rank the intents; what the best one leaves of certainty is shared among the others."""
        curve = self.curve(language)
        order = np.argsort(-margins, kind="stable")
        best = float(curve.confidence(margins[order[0]], margins[order[1]]))
        others = np.exp(4.0 * (margins[order[1:]] - margins[order[1]]))
        shared = np.minimum((1.0 - best) * others / others.sum(), best)
        confidences = [best, *shared.tolist()]
        ranking = [(intents[i], float(c)) for i, c in zip(order, confidences, strict=True)]
        out = ranking[0][0] == OUT_OF_SCOPE
        return Decision(ranking, best >= (curve.out_of_scope_threshold if out else curve.threshold))

    def save(self, folder: Path) -> None:
        """Write `calibration.json`."""
        written = {language: asdict(curve) for language, curve in self.curves.items()}
        (folder / "calibration.json").write_text(json.dumps(written, indent=1), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Calibration:
        """Read what `save` wrote."""
        written = json.loads((folder / "calibration.json").read_text("utf-8"))
        return cls({language: Curve(**values) for language, values in written.items()})


@dataclass(frozen=True)
class Goals:
    """What the thresholds are chosen for, as shares of held-out messages in scope.

    Held-out examples are harder than real messages, since no two of them are alike: measured on
    questions written blind, mistakes are a third to a fifth as many.
    """

    wrong_with_confidence: float = 0.08  # answered as something else
    refused: float = 0.02  # told that they are out of scope
    fewest_examples: int = 200


def calibrate(
    intents: list[str],
    margins: np.ndarray,
    labels: Sequence[str],
    languages: Sequence[str | None],
    goals: Goals = Goals(),
) -> Calibration:
    """Fit a curve for all, and one for each language with enough held-out examples."""
    labels_array = np.array(labels)
    languages_array = np.array([language or ANY_LANGUAGE for language in languages])
    curves = {ANY_LANGUAGE: _fit_curve(intents, margins, labels_array, goals)}
    for language in sorted(set(languages_array) - {ANY_LANGUAGE}):
        rows = languages_array == language
        if rows.sum() >= goals.fewest_examples:
            curves[str(language)] = _fit_curve(intents, margins[rows], labels_array[rows], goals)
    return Calibration(curves)


def _fit_curve(intents: list[str], margins: np.ndarray, labels: np.ndarray, goals: Goals) -> Curve:
    from sklearn.linear_model import LogisticRegression

    order = np.argsort(-margins, axis=1)
    rows = np.arange(len(margins))
    best, second = margins[rows, order[:, 0]], margins[rows, order[:, 1]]
    predicted = np.array(intents)[order[:, 0]]
    right = predicted == labels
    if right.all():  # nothing to learn from: trust the margin's own sign
        return Curve(2.0, 1.0, 1.0, 0.5, 0.5)
    fit = LogisticRegression(C=10.0).fit(np.column_stack([best, best - second]), right)
    a, b, c = float(fit.coef_[0, 0]), float(fit.coef_[0, 1]), float(fit.intercept_[0])
    curve = Curve(a, b, c, 0.0, 0.0)
    confidence = curve.confidence(best, second)
    in_scope = (labels != OUT_OF_SCOPE) & ~right
    refused = confidence[in_scope & (predicted == OUT_OF_SCOPE)]
    answered = confidence[in_scope & (predicted != OUT_OF_SCOPE)]
    most = max(1, int((labels != OUT_OF_SCOPE).sum()))
    return Curve(
        a,
        b,
        c,
        _lowest_threshold(answered, goals.wrong_with_confidence * most),
        _lowest_threshold(refused, goals.refused * most),
    )


def _lowest_threshold(confidences: np.ndarray, most: float) -> float:
    """The lowest confidence that at most `most` of these mistakes reach."""
    for threshold in np.arange(0.3, 0.8, 0.01):
        if (confidences >= threshold).sum() <= most:
            return round(float(threshold), 2)
    return 0.8
