"""Messages that ask alike, as groups: `python -m nlu.grouping < texts.jsonl > groups.jsonl`, from the repository's root.

In: a line `{"id", "text", "weight"}` a wording (`weight`: how often it came). Out: a line `{"ids": […]}` a group, the wording
that stands for it first. What tells messages apart are the words and pieces of words that training examples rarely have
("får jag" says little, "hund" much), and the concepts of the lexicon, which also bring languages together.

Groups are formed by average likeness: exactly among the first few thousand wordings, then each further block joins the
groups that there are or forms new ones, so that 50,000 wordings take less than a minute.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import csr_matrix, diags, hstack, vstack
from scipy.spatial.distance import squareform
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.preprocessing import normalize

from nlu.components.concepts import Lexicon
from nlu.components.features import words_of

_EXAMPLE = re.compile(r"^\s+- (.+)$", re.MULTILINE)
ENOUGH = 6000  # examples, to know which words are common
_ENTITY = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


@dataclass(frozen=True)
class GroupingSettings:
    """What counts as alike; chosen on questions written blind (see tests/nlu/test_grouping.py)."""

    alike: float = 0.3  # least average likeness within a group, 0 to 1
    common: float = 0.05  # what more of the examples have than this says nothing
    word_weight: float = 0.7
    piece_weight: float = 1.0
    concept_weight: float = 1.3
    rarity: float = 2.0  # how much more a rare word says than a common one
    block: int = 2000
    merged: int = 3000  # groups that are looked at once more when there was more than one block


class Likeness:
    """Texts as rows of unit length, so that a product of two rows is how alike they are."""

    def __init__(self, examples: Sequence[str], lexicon: Lexicon, settings: GroupingSettings = GroupingSettings()) -> None:
        self._lexicon = lexicon
        self._settings = settings
        self._counters = (
            HashingVectorizer(analyzer=words_of, n_features=2**18, norm=None, binary=True, alternate_sign=False),
            HashingVectorizer(analyzer=_pieces, n_features=2**20, norm=None, binary=True, alternate_sign=False),
            HashingVectorizer(analyzer=self._concepts, n_features=2**12, norm=None, binary=True, alternate_sign=False),
        )
        self._telling = [self._weights(counter, examples) for counter in self._counters]

    def rows(self, texts: Sequence[str]) -> csr_matrix:
        """A row a text; all zeros for one that says nothing particular."""
        settings = self._settings
        weights = (settings.word_weight, settings.piece_weight, settings.concept_weight)
        parts = [
            normalize(counter.transform(texts) @ diags(telling)) * weight
            for counter, telling, weight in zip(self._counters, self._telling, weights, strict=True)
        ]
        rows = normalize(hstack(parts)).tocsr().astype(np.float32)
        rows.eliminate_zeros()
        return rows

    def _weights(self, counter: HashingVectorizer, examples: Sequence[str]) -> np.ndarray:
        """How much each feature tells: the rarer in examples, the more; nothing, if it is common."""
        many = max(1, len(examples))
        seen = np.asarray(counter.transform(examples).sum(axis=0)).ravel() if examples else np.zeros(counter.n_features)
        return np.where(seen > self._settings.common * many, 0.0, (np.log((1 + many) / (1 + seen)) + 1.0) ** self._settings.rarity)

    def _concepts(self, text: str) -> list[str]:
        return sorted(self._lexicon.find(words_of(text)))


def _pieces(text: str) -> list[str]:
    """Beginnings and pieces of 3 to 5 letters, inside words."""
    found = []
    for word in words_of(text):
        padded = f" {word} "
        for size in (3, 4, 5):
            found += [padded[start : start + size] for start in range(len(padded) - size + 1)]
    return found


def group(rows: csr_matrix, settings: GroupingSettings = GroupingSettings()) -> list[list[int]]:
    """Row numbers by group, the most typical first; the largest group first."""
    groups: list[list[int]] = []
    sums = csr_matrix((0, rows.shape[1]), dtype=np.float32)
    for start in range(0, rows.shape[0], settings.block):
        block = np.arange(start, min(start + settings.block, rows.shape[0]))
        left = _join(rows, block, groups, sums, settings)
        new = _among(rows, left, settings)
        groups += new
        sums = _sums(rows, groups, sums, block)
    if rows.shape[0] > settings.block:
        groups = _merged(groups, sums, settings)
    return sorted((_typical_first(rows, members) for members in groups), key=len, reverse=True)


def _join(rows: csr_matrix, block: np.ndarray, groups: list[list[int]], sums: csr_matrix, settings: GroupingSettings) -> np.ndarray:
    """Put rows into groups that they are like, on average; those that fit none are given back."""
    if not groups:
        return block
    sizes = np.array([len(members) for members in groups], np.float32)
    likeness = (rows[block] @ (diags(1 / sizes) @ sums).T).tocsr()
    best = np.asarray(likeness.max(axis=1).todense()).ravel()
    which = np.asarray(likeness.argmax(axis=1)).ravel()
    fits = best >= settings.alike
    for row, number in zip(block[fits].tolist(), which[fits].tolist(), strict=True):
        groups[number].append(row)
    return block[~fits]


def _among(rows: csr_matrix, left: np.ndarray, settings: GroupingSettings) -> list[list[int]]:
    """Groups among rows, by average linkage."""
    if len(left) < 2:
        return [[int(row)] for row in left]
    found: dict[int, list[int]] = {}
    for row, number in zip(left.tolist(), _linked(rows[left], settings).tolist(), strict=True):
        found.setdefault(number, []).append(row)
    return list(found.values())


def _sums(rows: csr_matrix, groups: list[list[int]], before: csr_matrix, block: np.ndarray) -> csr_matrix:
    """The sum of each group's rows, with those of `block` added."""
    first, last = int(block[0]), int(block[-1])
    where = [(number, row - first) for number, members in enumerate(groups) for row in members if first <= row <= last]
    numbers, places = zip(*where, strict=True)
    choice = csr_matrix((np.ones(len(where), np.float32), (numbers, places)), shape=(len(groups), len(block)))
    grown = vstack([before, csr_matrix((len(groups) - before.shape[0], rows.shape[1]), dtype=np.float32)]).tocsr()
    return (grown + choice @ rows[block]).tocsr()


