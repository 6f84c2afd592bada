"""Two questions in one message: where to cut, and whether the halves really are two questions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

# Questions with an answer of their own. What starts a dialogue (withdraw, erase, a person) and what
# is only said in passing (greetings, thanks) never makes a second question.
QUESTIONS = frozenset(
    {
        "search_roles",
        "ask_role_tasks",
        "ask_requirements",
        "ask_language_requirements",
        "ask_location",
        "ask_remote_work",
        "ask_working_hours",
        "ask_start_date",
        "ask_deadline",
        "ask_team",
        "ask_employer",
        "ask_salary",
        "ask_benefits",
        "ask_process",
        "ask_response_time",
        "ask_interview",
        "ask_assessment",
        "how_to_apply",
        "ask_documents",
        "ask_contact_person",
        "ask_company",
        "ask_career_development",
        "ask_internship",
        "ask_relocation",
        "ask_accommodation",
        "ask_privacy",
        "ask_ai_use",
    }
)
LONGEST = 400
MOST_CUTS = 8
SURE = 0.8

_SENTENCE = re.compile(r"[?!.…;]+\s+|\n+")
_AND = re.compile(
    r"[,;]?\s+(?:och även|och också|och|o|samt|plus|men också|"
    r"ja myös|ja|sekä|entä|mutta myös|"
    r"and also|and|plus|also|but also)\s+|\s*[&/]\s*",
    re.IGNORECASE,
)

Parsed = dict[str, Any]


@dataclass(frozen=True)
class Cut:
    """Two parses that together answer a message, and how sure the less sure one is."""

    first: Parsed
    second: Parsed
    confidence: float


def halves(text: str) -> Iterator[tuple[str, str]]:
    """Ways to cut a text in two: at sentence ends first, then at words that join."""
    if len(text) > LONGEST:
        return
    given = 0
    for pattern in (_SENTENCE, _AND):
        for match in pattern.finditer(text):
            left, right = text[: match.start()].strip(" ,"), text[match.end() :].strip(" ,")
            if _says_something(left) and _says_something(right):
                given += 1
                if given > MOST_CUTS:
                    return
                yield left, right


def two_questions(text: str, whole: Parsed, parse: Callable[[str], Parsed]) -> Cut | None:
    """The best cut of `text` into two different questions, or None when it is one message.

    `whole` is the parse of the text in one piece: it must lean towards both halves, which keeps
    'pros and cons of the job' in one piece.
    """
    likely = {ranked["name"] for ranked in whole.get("intent_ranking", [])[:4]}
    best: Cut | None = None
    for left, right in halves(text):
        first, second = parse(left), parse(right)
        names = {first["intent"]["name"], second["intent"]["name"]}
        if len(names) < 2 or not names <= QUESTIONS or not names <= likely:
            continue
        confidence = min(first["intent"]["confidence"], second["intent"]["confidence"])
        if confidence >= SURE and (best is None or confidence > best.confidence):
            best = Cut(first, second, confidence)
    return best


def _says_something(part: str) -> bool:
    return len(re.findall(r"[^\W\d_]", part)) >= 3
