"""Text as a sparse row: words 1-2, characters 2-5 inside words, and concepts.

Each kind is a block of tf-idf values of unit length times its weight. Plain Python and numpy, so that
a serving process needs no scikit-learn.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nlu.components.concepts import Lexicon

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_WORD = re.compile(r"\w+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")

Blocks = tuple[Counter[str], Counter[str], Counter[str]]
Row = tuple[np.ndarray, np.ndarray]


def words_of(text: str) -> list[str]:
    """The words of a text, folded: case, width and invisible characters go, å, ä and ö stay."""
    return _WORD.findall(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold())


@dataclass(frozen=True)
class FeatureSettings:
    """What is counted, and how much each kind weighs."""

    words_upto: int = 2
    chars_from: int = 2
    chars_upto: int = 5
    idf_power: float = 0.5  # 1 is plain tf-idf; less trusts rare features less
    word_weight: float = 0.8
    char_weight: float = 1.0
    concept_weight: float = 0.5


def count(text: str, settings: FeatureSettings, lexicon: Lexicon) -> Blocks:
    """Words, character n-grams and concepts of a text, with how often they stand in it."""
    words = words_of(text)
    return (
        Counter(_word_grams(words, settings.words_upto)),
        Counter(_char_grams(words, settings.chars_from, settings.chars_upto)),
        Counter(f"k{concept}" for concept in lexicon.find(words)),
    )


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


class Features:
    """A learned vocabulary with inverse document frequencies."""

    def __init__(
        self,
        settings: FeatureSettings,
        lexicon: Lexicon,
        vocabulary: dict[str, int],
        idf: np.ndarray,
    ) -> None:
        self.settings = settings
        self.lexicon = lexicon
        self.vocabulary = vocabulary
        self.idf = idf

    @classmethod
    def fit(cls, texts: Sequence[str], settings: FeatureSettings, lexicon: Lexicon) -> tuple[Features, csr_matrix]:
        """Learn the vocabulary of `texts`, in a fixed order; also returns their rows."""
        counted = [count(text, settings, lexicon) for text in texts]
        seen: Counter[str] = Counter()
        for blocks in counted:
            for block in blocks:
                seen.update(block.keys())
        names = sorted(seen)
        plain = np.array([math.log((1 + len(texts)) / (1 + seen[n])) + 1 for n in names], np.float32)
        idf = plain**settings.idf_power
        features = cls(settings, lexicon, {name: i for i, name in enumerate(names)}, idf)
        return features, features._stack([features._weigh(blocks) for blocks in counted])

    def row(self, text: str) -> Row:
        """Feature numbers and weights of one text; empty when it holds nothing known."""
        return self._weigh(count(text, self.settings, self.lexicon))

    def matrix(self, texts: Sequence[str]) -> csr_matrix:
        """The rows of several texts."""
        return self._stack([self.row(text) for text in texts])

    def _weigh(self, blocks: Blocks) -> Row:
        settings = self.settings
        weights = (settings.word_weight, settings.char_weight, settings.concept_weight)
        rows = [self._weigh_block(block, weight) for block, weight in zip(blocks, weights, strict=True)]
        return np.concatenate([i for i, _ in rows]), np.concatenate([v for _, v in rows])

    def _weigh_block(self, block: Counter[str], weight: float) -> Row:
        known = [(self.vocabulary[name], n) for name, n in block.items() if name in self.vocabulary]
        indices = np.fromiter((i for i, _ in known), np.int32, len(known))
        values = np.fromiter((1 + math.log(n) for _, n in known), np.float32, len(known))
        values *= self.idf[indices]
        length = math.sqrt(float(np.dot(values, values))) or 1.0
        return indices, values * np.float32(weight / length)

    def _stack(self, rows: list[Row]) -> csr_matrix:
        from scipy.sparse import csr_matrix

        ends = np.cumsum([0, *(len(indices) for indices, _ in rows)])
        indices = np.concatenate([indices for indices, _ in rows])
        values = np.concatenate([values for _, values in rows])
        return csr_matrix((values, indices, ends), shape=(len(rows), len(self.vocabulary)))

    def save(self, folder: Path) -> None:
        """Write `features.json` and `idf.npy` into `folder`."""
        written = {
            "settings": asdict(self.settings),
            "lexicon": self.lexicon.items,
            "vocabulary": sorted(self.vocabulary, key=self.vocabulary.__getitem__),
        }
        (folder / "features.json").write_text(json.dumps(written, ensure_ascii=False), "utf-8")
        np.save(folder / "idf.npy", self.idf, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Features:
        """Read what `save` wrote."""
        written: dict[str, Any] = json.loads((folder / "features.json").read_text("utf-8"))
        vocabulary = {name: i for i, name in enumerate(written["vocabulary"])}
        idf = np.load(folder / "idf.npy", allow_pickle=False)
        settings = FeatureSettings(**written["settings"])
        return cls(settings, Lexicon(written["lexicon"]), vocabulary, idf)
