"""Which wordings a question still lacks: words of the same meaning, and candidates' messages that come close."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.config import LANGUAGES
from api.examples import words
from api.examples.folding import words_of
from api.examples.lexicon import tokens, touches

MOST_CONCEPTS, MOST_WORDS, MOST_MESSAGES = 6, 5, 8
SMALL_WORDS = ("p_", "n_", "m_")  # concepts of pronouns, negations, numbers: in every question
CLOSE = 72  # of 100, whatever the order of the words
AT_LEAST = 2  # wordings that show a concept, before it counts as what the question is about

Wordings = Mapping[str, Sequence[str]]  # language -> texts


@dataclass(frozen=True)
class Synonyms:
    """Words of a concept, in one language, that none of the wordings uses yet. `unknown`: the language lacks the concept wholly."""

    concept: str
    items: list[str]
    unknown: bool


def synonyms(wordings: Wordings) -> dict[str, list[Synonyms]]:
    """By language: the concepts that the wordings share, with words of that language that none of them uses yet."""
    lexicon = words.concepts()
    finder = words.finder(lexicon)
    used = {language: Counter(concept for text in texts for concept in finder.find(text)) for language, texts in wordings.items()}
    shared = sum(used.values(), Counter[str]())
    least = AT_LEAST if sum(map(len, wordings.values())) >= 2 * AT_LEAST else 1
    telling = [concept for concept, n in shared.most_common() if n >= least and not concept.startswith(SMALL_WORDS)]
    return {language: _missing(language, telling[:MOST_CONCEPTS], lexicon, wordings.get(language, ()), used.get(language, Counter())) for language in LANGUAGES}


def _missing(language: str, telling: Sequence[str], lexicon: words.Concepts, texts: Sequence[str], used: Mapping[str, int]) -> list[Synonyms]:
    folded = [words_of(text) for text in texts]
    found = []
    for concept in telling:
        items = [i for i in lexicon[concept][language] if i.state != "removed" and not any(touches(tokens(i.text), text) for text in folded)]
        whole_first = sorted(items, key=lambda item: "*" in item.text)
        if whole_first:
            found.append(Synonyms(concept, [item.shown for item in whole_first[:MOST_WORDS]], not used.get(concept)))
    return found


def close_messages(wordings: Wordings, messages: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """By language: candidates' messages, given as (language, text), that come close to a wording, the closest first."""
    from rapidfuzz import fuzz, process, utils  # not at each start: few write new questions

    found: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for language, texts in wordings.items():
        held = list(dict.fromkeys(text for code, text in messages if code == language))
        folded = [utils.default_process(text) for text in held]
        known = {" ".join(words_of(text)) for text in texts}
        scores: dict[int, float] = {}
        for text in texts:
            for _, score, place in process.extract(utils.default_process(text), folded, scorer=fuzz.token_sort_ratio, score_cutoff=CLOSE, limit=MOST_MESSAGES):
                scores[place] = max(score, scores.get(place, 0.0))
            time.sleep(0)  # the gateway answers candidates meanwhile
        best = sorted(scores, key=lambda place: (-scores[place], place))
        found[language] = [held[place] for place in best if " ".join(words_of(held[place])) not in known][:MOST_MESSAGES]
    return found
