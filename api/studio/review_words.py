"""Reviews in words that people in HR use."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

# By the reason's key: in a word or two, and what happened.
REASONS: dict[str, tuple[Any, Any]] = {
    "thumbs_down": (_l("Thumbs down"), _l("The candidate marked the answer as no help")),
    "refused": (_l("“Something else”"), _l("The assistant asked “did you mean …?”, and none of it was meant")),
    "chosen": (_l("Chosen from a list"), _l("The assistant asked “did you mean …?”, and the candidate chose this")),
    "fallback": (_l("Not understood"), _l("The assistant did not understand it and asked back")),
    "low": (_l("Unsure"), _l("The assistant answered, but was not sure that it had understood")),
    "declined": (_l("Turned down"), _l("The assistant said that it cannot help with this")),
    "person_after": (_l("Asked for a person"), _l("Right after the answer the candidate asked for a person")),
    "language": (_l("Language"), _l("It seems to be in another language than the answer")),
}
DECISIONS: dict[str, Any] = {
    "right": _l("As guessed"),
    "intent": _l("Another question"),
    "new": _l("New question"),
    "out_of_scope": _l("Out of scope"),
    "ignore": _l("Ignored"),
    "erase": _l("Never for training; text erased"),
}


def reason(key: str) -> str:
    """A reason in a word or two."""
    return str(REASONS[key][0]) if key in REASONS else key


def why(key: str) -> str:
    """A reason as a sentence."""
    return str(REASONS[key][1]) if key in REASONS else ""