def _merged(groups: list[list[int]], sums: csr_matrix, settings: GroupingSettings) -> list[list[int]]:
    """Groups that began in different blocks and are alike on average, put together: the largest ones, and no single rows."""
    sizes = np.array([len(members) for members in groups], np.float32)
    largest = np.argsort(-sizes, kind="stable")[: settings.merged]
    largest = largest[sizes[largest] > 1]
    if len(largest) < 2:
        return groups
    numbers = _linked((diags(1 / sizes[largest]) @ sums[largest]).tocsr(), settings)
    together: dict[int, list[int]] = {}
    for place, number in zip(largest.tolist(), numbers.tolist(), strict=True):
        together.setdefault(number, []).extend(groups[place])
    rest = set(range(len(groups))) - set(largest.tolist())
    return [*together.values(), *(groups[place] for place in sorted(rest))]


def _linked(rows: csr_matrix, settings: GroupingSettings) -> np.ndarray:
    """A group's number for each row, by average linkage."""
    distance = 1.0 - np.clip((rows @ rows.T).toarray(), 0.0, 1.0)
    np.fill_diagonal(distance, 0.0)
    return fcluster(linkage(squareform(distance, checks=False), "average"), 1.0 - settings.alike, "distance")


def _typical_first(rows: csr_matrix, members: list[int]) -> list[int]:
    if len(members) < 3:
        return members
    some = rows[members]
    likeness = np.asarray(some @ some.sum(axis=0).T).ravel()
    return [members[place] for place in np.argsort(-likeness, kind="stable")]


def examples_in(folder: Path) -> list[str]:
    """Some thousand examples of a folder of training data, evenly taken, without marks of entities.

    Read line by line, which YAML is too slow for.
    """
    found: list[str] = []
    for file in sorted(folder.glob("*/*.yml")):
        found += (_ENTITY.sub(r"\1", text) for text in _EXAMPLE.findall(file.read_text("utf-8")))
    return found[:: max(1, len(found) // ENOUGH)]


def grouped(lines: TextIO, data: Path) -> Iterator[dict[str, list[str]]]:
    """What `main` writes, for what it reads; `data`: the folder of training data, with the lexicon."""
    wordings = [json.loads(line) for line in lines if line.strip()]
    wordings.sort(key=lambda wording: (-wording.get("weight", 1), wording["id"]))
    likeness = Likeness(examples_in(data), Lexicon.read(data / "concepts.tsv"))
    for members in group(likeness.rows([wording["text"] for wording in wordings])) if wordings else ():
        yield {"ids": [wordings[row]["id"] for row in members]}


def main() -> None:
    """Read wordings, write groups."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, default=Path("nlu/data"), help="training data and lexicon")
    for found in grouped(sys.stdin, parser.parse_args().data):
        print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main()
