"""Text as a sparse tf-idf row: words 1-2 and characters 2-5 inside words.

Plain Python and numpy, so that a serving process needs no scikit-learn.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Iterable

import numpy as np

_WORD = re.compile(r"\w+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


def normalise(text: str) -> str:
    """Fold case, width and invisible characters; the letters å, ä and ö stay apart from a and o."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold()


@dataclass(frozen=True)
class NgramSettings:
    """How text becomes features. Weights multiply the unit-length block of each kind."""

    words_upto: int = 2
    chars_from: int = 2
    chars_upto: int = 5
    word_weight: float = 1.0
    char_weight: float = 1.0
    minimum_texts: int = 1


def _word_grams(words: list[str], upto: int) -> Iterable[str]:
    for size in range(1, upto + 1):
        for start in range(len(words) - size + 1):
            yield "w" + " ".join(words[start : start + size])


def _char_grams(words: list[str], shortest: int, longest: int) -> Iterable[str]:
    for word in words:
        padded = f" {word} "
        length = len(padded)
        for size in range(shortest, min(longest, length) + 1):
            for start in range(length - size + 1):
                yield "c" + padded[start : start + size]


def counts(text: str, settings: NgramSettings) -> tuple[Counter[str], Counter[str]]:
    """The word and the character n-grams of a text with how often they stand in it."""
    words = _WORD.findall(normalise(text))
    return (
        Counter(_word_grams(words, settings.words_upto)),
        Counter(_char_grams(words, settings.chars_from, settings.chars_upto)),
    )


class Ngrams:
    """A learned vocabulary with inverse document frequencies."""

    def __init__(self, settings: NgramSettings, vocabulary: dict[str, int], idf: np.ndarray):
        self.settings = settings
        self.vocabulary = vocabulary
        self.idf = idf

    @classmethod
    def fit(cls, texts: list[str], settings: NgramSettings) -> Ngrams:
        """Learn the vocabulary of `texts`, in a fixed order."""
        seen: Counter[str] = Counter()
        for text in texts:
            for block in counts(text, settings):
                seen.update(block.keys())
        names = sorted(name for name, n in seen.items() if n >= settings.minimum_texts)
        idf = np.array([math.log((1 + len(texts)) / (1 + seen[n])) + 1 for n in names], np.float32)
        return cls(settings, {name: i for i, name in enumerate(names)}, idf)

    def row(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Feature numbers and weights of one text; empty when it holds nothing known."""
        weights = (self.settings.word_weight, self.settings.char_weight)
        found = [
            self._block(block, weight)
            for block, weight in zip(counts(text, self.settings), weights)
        ]
        return (
            np.concatenate([indices for indices, _ in found]),
            np.concatenate([values for _, values in found]),
        )

    def _block(self, block: Counter[str], weight: float) -> tuple[np.ndarray, np.ndarray]:
        known = [(self.vocabulary[g], n) for g, n in block.items() if g in self.vocabulary]
        indices = np.fromiter((i for i, _ in known), np.int32, len(known))
        values = np.fromiter((1 + math.log(n) for _, n in known), np.float32, len(known))
        values *= self.idf[indices]
        length = float(np.sqrt(np.dot(values, values))) or 1.0
        return indices, values * (weight / length)

    def save(self, folder: Path) -> None:
        """Write `ngrams.json` and `idf.npy` into `folder`."""
        names = sorted(self.vocabulary, key=self.vocabulary.__getitem__)
        written = {"settings": asdict(self.settings), "vocabulary": names}
        (folder / "ngrams.json").write_text(json.dumps(written, ensure_ascii=False), "utf-8")
        np.save(folder / "idf.npy", self.idf, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Ngrams:
        """Read what `save` wrote."""
        written = json.loads((folder / "ngrams.json").read_text("utf-8"))
        vocabulary = {name: i for i, name in enumerate(written["vocabulary"])}
        idf = np.load(folder / "idf.npy", allow_pickle=False)
        return cls(NgramSettings(**written["settings"]), vocabulary, idf)
