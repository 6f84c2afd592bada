"""The lexicon of concepts as staff see it, and which texts a word touches: as the assistant's features read it.

Finds what nlu/components/concepts.py finds; that one belongs to the assistant's environment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from api.examples.folding import words_of

_TOKEN = re.compile(r"\w+\*?")


def tokens(item: str) -> list[str]:
    """The folded parts of an item; one that ends in `*` is the beginning of a word."""
    return _TOKEN.findall(item.casefold())


def touches(item: Sequence[str], words: Sequence[str]) -> bool:
    """Whether a text, given as folded words, holds an item, given as tokens."""
    places = range(len(words) - len(item) + 1)
    return bool(item) and any(all(_is(token, word) for token, word in zip(item, words[start:], strict=False)) for start in places)


def _is(token: str, word: str) -> bool:
    return word.startswith(token[:-1]) if token.endswith("*") else word == token


class Lexicon:
    """Finds the concepts in a text, whatever language it is in."""

    def __init__(self, items: Iterable[tuple[str, str]]) -> None:
        """`items`: (concept, item)."""
        self._by_first: dict[str, list[tuple[str, list[str]]]] = {}
        for concept, item in items:
            if parts := tokens(item):
                self._by_first.setdefault(parts[0], []).append((concept, parts))

    def find(self, text: str) -> set[str]:
        """The concepts that a text touches."""
        words, found = words_of(text), set()
        for place, word in enumerate(words):
            for key in (word, *(f"{word[:length]}*" for length in range(1, len(word) + 1))):
                for concept, parts in self._by_first.get(key, ()):
                    if touches(parts, words[place : place + len(parts)]):
                        found.add(concept)
        return found
