"""Words and phrases that mean the same in three languages, as named concepts.

`nlu/data/concepts.tsv` holds lines of `concept<TAB>language<TAB>item|item|…`; an item is a word, a
phrase, or the beginning of a word (`lön*`). A new wording that no example shows is still known when
its concept is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

_TOKEN = re.compile(r"\w+\*?")


class BadLexicon(ValueError):
    """A line of the lexicon cannot be read; the message names it."""


class Lexicon:
    """Finds the concepts that a text touches, whatever language it is in."""

    def __init__(self, items: Iterable[tuple[str, Sequence[str]]]) -> None:
        """`items`: (concept, tokens); a token that ends in `*` is the beginning of a word."""
        self.items = [(concept, list(tokens)) for concept, tokens in items]
        self._by_first: dict[str, list[tuple[str, list[str]]]] = {}
        for concept, tokens in self.items:
            self._by_first.setdefault(tokens[0], []).append((concept, tokens[1:]))

    @classmethod
    def read(cls, path: Path) -> Lexicon:
        """Read the TSV; raises `BadLexicon` for a line that is none."""
        items = []
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            columns = line.split("\t")
            if len(columns) != 3:
                raise BadLexicon(f"{path}, line {number}: three columns are needed.")
            for item in columns[2].split("|"):
                tokens = _TOKEN.findall(item.casefold())
                if tokens:
                    items.append((columns[0], tokens))
        return cls(items)

    def find(self, words: list[str]) -> set[str]:
        """The concepts in a text, given as folded words."""
        found: set[str] = set()
        for place, word in enumerate(words):
            beginnings = (f"{word[:length]}*" for length in range(1, len(word) + 1))
            for key in (word, *beginnings):
                for concept, rest in self._by_first.get(key, ()):
                    if _follow(rest, words[place + 1 :]):
                        found.add(concept)
        return found


def _follow(tokens: list[str], words: list[str]) -> bool:
    return len(tokens) <= len(words) and all(
        word.startswith(token[:-1]) if token.endswith("*") else word == token for token, word in zip(tokens, words, strict=False)
    )
