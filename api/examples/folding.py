"""When two wordings are the same one: case, punctuation, spaces and invisible characters make no difference.

The assistant's features fold text in the same way (nlu/components/features.py), so wordings with one key are one to it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

LONGEST_KEY = 220
_WORD = re.compile(r"\w+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_ENTITY = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


def words_of(text: str) -> list[str]:
    """The words of a text, folded; å, ä and ö stay."""
    return _WORD.findall(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold())


def fold(text: str) -> str:
    """The key of a wording: its words, or its characters if it has none; a long one ends in its SHA-256."""
    key = " ".join(words_of(text)) or " ".join(text.casefold().split())
    if len(key) <= LONGEST_KEY:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"{key[: LONGEST_KEY - len(digest) - 1]} {digest}"


def without_entities(text: str) -> str:
    """The wording itself: `in [Vasa](location)` is `in Vasa`."""
    return _ENTITY.sub(r"\1", text)
