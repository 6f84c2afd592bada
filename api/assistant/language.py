"""Which of the desk's languages a text is in.

Short texts say little ("ok", "Java"), so they leave the conversation's language as it is; the NLU model
reads all three languages anyway.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lingua import LanguageDetector

LETTERS = re.compile(r"[^\W\d_]+")
LINKS = re.compile(r"\S+@\S+|https?://\S+")
# In none of the three languages does a word begin with a capital within a sentence, unless it is a name ("I" has no second letter).
NAME = re.compile(r"(?<=[\w,;:)] )[A-ZÅÄÖÉ][a-zåäöéü]+(?:-[^\W\d_]+)*")
# How sure the detector must be, by the number of words; chosen on tests/nlu/*/reserve.tsv.
SURE = {1: 0.92, 2: 0.92, 3: 0.75, 4: 0.6}
LIKELY = 0.5


@cache
def _detector() -> LanguageDetector:
    from lingua import Language, LanguageDetectorBuilder  # half a second: not at every start of a command

    return LanguageDetectorBuilder.from_languages(Language.SWEDISH, Language.FINNISH, Language.ENGLISH).with_preloaded_language_models().build()


def warm_up() -> None:
    """Load the detector's tables, which takes about a second, before somebody waits for them."""
    text_language("Hur mycket tjänar man?", "en")


def text_language(text: str, current: str) -> str:
    """The language (`sv`, `fi`, `en`) of a message; `current` unless the text clearly says otherwise."""
    words = LETTERS.findall(_without_names(LINKS.sub(" ", text)))
    letters = sum(map(len, words))
    if letters < 5:
        return current
    values = _detector().compute_language_confidence_values(" ".join(words))
    best = values[0]
    code = best.language.iso_code_639_1.name.lower()
    return code if best.value >= SURE[min(len(words), 4)] else current


def _without_names(text: str) -> str:
    """A text without its names: "Is it far from Helsinki" is no Finnish. Where most words begin with a capital, none is a name."""
    names = NAME.findall(text)
    return text if 2 * len(names) > len(LETTERS.findall(text)) else NAME.sub(" ", text)


def seems(text: str) -> str | None:
    """The language that a text of several words is likelier in than not; None for short or mixed ones.

    Less sure than `text_language`: for a person to look at, not to answer by.
    """
    words = LETTERS.findall(LINKS.sub(" ", text))
    if len(words) < 3 or sum(map(len, words)) < 10:
        return None
    best = _detector().compute_language_confidence_values(" ".join(words))[0]
    return best.language.iso_code_639_1.name.lower() if best.value >= LIKELY else None
