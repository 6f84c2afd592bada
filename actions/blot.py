"""Blotting out what must not be kept of a message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

BLOT = "•"  # as the gateway blots out its own copy


def blot(text: str, spans: Iterable[Sequence[int]]) -> str:
    """The text with each (start, end) blotted out; its length stays."""
    for start, end in spans:
        text = text[:start] + BLOT * (end - start) + text[end:]
    return text
