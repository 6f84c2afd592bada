"""What a classifier makes of its own examples when it has not seen them: kept in the archive, to be judged by.

`held_out.json`: {"rows": [[digest, language, intent, best, confidence, sure]…]}. The examples themselves are not kept
twice: `digest` tells which one it is to whoever has it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nlu.components.calibration import ANY_LANGUAGE, OUT_OF_SCOPE, Calibration
from nlu.components.features import words_of

FILE = "held_out.json"
Row = tuple[str, str, str, str, float, bool]


def digest(language: str, text: str) -> str:
    """Twelve hexadecimal digits for a wording in a language; case, punctuation and spaces make no difference."""
    key = " ".join(words_of(text)) or " ".join(text.casefold().split())
    return hashlib.sha256(f"{language}\n{key}".encode()).hexdigest()[:12]


def judged(
    intents: list[str], margins: np.ndarray, calibration: Calibration, texts: Sequence[str], labels: Sequence[str], languages: Sequence[str | None]
) -> list[Row]:
    """A row for each text of a known language, from its held-out margins (texts x intents)."""
    order = np.argsort(-margins, axis=1, kind="stable")
    rows = np.arange(len(margins))
    best, second = margins[rows, order[:, 0]], margins[rows, order[:, min(1, margins.shape[1] - 1)]]
    found: list[Row] = []
    for i, (text, label, language) in enumerate(zip(texts, labels, languages, strict=True)):
        if language is None or language == ANY_LANGUAGE:
            continue
        curve = calibration.curve(language)
        name, confidence = intents[order[i, 0]], float(curve.confidence(best[i], second[i]))
        threshold = curve.out_of_scope_threshold if name == OUT_OF_SCOPE else curve.threshold
        found.append((digest(language, text), language, label, name, round(confidence, 4), confidence >= threshold))
    return found


def save(rows: Sequence[Row], folder: Path) -> None:
    """Write them into `folder`."""
    (folder / FILE).write_text(json.dumps({"rows": rows}, ensure_ascii=False, separators=(",", ":")), "utf-8")
